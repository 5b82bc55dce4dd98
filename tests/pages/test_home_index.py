from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.page import ReadPage
from webapp.config import Settings
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.store import calls, looks, scheduled, senders, users
from webapp.worker import Worker

Send = Callable[..., str]


def test_home_says_when_nothing_needs_a_person(vic: FlaskClient, worker: Worker, db: Database) -> None:
    worker.round(db)
    page = ReadPage(vic.get("/"))
    assert "Nothing. The provider answers and every text is accounted for." in page.text
    assert "10,000" in page.text


def test_home_says_that_the_worker_is_not_running(vic: FlaskClient) -> None:
    assert "background program has stopped" in ReadPage(vic.get("/")).text


def test_home_says_what_is_wrong_with_the_provider(
    vic: FlaskClient, worker: Worker, db: Database, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=None))
    worker.round(db)
    assert ReadPage(vic.get("/")).soup.select_one("#need_provider") is not None


def test_home_counts_texts_with_an_unknown_outcome(vic: FlaskClient, send: Send, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_message"))
    send()
    assert "1 text with an unknown outcome" in ReadPage(vic.get("/")).text


def test_home_brings_up_a_scheduled_text_of_which_no_message_came(
    vic: FlaskClient, send: Send, db: Database
) -> None:
    send(when="later", date=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}", time="10:00")
    (call,) = calls.list_recent(db, limit=9)
    looks.record_schedule_status(db, call, "MISSING", now=datetime.now(UTC), next_look_at=None)
    assert "is not accounted for" in ReadPage(vic.get("/")).text


def test_home_raises_the_alarm_for_what_the_provider_does_not_list(
    vic: FlaskClient, send: Send, db: Database
) -> None:
    send(when="later", date=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}", time="10:00")
    later = datetime.now(UTC) + timedelta(minutes=5)
    scheduled.record_list(db, [], asked_at=later, since=later - timedelta(days=92))
    alarm = ReadPage(vic.get("/")).soup.select_one("#need_unlisted")
    assert alarm is not None
    assert "1 scheduled text of ours is missing" in alarm.get_text()
    assert alarm["href"] == "/scheduled"


def test_home_lists_what_was_sent_last(vic: FlaskClient, send: Send) -> None:
    send(content="The very last")
    assert "The very last" in ReadPage(vic.get("/")).text


def test_a_viewer_is_not_offered_compose(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/"))
    assert "Compose" not in page.text


def test_the_shell_poll_brings_the_credits(vic: FlaskClient, worker: Worker, db: Database) -> None:
    worker.round(db)
    page = ReadPage(vic.get("/status?version=", headers={"HX-Request": "true"}), whole=False)
    assert "10,000" in page.text


def test_healthz_tells_a_monitor_how_things_are(mallory: FlaskClient, worker: Worker, db: Database) -> None:
    worker.round(db)
    response = mallory.get("/healthz")
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["database"] == "writable"
    assert response.json["provider"] == "ok"
    assert response.json["worker_seen_at"]


@pytest.mark.parametrize(("url", "status"), [("/no-such-page", 404), ("/compose/new", 403)])
def test_an_error_is_a_page_in_words(vic: FlaskClient, url: str, status: int) -> None:
    page = ReadPage(vic.get(url))
    assert page.status == status
    assert page.alerts()


def test_home_leads_the_admin_of_a_new_installation_through_what_is_missing(
    app: Flask, settings: Settings, db: Database, ada: FlaskClient, vic: FlaskClient
) -> None:
    def steps(client: FlaskClient) -> list[str]:
        return [str(each["href"]) for each in ReadPage(client.get("/")).soup.select("[id^=setup_]")]

    assert steps(ada) == []
    app.extensions["textdesk"] = replace(
        app.extensions["textdesk"], settings=replace(settings, smsworks_token="")
    )
    for sender in senders.list_senders(db):
        senders.remove_sender(db, sender)
    assert steps(ada) == ["/account/connection", "/account/senders"]
    assert steps(vic) == []
    for name in ("sam", "vic"):
        user = users.find_user(db, name)
        assert user is not None
        users.disable_user(db, user.id, now=datetime.now(UTC))
    assert steps(ada) == ["/account/connection", "/account/senders", "/account/staff"]
