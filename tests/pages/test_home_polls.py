"""Home renews itself: unchanged it costs two reads, and whatever needs a person is told."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.inbox import Receive
from tests.pages.page import ReadPage
from tests.pages.test_messages_polls import NOW, Send, ask, reads
from webapp.store import readings
from webapp.store.connection import write
from webapp.store.messages import MessageReport, record_report
from webapp.worker import Worker


@pytest.fixture(autouse=True)
def moment(worker: Worker, db: Database) -> Iterator[None]:
    """Within one minute; a worker is there, the provider answers."""
    with time_machine.travel(NOW, tick=False):
        worker.round(db)
        yield


def poll_of(client: FlaskClient) -> str:
    return client.get("/").text.split('id="home_state"')[1].split('hx-get="')[1].split('"')[0]


def test_home_unchanged_poll_has_no_body_and_costs_two_reads(
    vic: FlaskClient, send: Send, queries: list[str]
) -> None:
    send(content="Here")
    poll = poll_of(vic)
    queries.clear()
    answer = ask(vic, poll)
    assert (answer.status_code, answer.data) == (204, b"")
    assert len(reads(queries)) == 2


def test_home_poll_brings_a_text_that_was_sent(vic: FlaskClient, send: Send) -> None:
    poll = poll_of(vic)
    send(content="Brand new")
    assert "Brand new" in ask(vic, poll).text


def test_home_poll_brings_a_reply_that_waits(vic: FlaskClient, receive: Receive) -> None:
    poll = poll_of(vic)
    receive(content="Hello?")
    assert "need_reply" in ask(vic, poll).text


BATCH = (
    "INSERT INTO batches (ref, author_id, name, state, created_at, updated_at) "
    "SELECT 'list-1', 2, 'The list', 'sending', at, at FROM (SELECT '2026-11-23T08:00:00.000000Z' AS at)"
)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE batches SET state = 'paused', problem = 'No credits left'", "paused_"),
        (
            "UPDATE heartbeats SET detail = 'Does not answer.', code = 'x' WHERE name = 'provider'",
            "need_provider",
        ),
        ("UPDATE heartbeats SET at = '2026-11-23T08:00:00.000000Z' WHERE name = 'worker'", "need_worker"),
        ("INSERT INTO organisation VALUES ('low_credits', '20000', '', 'ada')", "need_credits"),
        ("DELETE FROM senders", "setup_sender"),
    ],
)
def test_home_poll_sees_whatever_needs_a_person(
    ada: FlaskClient, db: Database, change: str, told: str
) -> None:
    write(db, BATCH)
    poll = poll_of(ada)
    assert ask(ada, poll).status_code == 204
    write(db, change)
    page = ask(ada, poll)
    assert (page.status_code, told in page.text) == (200, True)


def test_home_poll_sees_that_credits_are_low(vic: FlaskClient, db: Database) -> None:
    poll = poll_of(vic)
    readings.record_credits(db, Decimal(3), now=datetime.now(UTC))
    assert "need_credits" in ask(vic, poll).text


def test_home_poll_brings_a_batch_to_approve_until_it_is_withdrawn(ada: FlaskClient, db: Database) -> None:
    write(db, BATCH.replace("'sending'", "'ready'"))
    poll = poll_of(ada)
    write(
        db,
        "INSERT INTO approvals (batch_id, batch_version, asked_by, asked_at) "
        "SELECT id, version, 2, '2026-11-23T08:00:00.000000Z' FROM batches",
    )
    page = ask(ada, poll)
    assert "need_approval_" in page.text
    poll = page.text.split('hx-get="')[1].split('"')[0]
    assert ask(ada, poll).status_code == 204
    write(db, "UPDATE approvals SET state = 'withdrawn'")
    assert "need_approval_" not in ask(ada, poll).text


def test_home_poll_of_one_person_is_not_answered_with_what_another_has_seen(
    vic: FlaskClient, ada: FlaskClient, db: Database
) -> None:
    write(db, "DELETE FROM senders")
    poll = poll_of(vic)
    assert ask(vic, poll).status_code == 204
    assert "setup_sender" in ask(ada, poll).text


def test_home_poll_of_somebody_disabled_gets_nothing(vic: FlaskClient, db: Database) -> None:
    poll = poll_of(vic)
    assert ask(vic, poll).status_code == 204
    write(db, "UPDATE users SET disabled_at = '2026-11-23T09:00:00.000000Z' WHERE name = 'vic'")
    assert ask(vic, poll).status_code == 401


def test_home_plots_count_what_has_just_come_in_whoever_looks(
    vic: FlaskClient, ada: FlaskClient, db: Database
) -> None:
    for number in (1, 2):
        report = MessageReport(f"m{number}", "DELIVERED", "Clinic", "447400123456", "Hello", created_at=NOW)
        record_report(db, report, now=NOW, next_check_at=None)
        for client in (vic, ada, vic):
            legend = ReadPage(client.get("/")).soup.select_one("#outcomes_plot .plot-legend li")
            assert legend is not None
            assert legend.get_text(" ", strip=True) == f"Delivered {number}"


def test_home_plots_keep_to_the_theme_that_somebody_chose(vic: FlaskClient, db: Database) -> None:
    report = MessageReport("m1", "DELIVERED", "Clinic", "447400123456", "Hello", created_at=NOW)
    record_report(db, report, now=NOW, next_check_at=None)
    sources = [len(ReadPage(vic.get("/")).soup.select("#outcomes_plot source"))]
    vic.set_cookie("theme", "dark")
    sources.append(len(ReadPage(vic.get("/")).soup.select("#outcomes_plot source")))
    assert sources == [5, 2]
