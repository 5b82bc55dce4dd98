"""JSON that is parsed when somebody looks at it is the mapping it would have been."""

import json

import pytest

from webapp.store.json_mapping import JsonMapping

TEXT = '{"status": "SENT", "metadata": {"ref": "a"}}'


def test_it_is_the_mapping_that_the_text_says() -> None:
    lazy = JsonMapping(TEXT)
    assert lazy == json.loads(TEXT)
    assert (lazy["status"], len(lazy), list(lazy), "metadata" in lazy) == (
        "SENT",
        2,
        ["status", "metadata"],
        True,
    )
    assert {**lazy} == json.loads(TEXT)
    assert lazy.get("credits") is None


def test_an_empty_one_is_false() -> None:
    assert not JsonMapping("{}")
    assert JsonMapping(TEXT)


def test_what_is_no_json_is_found_out_when_somebody_looks() -> None:
    broken = JsonMapping("{")
    with pytest.raises(ValueError, match="Expecting"):
        broken["status"]
