"""Pages must not lie: about what was sent, to whom, what it costs, and what happens next."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import Clock
from tests.pages.conftest import LATER, YES, Compose, form_data, say_yes
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.smsworks.client import SmsWorks
from webapp.store import calls, messages, outbox, readings
from webapp.worker import Worker

CheckUrl = Callable[..., str]
Send = Callable[..., str]
FRENCH = "+33 6 12 34 56 78"


@pytest.fixture
def closed(sam: FlaskClient, send: Send, sandbox: Sandbox, db: Database) -> str:
    """The page of a text that a person closed without knowing whether it was sent."""
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_message"))
    url = send()
    call = calls.list_unknown(db, limit=1)[0]
    outbox.ask_person(db, call, now=datetime.now(UTC), reason="It is there more than once.")
    sam.post(f"{url}/decide", data={"decision": "forget"})
    return url


def test_a_text_sent_once_is_not_offered_again_as_unsent(
    sam: FlaskClient, check_url: CheckUrl, send: Send
) -> None:
    check_url(content="Typed, back, typed again")
    send(content="Typed, back, typed again")
    assert "not sent yet" not in ReadPage(sam.get("/compose/new")).text


def test_editing_what_was_sent_meanwhile_keeps_the_words_as_a_new_text(
    sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    url = check_url()
    say_yes(sam, url)
    response = sam.post(url.replace("/check", "/edit"), data=form_data(content="Newly worded"))
    page = ReadPage(sam.get(response.location))
    assert "Newly worded" in page.text
    assert any("has been sent already" in alert for alert in page.alerts())
    assert len(sandbox.accepted()) == 1


def test_a_text_closed_without_knowing_is_not_called_not_sent(vic: FlaskClient, closed: str) -> None:
    page = ReadPage(vic.get(closed))
    assert "Closed, outcome unknown" in page.text
    assert "Not sent" not in page.text


def test_a_text_closed_without_knowing_still_needs_a_second_yes(
    sam: FlaskClient, closed: str, check_url: CheckUrl
) -> None:
    assert sam.post(check_url().replace("/check", "/confirm"), data=YES).status_code == 422


def test_sending_again_is_not_offered_beside_do_not_send_again(
    sam: FlaskClient, send: Send, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_message"))
    url = send()
    assert not any("Send again" in button for button in ReadPage(sam.get(url)).buttons())
    assert sam.post(f"{url}/resend").location == url


@pytest.mark.parametrize("variant", ["On Tuesday. ", "On  Tuesday.", "on tuesday.", "On\nTuesday."])
def test_the_same_words_are_the_same_text(
    sam: FlaskClient, check_url: CheckUrl, send: Send, variant: str
) -> None:
    send(content="On Tuesday.")
    url = check_url(content=variant)
    assert sam.post(url.replace("/check", "/confirm"), data=YES).status_code == 422


@pytest.mark.usefixtures("october")
def test_a_cancelled_text_does_not_count_as_gone(sam: FlaskClient, check_url: CheckUrl, send: Send) -> None:
    sam.post(f"{send(**LATER)}/cancel")
    url = check_url(**LATER)
    assert sam.post(url.replace("/check", "/confirm"), data=YES).status_code == 302


@pytest.mark.usefixtures("october")
def test_a_text_scheduled_earlier_for_the_same_day_counts(
    sam: FlaskClient, check_url: CheckUrl, send: Send
) -> None:
    send(when="later", date="2026-10-24", time="09:00")
    page = ReadPage(sam.get(check_url(when="later", date="2026-10-24", time="15:00")))
    assert any("scheduled for Sat 24 Oct 2026, 09:00" in alert for alert in page.alerts())


def test_a_price_that_changed_is_shown_before_anything_goes(
    sam: FlaskClient, check_url: CheckUrl, db: Database, sandbox: Sandbox
) -> None:
    url = check_url(recipients=FRENCH)
    assert "2.5 credits" in ReadPage(sam.get(url)).text
    readings.record_price(db, "FR", Decimal("9.5"), now=datetime.now(UTC))
    shown = {"version": "1", "credits": "2.5"}
    page = ReadPage(sam.post(url.replace("/check", "/confirm"), data=shown))
    assert page.status == 409
    assert any("The price has changed" in alert for alert in page.alerts())
    assert "9.5 credits" in page.text
    assert sandbox.accepted() == ()


def test_a_guessed_price_is_called_a_guess(sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=None))
    page = ReadPage(sam.get(check_url(recipients=FRENCH)))
    assert "Send 1 text for about 2 credits" in page.buttons()
    assert any("not known for certain" in alert for alert in page.alerts())


def test_a_provider_that_does_not_answer_is_not_asked_for_every_price(
    sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    url = check_url(recipients=f"{FRENCH}\n+353 85 012 3456\n+1 201 555 0123")
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="get_price", times=None))
    sandbox.forget_calls()
    sam.get(url)
    tries_of_one_price = 3
    assert sandbox.calls()["get_price"] <= tries_of_one_price


def test_a_copy_says_what_it_costs_and_that_it_went(sam: FlaskClient, check_url: CheckUrl) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400 123401"})
    url = check_url()
    assert "Send me a copy first (1 credit)" in ReadPage(sam.get(url)).buttons()
    sam.post(url.replace("/check", "/copy"))
    assert "Nothing has been sent yet" not in ReadPage(sam.get(url)).text


def test_a_copy_is_not_sent_from_a_sender_taken_off_the_list(
    ada: FlaskClient, sam: FlaskClient, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400 123401"})
    url = check_url()
    ada.post("/account/senders/remove", data={"sender": "ElmStreet"})
    assert ReadPage(sam.post(url.replace("/check", "/copy"))).status == 422
    assert sandbox.accepted() == ()


def test_a_copy_has_its_page_even_after_its_draft_is_discarded(
    sam: FlaskClient, check_url: CheckUrl, db: Database
) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400 123401"})
    url = check_url(content="First wording")
    sam.post(url.replace("/check", "/copy"))
    sam.post(url.replace("/check", "/edit"), data=form_data(content="Second wording"))
    copy = calls.list_recent(db, limit=1)[0]
    again = sam.get(sam.post(f"/messages/{copy.ref}/resend").location).text
    assert "First wording" in again
    sam.post(url.replace("/check", "/discard"))
    assert "First wording" in ReadPage(sam.get(f"/messages/{copy.ref}")).text


def test_two_refused_texts_are_not_headed_sent(sam: FlaskClient, send: Send, sandbox: Sandbox) -> None:
    sandbox.set_credits(0)
    page = ReadPage(sam.get(send(recipients="07400 123456\n07400 123457")))
    assert page.heading() == "2 texts"


def test_a_text_given_up_stays_on_home_until_it_is_sent_again(
    sam: FlaskClient, send: Send, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.TOO_MANY, operation="send_message", retry_after=7200))
    send()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61), tick=False):
        worker.round(db)
    assert "could not be handed over in time" in ReadPage(sam.get("/")).text
    send()
    assert "could not be handed over in time" not in ReadPage(sam.get("/")).text


def test_home_does_not_say_the_provider_answers_before_it_was_asked(vic: FlaskClient, db: Database) -> None:
    readings.record_heartbeat(db, readings.WORKER, now=datetime.now(UTC))
    assert "has not been asked yet" in ReadPage(vic.get("/")).text


@pytest.mark.usefixtures("october")
def test_a_scheduled_text_in_doubt_is_not_offered_to_be_sent_after_its_time(
    sam: FlaskClient, send: Send, sandbox: Sandbox, db: Database
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="schedule_message"))
    url = send(when="later", date="2026-10-20", time="13:30")
    call = calls.list_unknown(db, limit=1)[0]
    outbox.ask_person(db, call, now=datetime.now(UTC), reason="Doubtful.")
    assert "Schedule it again" in ReadPage(sam.get(url)).buttons()
    with time_machine.travel(datetime(2026, 10, 20, 12, 50, tzinfo=UTC), tick=False):
        assert "Schedule it again" not in ReadPage(sam.get(url)).buttons()
        sam.post(f"{url}/decide", data={"decision": "send"})
        assert len(calls.list_unknown(db, limit=9)) == 1


def test_a_deleted_text_is_gone_from_its_draft_too_and_stays_gone(
    ada: FlaskClient, sam: FlaskClient, check_url: CheckUrl, db: Database, provider: SmsWorks
) -> None:
    url = check_url(content="To be forgotten")
    say_yes(sam, url)
    call = calls.list_recent(db, limit=1)[0]
    known = messages.find_by_call(db, call.id)
    assert known is not None
    page_url = f"/messages/{call.ref}"
    ada.post(f"{page_url}/delete", data={"last_digits": "3456"})
    messages.record_report(db, known.report, now=datetime.now(UTC), next_check_at=datetime.now(UTC))
    ada.post(f"{page_url}/refresh")
    left = " ".join(str(tuple(row)) for table in ("drafts", "outbox", "messages") for row in _all(db, table))
    assert "To be forgotten" not in left
    assert messages.claim_checks(db, now=datetime.now(UTC), next_check_at=datetime.now(UTC), limit=9) == []
    assert sam.post(f"{page_url}/resend").location == page_url


@pytest.mark.usefixtures("october")
def test_the_two_half_past_ones_of_october_can_be_told_apart(sam: FlaskClient, check_url: CheckUrl) -> None:
    twice = {"when": "later", "date": "2026-10-25", "time": "01:30"}
    texts = [ReadPage(sam.get(check_url(**twice, fold=fold))).text for fold in ("0", "1")]
    assert "Sun 25 Oct 2026, 01:30 BST" in texts[0]
    assert "Sun 25 Oct 2026, 01:30 GMT" in texts[1]


def test_a_provider_whose_clock_is_behind_does_not_turn_the_timeline_round(
    vic: FlaskClient, send: Send, sandbox: Sandbox, clock: Clock, worker: Worker, db: Database
) -> None:
    clock.advance(-300)
    url = send()
    clock.advance(3)
    sandbox.run_due()
    worker.round(db)
    steps = [step.get_text() for step in ReadPage(vic.get(url)).soup.select(".timeline-event strong")]
    assert steps == ["Confirmed", "Handed to the provider", "Accepted by the provider", "Delivered"]


def test_a_long_list_is_counted_not_read(compose: Compose) -> None:
    page = ReadPage(compose(recipients="01865 123456\n" * 35_000, intent="preview"))
    assert "35000 numbers: too many" in page.text
    assert len(page.soup.select(".chip")) == 1


@pytest.mark.parametrize(
    ("url", "status"),
    [("/messages?before=9" + "9" * 30, 200), ("/messages?before=-1", 200), ("/messages?before=x", 200)],
)
def test_an_odd_page_mark_shows_the_newest(vic: FlaskClient, send: Send, url: str, status: int) -> None:
    send()
    page = ReadPage(vic.get(url))
    assert page.status == status
    assert len(page.soup.select("tbody tr")) == 1


@pytest.mark.parametrize("name", ["metadata-\u00b2-key", "metadata-99999999999-key", "metadata--1-key"])
def test_a_field_no_form_has_is_ignored(compose: Compose, name: str) -> None:
    assert compose(**{name: "x"}).status_code == 302


def test_a_file_is_not_a_text(sam: FlaskClient) -> None:
    data = {**form_data(), "content": (BytesIO(b"from a file"), "text.txt")}
    page = ReadPage(sam.post("/compose/new", data=data, content_type="multipart/form-data"))
    assert page.status == 422


def test_two_metadata_values_of_one_name_are_refused(compose: Compose) -> None:
    pairs = {f"metadata-{n}-{part}": "same" for n in (0, 1) for part in ("key", "value")}
    assert ReadPage(compose(**pairs)).status == 422


def _all(db: Database, table: str) -> list[object]:
    return list(db.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608
