from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.conftest import LATER
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.store import senders
from webapp.store.organisation import change_organisation

CheckUrl = Callable[..., str]
Send = Callable[..., str]
LONG = "Long enough for two segments. " * 6


def test_check_shows_the_final_text_the_people_and_the_arithmetic(
    sam: FlaskClient, check_url: CheckUrl
) -> None:
    page = ReadPage(sam.get(check_url(recipients="07400 123456, 07400 123457", content=LONG)))
    for words in ("+44 7400 123456", "+44 7400 123457", "2 segments, GSM-7", "4 credits", "10,000", "9,996"):
        assert words in page.text
    assert "Send 2 texts for 4 credits" in page.buttons()


@pytest.mark.parametrize(("apostrophe", "is_dearer"), [("’", True), ("'", False)])
def test_check_names_the_characters_that_make_the_text_dearer(
    sam: FlaskClient, check_url: CheckUrl, apostrophe: str, is_dearer: bool
) -> None:
    text = f"It{apostrophe}s time for your flu jab: please come to the surgery on Tuesday at half past ten."
    page = ReadPage(sam.get(check_url(content=text)))
    assert ("make this text 2 segments long instead of 1" in page.text) is is_dearer
    assert ("Swap them for plain characters" in page.text) is is_dearer


@pytest.mark.parametrize(("sender", "is_warned"), [("ElmStreet", True), ("447400123400", False)])
def test_check_warns_that_nobody_can_reply_to_a_name(
    sam: FlaskClient, check_url: CheckUrl, db: Database, sender: str, is_warned: bool
) -> None:
    senders.add_sender(db, sender=sender, added_by="ada", now=datetime.now(UTC))
    page = ReadPage(sam.get(check_url(sender=sender, content="Reply YES to confirm.")))
    warned = f"It asks for a reply, and nobody can reply to {sender}" in page.text
    assert (page.status, warned) == (200, is_warned)
    assert "asks for a reply" not in ReadPage(sam.get(check_url(sender=sender))).text


def test_check_prices_a_text_abroad_as_the_provider_does(sam: FlaskClient, check_url: CheckUrl) -> None:
    page = ReadPage(sam.get(check_url(recipients="+33 6 12 34 56 78")))
    assert "2.5 credits" in page.text


def test_check_warns_when_credits_do_not_reach(
    sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    sandbox.set_credits(1)
    page = ReadPage(sam.get(check_url(content=LONG)))
    assert any("This needs 2 credits; there are 1, so 1 are missing" in alert for alert in page.alerts())


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.HTML, FaultKind.SERVER_ERROR])
def test_check_says_when_the_balance_cannot_be_read(
    sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox, kind: FaultKind
) -> None:
    sandbox.faults.add(Fault(kind=kind, times=None))
    page = ReadPage(sam.get(check_url()))
    assert page.status == 200
    assert any("balance could not be read" in alert for alert in page.alerts())
    assert "Your appointment is on Tuesday." in page.text


def test_check_warns_of_the_same_text_to_the_same_number_today(
    sam: FlaskClient, check_url: CheckUrl, send: Send
) -> None:
    send()
    page = ReadPage(sam.get(check_url()))
    assert any("The same text goes to this number within 24 hours" in alert for alert in page.alerts())


@pytest.mark.usefixtures("october")
def test_check_asks_no_second_yes_for_what_cannot_be_sent(
    sam: FlaskClient, check_url: CheckUrl, db: Database
) -> None:
    now = datetime.now(UTC)
    rules = {"quiet_from": time(12), "quiet_until": time(14), "daily_credits": Decimal(1)}
    change_organisation(db, rules, changed_by="ada", now=now)
    page = ReadPage(sam.get(check_url(content=LONG)))
    assert any("This text cannot be sent as it is" in alert for alert in page.alerts())
    assert page.soup.select("#check_form input[type=checkbox]") == []
    assert "Wait until they end" not in page.buttons()


def test_check_says_which_options_go_along(sam: FlaskClient, check_url: CheckUrl) -> None:
    options = {
        "tag": "spring",
        "validity_minutes": "60",
        "ai": "on",
        "metadata-0-key": "case",
        "metadata-0-value": "17",
    }
    page = ReadPage(sam.get(check_url(**options)))
    assert "spring" in page.text
    assert "60 minutes" in page.text
    assert "case: 17" in page.text
    assert any("may reword" in alert for alert in page.alerts())


def test_back_shows_the_form_as_it_was_typed(sam: FlaskClient, check_url: CheckUrl) -> None:
    url = check_url(recipients="(07400) 123-456", tag="spring").replace("/check", "/edit")
    page = ReadPage(sam.get(url))
    assert (page.value("recipients"), page.value("tag")) == ("(07400) 123-456", "spring")


def test_an_edited_draft_is_checked_as_edited(sam: FlaskClient, check_url: CheckUrl) -> None:
    url = check_url(content="First wording")
    typed = {"recipients": "07400123456", "sender": "ElmStreet", "content": "Second wording", "when": "now"}
    response = sam.post(url.replace("/check", "/edit"), data=typed)
    assert response.location == url
    assert "Second wording" in sam.get(url).text


def test_another_persons_draft_cannot_be_seen(ada: FlaskClient, check_url: CheckUrl) -> None:
    assert ada.get(check_url()).status_code == 404


def test_a_copy_goes_to_ones_own_phone_once_however_often_asked(
    sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400 123401"})
    url = check_url()
    for _ in range(2):
        assert sam.post(url.replace("/check", "/copy")).location == url
    assert [text.destination for text in sandbox.accepted()] == ["447400123401"]
    assert any("Copy to your own number" in alert for alert in ReadPage(sam.get(url)).alerts())


@pytest.mark.usefixtures("october")
def test_a_copy_of_a_scheduled_text_goes_at_once(
    sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400 123401"})
    url = check_url(**LATER)
    sam.post(url.replace("/check", "/copy"))
    assert [text.operation for text in sandbox.accepted()] == ["send_message"]


def test_without_an_own_number_the_copy_asks_for_it(
    sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    response = sam.post(check_url().replace("/check", "/copy"))
    assert response.location == "/account/you"
    assert "Add your own mobile number" in sam.get("/account/you").text
    assert sandbox.accepted() == ()
