from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.faults.lists import number
from tests.pages.batch_steps import (
    PERSONAL,
    TEXT,
    a_checked_list,
    a_confirmed_list,
    confirm,
    opt_out,
    shown_on,
    write,
)
from tests.pages.page import ReadPage
from webapp.config import Settings
from webapp.sandbox import Sandbox
from webapp.worker import Worker

LATER = {"when": "later", "date": "2026-12-07", "time": "09:00"}


def test_confirming_sends_each_of_them_the_text_once(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    a_confirmed_list(sam, 3)
    assert sandbox.accepted() == (), "the web process sends no batch"
    worker.round(db)
    assert sandbox.accepted_counts() == {number(position): 1 for position in range(3)}
    assert sandbox.calls()["send_batch"] == 1


def test_a_personal_text_goes_as_a_collection_with_each_ones_own_words(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    a_confirmed_list(sam, 2, PERSONAL)
    worker.round(db)
    assert [text.content for text in sandbox.accepted()] == [
        "Dear Name 0, the clinic is closed on Friday.",
        "Dear Name 1, the clinic is closed on Friday.",
    ]
    assert sandbox.calls()["send_collection"] == 1


@pytest.mark.usefixtures("october")
def test_the_same_text_for_later_is_scheduled_as_a_batch(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    a_confirmed_list(sam, 2, **LATER)
    worker.round(db)
    assert {text.operation for text in sandbox.accepted()} == {"schedule_batch"}


def test_confirming_twice_sends_once(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_checked_list(sam)
    fields = shown_on(sam, url)
    first, second = (sam.post(f"{url}/confirm", data=fields) for _ in range(2))
    assert first.location == second.location == url
    worker.round(db)
    assert set(sandbox.accepted_counts().values()) == {1}


def test_a_text_edited_in_another_tab_is_not_sent_unread(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_checked_list(sam)
    old = shown_on(sam, url)
    write(sam, url, "Edited in another tab")
    page = ReadPage(sam.post(f"{url}/confirm", data=old))
    assert page.status == 409
    assert "Edited in another tab" in page.text
    assert any("changed after you opened" in alert for alert in page.alerts())
    worker.round(db)
    assert sandbox.accepted() == ()


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "9" * 30])
def test_a_version_no_page_of_ours_showed_sends_nothing(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database, version: str
) -> None:
    url = a_checked_list(sam)
    assert sam.post(f"{url}/confirm", data={"version": version}).status_code == 409
    worker.round(db)
    assert sandbox.accepted() == ()


def test_a_list_discarded_in_another_tab_is_not_sent(sam: FlaskClient) -> None:
    url = a_checked_list(sam)
    fields = shown_on(sam, url)
    sam.post(f"{url}/discard")
    assert sam.post(f"{url}/confirm", data=fields).status_code == 404


def test_confirming_deletes_the_private_file(sam: FlaskClient, settings: Settings) -> None:
    url = a_checked_list(sam)
    assert len(list(settings.uploads.iterdir())) == 1
    confirm(sam, url)
    assert list(settings.uploads.iterdir()) == []


def test_a_confirmed_batch_leads_to_its_page_from_everywhere(sam: FlaskClient) -> None:
    url = a_confirmed_list(sam)
    for path in ("edit", "check", "rows", "problems.csv", "confirm", "columns"):
        assert sam.get(f"{url}/{path}").location == url, path
    for path in ("edit", "columns", "discard", "rows/1"):
        assert sam.post(f"{url}/{path}").location == url, path


def test_somebody_who_opts_out_after_the_check_gets_nothing(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_confirmed_list(sam, 3)
    opt_out(db, number(1))
    worker.round(db)
    assert sandbox.accepted_counts() == {number(0): 1, number(2): 1}
    page = ReadPage(sam.get(f"{url}?show=opted_out"))
    assert "opted out after this batch was confirmed" in page.text


@pytest.mark.usefixtures("october")
def test_a_time_that_passed_while_one_hesitated_sends_nothing(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_checked_list(sam, when="later", date="2026-10-20", time="13:10")
    fields = shown_on(sam, url)
    with time_machine.travel(datetime(2026, 10, 20, 12, 20, tzinfo=UTC), tick=False):
        page = ReadPage(sam.post(f"{url}/confirm", data=fields))
        worker.round(db)
    assert page.status == 422
    assert any("has passed" in alert for alert in page.alerts())
    assert sandbox.accepted() == ()


def test_a_sender_taken_off_the_list_meanwhile_is_not_used(ada: FlaskClient, sam: FlaskClient) -> None:
    url = a_checked_list(sam)
    fields = shown_on(sam, url)
    ada.post("/account/senders/remove", data={"sender": "ElmStreet"})
    page = ReadPage(sam.post(f"{url}/confirm", data=fields))
    assert page.status == 422
    assert any("no longer on the list" in alert for alert in page.alerts())


def test_who_confirmed_what_stands_in_the_audit_trail(sam: FlaskClient, db: Database) -> None:
    url = a_confirmed_list(sam, 3)
    trail = [tuple(row) for row in db.execute("SELECT user_name, action, subject FROM audit").fetchall()]
    assert ("sam", "confirmed a batch", url.rpartition("/")[2]) in trail
    assert TEXT not in str(trail)
