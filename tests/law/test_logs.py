"""No phone number, no text and no secret ever stands in a log or an address."""

import logging
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import Clock
from tests.pages.conftest import form_data, say_yes
from webapp.sandbox import DEMO_TOKEN, Fault, FaultKind, Sandbox
from webapp.worker import Worker

NUMBER = "447400123456"
TEXT = "Your biopsy result is in"
FORBIDDEN = (NUMBER, "07400", "7400 123456", "123456", TEXT, "biopsy", DEMO_TOKEN, DEMO_TOKEN.split()[-1])


@pytest.fixture
def a_busy_day(
    sam: FlaskClient, ada: FlaskClient, sandbox: Sandbox, clock: Clock, worker: Worker, db: Database
) -> Callable[[], list[str]]:
    """Texts sent, lost, refused, looked up and deleted; the addresses that were visited."""

    def live_through_it() -> list[str]:
        visited = []
        for kind in (None, FaultKind.DROP, FaultKind.HTML, FaultKind.SERVER_ERROR, FaultKind.TRUNCATED):
            if kind:
                sandbox.faults.add(Fault(kind=kind, operation="send_message"))
            check = sam.post("/compose/new", data=form_data(content=TEXT)).location
            confirm = check.replace("/check", "/confirm")
            shown = say_yes(sam, check).location
            page = sam.get(shown).location or shown
            visited += [check, confirm, shown, page]
            ada.post(f"{page}/delete", data={"last_digits": "0000"})
        sandbox.set_credits(0)
        say_yes(sam, sam.post("/compose/new", data=form_data(content=TEXT)).location)
        clock.advance(5)
        sandbox.run_due()
        worker.round(db)
        sam.get("/compose/no-such-draft/check")
        return visited

    return live_through_it


def test_nothing_private_is_logged(
    a_busy_day: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        a_busy_day()
    assert "send_message" in caplog.text, "the day left no log to look at"
    for private in FORBIDDEN:
        assert private not in caplog.text


def test_nothing_private_stands_in_an_address(a_busy_day: Callable[[], list[str]]) -> None:
    for url in a_busy_day():
        for private in FORBIDDEN:
            assert private not in url


def test_nothing_private_stands_in_the_audit_trail(a_busy_day: Callable[[], list[str]], db: Database) -> None:
    a_busy_day()
    trail = " ".join(str(tuple(row)) for row in db.execute("SELECT * FROM audit").fetchall())
    assert "confirmed a text" in trail
    for private in FORBIDDEN:
        assert private not in trail
