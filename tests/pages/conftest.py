"""What the page tests do again and again, in a person's words."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from tests.conftest import Clock
from tests.pages.inbox import receive as receive
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox, When
from webapp.store import calls, outbox
from webapp.store.connection import transaction
from webapp.worker import Worker

Compose = Callable[..., TestResponse]
# What the check page of the usual text posts: its version, and the credits it showed.
YES = {"version": "1", "credits": "1"}
YES_AGAIN = {**YES, "send_again": "yes"}
# A date for scheduling in tests that run in October.
LATER = {"when": "later", "date": "2026-12-07", "time": "09:00"}


@pytest.fixture(autouse=True)
def october(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that ask for it by name run on Tuesday 20 October 2026, people signed in and all."""
    if "october" not in {name for mark in request.node.iter_markers("usefixtures") for name in mark.args}:
        yield
        return
    with time_machine.travel(datetime(2026, 10, 20, 12, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def compose(sam: FlaskClient) -> Compose:
    """Sam fills in the Compose form and presses "Check and send"; what is not said is filled in sensibly."""

    def fill_in(**typed: object) -> TestResponse:
        return sam.post("/compose/new", data=form_data(**typed))

    return fill_in


@pytest.fixture
def check_url(compose: Compose) -> Callable[..., str]:
    """The address of the check page of a new draft."""

    def address(**typed: object) -> str:
        response = compose(**typed)
        assert response.status_code == 302, response.text
        return response.location

    return address


@pytest.fixture
def send(sam: FlaskClient, check_url: Callable[..., str]) -> Callable[..., str]:
    """Sam sends a text; the address of the page that follows."""

    def confirm(**typed: object) -> str:
        response = say_yes(sam, check_url(**typed))
        assert response.status_code == 302, response.text
        shown = sam.get(response.location)
        return shown.location if shown.status_code == 302 else response.location

    return confirm


@pytest.fixture
def doubtful(send: Callable[..., str], sandbox: Sandbox, db: Database) -> str:
    """The reference of a text of which only a person can say whether it was sent; the provider has it."""
    sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER, operation="send_message"))
    send(content="Was it sent?")
    (call,) = calls.list_unknown(db, limit=9)
    outbox.ask_person(db, call, now=call.created_at, reason="The provider has this text more than once.")
    return call.ref


@pytest.fixture
def batch_time(sandbox: Sandbox, clock: Clock, worker: Worker, db: Database) -> Callable[[], None]:
    """Batches are handed over, the provider reports, and the worker reads it."""

    def pass_time() -> None:
        worker.round(db)
        clock.advance(30)
        sandbox.run_due()
        with transaction(db):
            db.execute("UPDATE outbox SET next_look_at = created_at WHERE next_look_at IS NOT NULL")
        worker.round(db)

    return pass_time


@pytest.fixture
def queries(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that the pages run from now on."""
    app.extensions["textdesk"].pool.close_idle()
    seen: list[str] = []
    connect = sqlite3.connect

    def watched(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)
        connection.set_trace_callback(seen.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", watched)
    return seen


def say_yes(client: FlaskClient, check_url: str) -> TestResponse:
    """Press Send on a check page as it stands, with the box for a second yes ticked."""
    form = ReadPage(client.get(check_url)).soup.select_one("#check_form")
    assert form is not None
    shown = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    return client.post(str(form["action"]), data={**shown, "send_again": "yes"})


def form_data(**typed: object) -> dict[str, object]:
    sensible = {
        "recipients": "07400 123456",
        "sender": "ElmStreet",
        "content": "Your appointment is on Tuesday.",
        "when": "now",
        "intent": "check",
    }
    return {**sensible, **typed}
