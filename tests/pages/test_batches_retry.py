from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.batch_steps import (
    PERSONAL,
    TEXT,
    a_checked_list,
    a_confirmed_list,
    confirm,
    opt_out,
)
from tests.pages.page import ReadPage
from webapp.sandbox import Sandbox
from webapp.services.sync_log import sync_log
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundMessage
from webapp.worker import Worker

# Delivered, failed for good, failed for a time, rejected.
LIST = "name,mobile,ward\n" + "".join(
    f"{name},07400 1234{end},{name[0]}\n"
    for name, end in (("Ada", 56), ("Sam", 90), ("Vic", 91), ("Eve", 92))
)

TimePasses = Callable[[], None]


@pytest.fixture
def failed(sam: FlaskClient, batch_time: TimePasses) -> str:
    url = a_confirmed_list(sam, LIST, PERSONAL)
    batch_time()
    return url


def retry(client: FlaskClient, url: str, **fields: str) -> ReadPage:
    answer = client.post(f"{url}/retry", data=fields)
    assert answer.status_code == 302
    return ReadPage(client.get(answer.location, follow_redirects=True))


def test_the_page_offers_those_that_may_work_now_first(sam: FlaskClient, failed: str) -> None:
    buttons = ReadPage(sam.get(failed)).buttons()
    assert "Send again to the one that may work now…" in buttons
    assert "Send again to all 3 that failed…" in buttons


def test_only_temporary_failures_are_sent_again_by_default(
    sam: FlaskClient, failed: str, sandbox: Sandbox
) -> None:
    before = len(sandbox.accepted())
    page = retry(sam, failed)
    assert "Send 1 text for 1 credit" in page.buttons()
    assert "Dear Vic, the clinic is closed on Friday." in page.text
    assert len(sandbox.accepted()) == before, "sending again goes through the check page"


def test_all_that_failed_can_be_sent_again_but_never_the_delivered(
    sam: FlaskClient, failed: str, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    page = retry(sam, failed, which="all")
    assert "Send 3 texts for 3 credits" in page.buttons()
    form = page.soup.select_one("#check_form")
    assert form is not None
    confirm(sam, str(form["action"]).removesuffix("/confirm"))
    worker.round(db)
    counts = sandbox.accepted_counts()
    assert counts["447400123456"] == 1
    assert counts["447400123490"] == counts["447400123491"] == 2


def test_somebody_who_opted_out_meanwhile_is_not_sent_it_again(
    sam: FlaskClient, failed: str, db: Database
) -> None:
    opt_out(db, "447400123491")
    page = retry(sam, failed)
    assert any("Nobody on this list can get the text" in alert for alert in page.alerts())


def test_somebody_who_got_the_same_text_since_is_left_out_and_that_is_said(
    sam: FlaskClient, failed: str, sandbox: Sandbox, provider: SmsWorks, db: Database
) -> None:
    text = "Dear Vic, the clinic is closed on Friday."
    provider.send_message(message=OutboundMessage("ElmStreet", "447400123491", text))
    provider.send_message(message=OutboundMessage("ElmStreet", "447400123490", "Something else"))
    db.execute("UPDATE log_state SET read_to = NULL")
    db.execute("DELETE FROM leases")
    db.conn.commit()
    sync_log(db, provider, lease_seconds=30)
    page = retry(sam, failed, which="all")
    assert "Send 2 texts for 2 credits" in page.buttons()
    assert any("Left out: 1 person who got the same text since." in alert for alert in page.alerts())
    page = retry(sam, failed)
    assert any("nobody to send it to again" in alert for alert in page.alerts())


def test_without_failures_there_is_nobody_to_send_it_to(sam: FlaskClient, batch_time: TimePasses) -> None:
    url = a_confirmed_list(sam, 2)
    batch_time()
    assert not any("Send again" in button for button in ReadPage(sam.get(url)).buttons())
    page = retry(sam, url)
    assert any("nobody to send it to again" in alert for alert in page.alerts())
    assert "(again)" not in ReadPage(sam.get("/batches")).text


def test_the_original_columns_come_along(sam: FlaskClient, failed: str) -> None:
    page = retry(sam, failed)
    form = page.soup.select_one("#check_form")
    assert form is not None
    edit = ReadPage(sam.get(str(form["action"]).replace("/confirm", "/edit")))
    assert "name, ward" in edit.text
    assert edit.value("content") == PERSONAL
    assert "Those of “clinic.csv” whose text failed." in edit.text


def test_an_unconfirmed_list_cannot_be_retried(sam: FlaskClient) -> None:
    url = a_checked_list(sam, 2, TEXT)
    assert any("nobody to send it to again" in alert for alert in retry(sam, url).alerts())
