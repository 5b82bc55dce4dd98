"""docs/sandbox.md must say what there is."""

import dataclasses
from pathlib import Path

import pytest

from webapp.sandbox import DEMO_KEY, DEMO_SECRET, REPLY_NUMBER, Fault, FaultKind, Sandbox, Switches
from webapp.sandbox.endings import ENDINGS

from .client import Api

GUIDE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()


def in_code(words: object) -> str:
    return f"`{words}`"


def test_every_switch_is_documented():
    names = [field.name for field in dataclasses.fields(Switches)]
    assert [name for name in names if in_code(name) not in GUIDE] == []


def test_every_value_of_a_switch_is_documented():
    kinds = [type(getattr(Switches(), field.name)) for field in dataclasses.fields(Switches)]
    values = [value for kind in kinds if hasattr(kind, "__members__") for value in kind]
    assert [value for value in values if in_code(value) not in GUIDE] == []
    assert len(values) > 20


def test_every_fault_and_each_of_its_fields_is_documented():
    fields = [field.name for field in dataclasses.fields(Fault) if field.name != "kind"]
    assert [name for name in [*FaultKind, *fields] if in_code(name) not in GUIDE] == []


def test_every_ending_is_documented():
    assert [digits for digits in ENDINGS if f"| {in_code(digits)} |" not in GUIDE] == []


@pytest.mark.parametrize("value", [DEMO_KEY, DEMO_SECRET, REPLY_NUMBER])
def test_what_a_reader_needs_to_begin_is_documented(value: str):
    assert value in GUIDE


@pytest.mark.parametrize("name", ["log", "ledger", "calls", "faults", "switches"])
def test_what_can_be_read_of_the_control_plane_is_documented(api: Api, name: str):
    assert f"/_sandbox/{name}`" in GUIDE
    assert api.get(f"/_sandbox/{name}").status_code == 200


def test_the_examples_are_accepted(api: Api, sandbox: Sandbox):
    examples = [line.split("'") for line in GUIDE.splitlines() if line.startswith("curl -d")]
    for _, body, address in examples:
        path = address.strip().removeprefix("127.0.0.1:8001")
        assert api.session.post(f"http://sandbox.test{path}", data=body).ok, body
    assert len(examples) == 6
    assert len(sandbox.faults.pending()) == 3
