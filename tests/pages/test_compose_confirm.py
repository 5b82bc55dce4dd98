from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import PROVIDER_URL, provider_over, signed_in
from tests.pages.conftest import LATER, YES, YES_AGAIN, form_data, say_yes
from tests.pages.page import ReadPage
from webapp.app import create_app
from webapp.config import Settings
from webapp.sandbox import Fault, FaultKind, Sandbox, When
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.transport import Timeouts, Transport
from webapp.store import calls
from webapp.store.calls import OutboxState

CheckUrl = Callable[..., str]
Send = Callable[..., str]


def test_confirming_sends_the_text_once_and_shows_what_became_of_it(
    sam: FlaskClient, send: Send, sandbox: Sandbox
) -> None:
    page = ReadPage(sam.get(send(content="On Tuesday")))
    assert "Sent, waiting for report" in page.text
    (text,) = sandbox.accepted()
    assert (text.destination, text.content, text.sender) == ("447400123456", "On Tuesday", "ElmStreet")


def test_every_option_reaches_the_provider(send: Send, sandbox: Sandbox) -> None:
    send(tag="spring", **{"metadata-0-key": "case", "metadata-0-value": "17"})
    (text,) = sandbox.accepted()
    pairs = dict(text.metadata)
    assert text.tag == "spring"
    assert pairs["case"] == "17"
    assert len(pairs["textdesk-ref"]) == 36


def test_a_flash_text_goes_as_flash(send: Send, sandbox: Sandbox) -> None:
    send(when="flash")
    assert [text.operation for text in sandbox.accepted()] == ["send_flash"]


@pytest.mark.usefixtures("october")
def test_a_later_text_is_scheduled_and_nothing_goes_now(
    sam: FlaskClient, send: Send, sandbox: Sandbox
) -> None:
    page = ReadPage(sam.get(send(**LATER)))
    assert [text.operation for text in sandbox.accepted()] == ["schedule_message"]
    assert "Scheduled" in page.text
    assert "Mon 7 Dec 2026, 09:00" in page.text


def test_several_people_get_one_line_each(sam: FlaskClient, send: Send, sandbox: Sandbox) -> None:
    page = ReadPage(sam.get(send(recipients="07400 123456\n07400 123457\n07400 123497")))
    assert len(page.soup.select("tbody tr")) == 3
    assert "Not sent" in page.text
    assert page.soup.select_one("noscript a") is not None, "nothing renews it without JavaScript"
    assert sorted(text.destination for text in sandbox.accepted()) == ["447400123456", "447400123457"]


def test_confirming_twice_sends_once(sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox) -> None:
    confirm_url = check_url().replace("/check", "/confirm")
    first, second = (sam.post(confirm_url, data=YES) for _ in range(2))
    assert first.location == second.location
    assert len(sandbox.accepted()) == 1


def test_a_text_edited_meanwhile_is_not_sent_unread(
    sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    url = check_url()
    sam.post(url.replace("/check", "/edit"), data=form_data(content="Edited in another tab"))
    page = ReadPage(sam.post(url.replace("/check", "/confirm"), data=YES))
    assert page.status == 409
    assert "Edited in another tab" in page.text
    assert sandbox.accepted() == ()


def test_the_same_text_to_the_same_number_needs_a_second_yes(
    sam: FlaskClient, check_url: CheckUrl, send: Send, sandbox: Sandbox
) -> None:
    send()
    confirm_url = check_url().replace("/check", "/confirm")
    page = ReadPage(sam.post(confirm_url, data=YES))
    assert page.status == 422
    assert any("Tick the box" in error for error in page.errors())
    assert len(sandbox.accepted()) == 1
    assert sam.post(confirm_url, data=YES_AGAIN).status_code == 302
    assert len(sandbox.accepted()) == 2


def test_a_confirmed_draft_can_no_longer_be_edited(
    sam: FlaskClient, check_url: CheckUrl, db: Database
) -> None:
    url = check_url()
    sam.post(url.replace("/check", "/confirm"), data=YES)
    for path in ("/check", "/edit", "/confirm", "/copy"):
        page = ReadPage(sam.get(url.replace("/check", path), follow_redirects=True))
        shown = [each.get_text(strip=True) for each in page.soup.select("#message_state .status-large")]
        assert shown == ["Sent, waiting for report"]


def test_without_enough_credits_nothing_is_sent_and_it_says_so(
    sam: FlaskClient, send: Send, sandbox: Sandbox
) -> None:
    sandbox.set_credits(0)
    page = ReadPage(sam.get(send()))
    assert "Not sent" in page.text
    assert "Nothing was sent or charged" in page.text
    assert sandbox.accepted() == ()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.HTML, operation="send_message"),
        Fault(kind=FaultKind.SERVER_ERROR, operation="send_message"),
        Fault(kind=FaultKind.TRUNCATED, operation="send_message"),
        Fault(kind=FaultKind.DROP, operation="send_message", when=When.AFTER),
    ],
    ids=lambda fault: fault.kind.value,
)
def test_an_unclear_answer_is_said_to_be_unclear(
    sam: FlaskClient, send: Send, sandbox: Sandbox, db: Database, fault: Fault
) -> None:
    sandbox.faults.add(fault)
    page = ReadPage(sam.get(send()))
    assert "Outcome unknown" in page.text
    assert "do not send it again" in page.text
    assert [call.state for call in calls.list_recent(db, limit=9)] == [OutboxState.UNKNOWN]


def test_with_a_wrong_token_nothing_is_sent_and_the_text_is_kept(
    settings: Settings, sandbox: Sandbox
) -> None:
    sam = _sam_of(
        create_app(settings, provider=provider_over(sandbox.wsgi, token=lambda: "JWT not.the.token"))
    )
    check = ReadPage(sam.get(_new_draft(sam)))
    assert any("balance could not be read" in alert for alert in check.alerts())
    page = ReadPage(_confirmed(sam, _new_draft(sam)))
    assert "Not sent" in page.text
    assert "Your appointment is on Tuesday." in page.text
    assert any("Send again" in button for button in page.buttons())
    assert sandbox.accepted() == ()


def test_with_no_network_the_text_waits_and_says_so(settings: Settings, sandbox: Sandbox) -> None:
    timeouts = Timeouts(connect=1, read=1, total=2)
    nowhere = Transport(base_url=PROVIDER_URL, token=lambda: "JWT a.b.c", timeouts=timeouts)
    sam = _sam_of(create_app(settings, provider=SmsWorks(transport=nowhere)))
    page = ReadPage(_confirmed(sam, _new_draft(sam)))
    assert "Waiting to go" in page.text
    assert "nothing was sent" in page.text
    assert "Stop trying" in page.buttons()


def _sam_of(app: Flask) -> FlaskClient:
    app.config.update(WTF_CSRF_ENABLED=False)
    return signed_in(app, "sam")


def _new_draft(sam: FlaskClient) -> str:
    return sam.post("/compose/new", data=form_data()).location


def _confirmed(sam: FlaskClient, check_url: str) -> object:
    return sam.get(say_yes(sam, check_url).location, follow_redirects=True)


@pytest.mark.usefixtures("october")
def test_a_time_that_passed_while_one_hesitated_is_said_and_nothing_goes(
    sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    url = check_url(when="later", date="2026-10-20", time="13:10")
    with time_machine.travel(datetime(2026, 10, 20, 12, 20, tzinfo=UTC)):
        page = ReadPage(sam.post(url.replace("/check", "/confirm"), data=YES))
    assert page.status == 422
    assert any("has passed" in alert for alert in page.alerts())
    assert sandbox.accepted() == ()


def test_a_sender_taken_off_the_list_meanwhile_is_not_used(
    ada: FlaskClient, sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    url = check_url()
    ada.post("/account/senders/remove", data={"sender": "ElmStreet"})
    page = ReadPage(sam.post(url.replace("/check", "/confirm"), data=YES))
    assert page.status == 422
    assert any("no longer on the list" in alert for alert in page.alerts())
    assert not any("Send 1 text" in button for button in page.buttons())
    assert sandbox.accepted() == ()
