"""The list of messages renews itself: unchanged it costs two reads, and whatever is shown is told."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from tests.conftest import Clock
from tests.pages.page import ReadPage
from webapp.sandbox import Sandbox
from webapp.worker import Worker

Send = Callable[..., str]
POLLED = {"HX-Request": "true"}
NOW = datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock_of_all() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def poll_of(client: FlaskClient, address: str = "/messages") -> str:
    found = ReadPage(client.get(address)).soup.select_one("#messages_list")
    assert found is not None
    return str(found["hx-get"])


def ask(client: FlaskClient, poll: str) -> TestResponse:
    return client.get(poll, headers=POLLED)


def reads(queries: list[str]) -> list[str]:
    return [each for each in queries if not each.startswith("PRAGMA")]


def test_messages_unchanged_poll_has_no_body_and_costs_two_reads(
    vic: FlaskClient, send: Send, queries: list[str]
) -> None:
    send(content="Here")
    poll = poll_of(vic)
    queries.clear()
    answer = ask(vic, poll)
    assert (answer.status_code, answer.data) == (204, b"")
    assert len(reads(queries)) == 2


def test_messages_poll_brings_a_new_text_and_then_nothing_more(vic: FlaskClient, send: Send) -> None:
    poll = poll_of(vic)
    send(content="Brand new")
    page = ReadPage(ask(vic, poll), whole=False)
    assert "Brand new" in page.soup.get_text()
    listed = page.soup.select_one("#messages_list")
    assert listed is not None
    assert ask(vic, str(listed["hx-get"])).status_code == 204


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE messages SET status = 'EXPIRED'",
        "UPDATE messages SET deleted_at = '2026-11-23T08:00:00.000000Z', content = ''",
        "UPDATE messages SET content = 'As the provider has reworded it'",
        "UPDATE messages SET created_at = '2026-11-23T08:00:00.000000Z'",
        "UPDATE messages SET destination = '447400123499'",
        "UPDATE outbox SET credits_used = '3'",
        "UPDATE outbox SET state = 'refused', error_code = 'x', error_message = 'No'",
        "UPDATE outbox SET needs_person = 'Who knows', state = 'unknown'",
    ],
)
def test_messages_poll_sees_what_a_row_shows(
    vic: FlaskClient, send: Send, worker: Worker, db: Database, clock: Clock, sandbox: Sandbox, change: str
) -> None:
    send(content="Here")
    clock.advance(30)
    sandbox.run_due()
    db.execute("UPDATE messages SET next_check_at = NULL")
    poll = poll_of(vic)
    assert ask(vic, poll).status_code == 204
    db.execute(change)
    db.conn.commit()
    assert ask(vic, poll).status_code == 200


def test_messages_poll_has_nothing_new_when_a_status_was_only_asked_for(
    vic: FlaskClient, send: Send, db: Database
) -> None:
    send(content="Here")
    poll = poll_of(vic)
    db.execute("UPDATE messages SET read_at = '2026-11-23T09:00:01.000000Z', checks = checks + 1")
    db.execute("UPDATE outbox SET lease_until = '2026-11-23T09:00:01.000000Z'")
    db.conn.commit()
    assert ask(vic, poll).status_code == 204


def test_messages_poll_of_a_filtered_list_ignores_other_texts_and_finds_that_out_once(
    vic: FlaskClient, ada: FlaskClient, send: Send, queries: list[str]
) -> None:
    polls = [poll_of(client, "/messages?sender=Nobody") for client in (vic, ada)]
    send(content="Of another sender")
    assert ask(vic, polls[0]).status_code == 204
    queries.clear()
    assert [ask(vic, polls[0]).status_code, ask(ada, polls[1]).status_code] == [204, 204]
    assert len(reads(queries)) == 4


def test_messages_poll_with_another_filter_does_not_get_the_first_ones_answer(
    vic: FlaskClient, send: Send
) -> None:
    poll_of_all, poll_of_none = poll_of(vic), poll_of(vic, "/messages?sender=Nobody")
    send(content="Here")
    assert ask(vic, poll_of_none).status_code == 204
    assert ask(vic, poll_of_all).status_code == 200


def test_messages_poll_brings_what_time_alone_has_changed(
    vic: FlaskClient, send: Send, db: Database, clock_of_all: time_machine.Traveller
) -> None:
    """No report will come any more of what was sent three days ago."""
    send(content="Here")
    poll = poll_of(vic)
    assert ask(vic, poll).status_code == 204
    clock_of_all.shift(timedelta(hours=73))
    db.execute("UPDATE sessions SET last_seen_at = '2026-11-26T10:00:00.000000Z'")
    db.conn.commit()
    with vic.session_transaction() as session:
        session["seen_at"] = (NOW + timedelta(hours=73)).timestamp()
    assert ask(vic, poll).status_code == 200
