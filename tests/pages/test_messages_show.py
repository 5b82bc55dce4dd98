import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import Clock
from tests.pages.conftest import LATER
from tests.pages.inbox import Receive
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox, When
from webapp.store import calls, outbox
from webapp.worker import Worker

Send = Callable[..., str]


@pytest.fixture
def time_passes(sandbox: Sandbox, clock: Clock, worker: Worker, db: Database) -> Callable[[], None]:
    """The provider reports and the worker reads it."""

    def pass_time() -> None:
        clock.advance(3)
        sandbox.run_due()
        db.execute("UPDATE messages SET next_check_at = created_at WHERE next_check_at IS NOT NULL")
        worker.round(db)

    return pass_time


@pytest.mark.parametrize(
    ("ending", "word", "charged"),
    [
        ("56", "Delivered", "Charged."),
        ("90", "Not delivered", "Refunded"),
        ("91", "Expired", "Refunded"),
        ("92", "Rejected", "Not charged"),
        ("94", "Sent, waiting for report", "Charged."),
        ("97", "Not sent", "Nothing was sent or charged"),
    ],
)
def test_what_became_of_a_text_is_said_in_words(
    vic: FlaskClient, send: Send, time_passes: Callable[[], None], ending: str, word: str, charged: str
) -> None:
    url = send(recipients=f"07400 1234{ending}")
    time_passes()
    page = ReadPage(vic.get(url))
    assert word in page.text
    assert charged in page.text


def test_a_delivered_text_gives_no_reason_for_a_failure(
    vic: FlaskClient, send: Send, time_passes: Callable[[], None]
) -> None:
    url = send(recipients="07400 123493")
    for _ in range(3):
        time_passes()
    steps = [
        " ".join(step.get_text(" ").split()) for step in ReadPage(vic.get(url)).soup.select(".timeline-event")
    ]
    assert "Handset switched off" in steps[-2]
    assert "Delivered" in steps[-1]
    assert "Handset" not in steps[-1]


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("typed", "fault", "charged"),
    [
        ({}, None, "1 credit"),
        (LATER, None, "Nothing yet"),
        ({}, FaultKind.TOO_MANY, "Nothing yet"),
        ({}, FaultKind.HTML, "Not known yet"),
        ({"recipients": "07400 123497"}, None, "0 credits"),
    ],
)
def test_what_was_charged_is_said_in_every_state(
    vic: FlaskClient,
    send: Send,
    sandbox: Sandbox,
    typed: dict[str, str],
    fault: FaultKind | None,
    charged: str,
) -> None:
    if fault:
        sandbox.faults.add(Fault(kind=fault, operation="send_message"))
    assert charged_on(ReadPage(vic.get(send(**typed)))) == charged


@pytest.mark.usefixtures("october")
def test_a_cancelled_text_is_charged_nothing(sam: FlaskClient, send: Send) -> None:
    url = send(**LATER)
    sam.post(f"{url}/cancel")
    assert charged_on(ReadPage(sam.get(url))) == "Nothing"


def test_a_text_whose_answer_was_lost_says_that_its_price_is_an_estimate(
    vic: FlaskClient, send: Send, time_passes: Callable[[], None]
) -> None:
    url = send(recipients="07400 123498")
    time_passes()
    assert charged_on(ReadPage(vic.get(url))).startswith("As estimated")


def charged_on(page: ReadPage) -> str:
    terms = [term.get_text() for term in page.soup.select(".facts dt")]
    value = page.soup.select(".facts dd")[terms.index("Charged")]
    return " ".join(value.get_text(" ").split())


def test_the_timeline_says_who_and_what_in_order(
    vic: FlaskClient, send: Send, time_passes: Callable[[], None]
) -> None:
    url = send()
    time_passes()
    page = ReadPage(vic.get(url))
    steps = [step.get_text() for step in page.soup.select(".timeline-event strong")]
    assert steps == ["Confirmed", "Handed to the provider", "Accepted by the provider", "Delivered"]
    assert "by sam" in page.text


def test_a_failed_text_shows_what_is_given_back(
    vic: FlaskClient, send: Send, time_passes: Callable[[], None]
) -> None:
    url = send(recipients="07400 123490")
    time_passes()
    assert "Given back 1 credit" in ReadPage(vic.get(url)).text


def test_polling_stops_when_the_outcome_is_final(
    vic: FlaskClient, send: Send, time_passes: Callable[[], None]
) -> None:
    url = send()
    assert ReadPage(vic.get(url)).soup.select_one("#message_state[hx-trigger]")
    time_passes()
    assert not ReadPage(vic.get(url)).soup.select("#message_state[hx-trigger]")


def test_a_poll_with_nothing_new_is_answered_with_204(vic: FlaskClient, send: Send) -> None:
    poll = ReadPage(vic.get(send())).soup.select_one("#message_state")
    assert poll is not None
    assert vic.get(str(poll["hx-get"]), headers={"HX-Request": "true"}).status_code == 204


def test_a_poll_with_news_is_answered_with_the_fragment_alone(
    vic: FlaskClient, send: Send, time_passes: Callable[[], None]
) -> None:
    poll = ReadPage(vic.get(send())).soup.select_one("#message_state")
    assert poll is not None
    time_passes()
    page = ReadPage(vic.get(str(poll["hx-get"]), headers={"HX-Request": "true"}), whole=False)
    assert page.ids() == ["message_state"]
    assert "Delivered" in page.text


def test_asking_the_provider_now_brings_the_newest_status(
    sam: FlaskClient, send: Send, sandbox: Sandbox, clock: Clock
) -> None:
    url = send()
    clock.advance(3)
    sandbox.run_due()
    assert "Delivered" in ReadPage(sam.post(f"{url}/refresh", follow_redirects=True)).text


def test_a_viewer_is_offered_nothing_that_sends_or_deletes(vic: FlaskClient, send: Send) -> None:
    buttons = " ".join(ReadPage(vic.get(send())).buttons())
    assert "Send again" not in buttons
    assert "Delete" not in buttons
    assert "Provider\u2019s record" not in ReadPage(vic.get(send(content="Another"))).text


def test_a_text_leads_to_the_conversation_once_its_number_has_texted(
    vic: FlaskClient, send: Send, receive: Receive
) -> None:
    url = send()
    assert "Conversation" not in ReadPage(vic.get(url)).text
    conversation = receive(sender="447400123456")
    page = ReadPage(vic.get(url))
    assert page.soup.select(f"a[href='/inbox/{conversation.id}#latest']")


def test_sending_again_goes_through_the_check_page(sam: FlaskClient, send: Send, sandbox: Sandbox) -> None:
    response = sam.post(f"{send(content='Once more')}/resend")
    page = ReadPage(sam.get(response.location))
    assert "Once more" in page.text
    assert any("The same text goes to" in alert for alert in page.alerts())
    assert len(sandbox.accepted()) == 1


def test_a_waiting_text_can_be_stopped(
    sam: FlaskClient, send: Send, sandbox: Sandbox, db: Database, worker: Worker
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.TOO_MANY, operation="send_message", retry_after=60))
    url = send()
    assert "Stop trying" in ReadPage(sam.get(url)).buttons()
    page = ReadPage(sam.post(f"{url}/withdraw", follow_redirects=True))
    assert "Stopped before it was sent. Nothing was charged." in page.text
    db.execute("UPDATE outbox SET next_attempt_at = created_at")
    worker.round(db)
    assert sandbox.accepted() == ()


def test_a_text_that_has_gone_cannot_be_stopped(sam: FlaskClient, send: Send) -> None:
    page = ReadPage(sam.post(f"{send()}/withdraw", follow_redirects=True))
    assert any("Too late" in alert for alert in page.alerts())


@pytest.mark.usefixtures("october")
def test_a_scheduled_text_says_beside_its_state_when_it_goes(sam: FlaskClient, send: Send) -> None:
    url = send(**LATER)
    assert re.search(r"It goes \w{3} \d+ \w{3} 2026, \d\d:\d\d ?, in \d+ days", ReadPage(sam.get(url)).text)
    assert "It goes" not in ReadPage(sam.post(f"{url}/cancel", follow_redirects=True)).text


@pytest.mark.usefixtures("october")
def test_a_scheduled_text_can_be_cancelled(sam: FlaskClient, send: Send) -> None:
    page = ReadPage(sam.post(f"{send(**LATER)}/cancel", follow_redirects=True))
    assert any("Cancelled. It will not be sent" in alert for alert in page.alerts())
    assert "Cancelled" in page.text


@pytest.mark.usefixtures("october")
def test_cancelling_too_late_says_so(sam: FlaskClient, send: Send, sandbox: Sandbox, clock: Clock) -> None:
    url = send(**LATER)
    clock.advance(60 * 86_400)
    sandbox.run_due()
    page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
    assert any(alert.startswith("Too late: it has already been processed") for alert in page.alerts())


def test_deleting_wants_the_last_four_digits_typed(ada: FlaskClient, send: Send) -> None:
    url = send()
    page = ReadPage(ada.post(f"{url}/delete", data={"last_digits": "0000"}))
    assert page.status == 422
    assert any("Nothing was deleted" in error for error in page.errors())


def test_a_deleted_record_leaves_a_tombstone(ada: FlaskClient, send: Send, sandbox: Sandbox) -> None:
    url = send(content="To be forgotten")
    page = ReadPage(ada.post(f"{url}/delete", data={"last_digits": "3456"}, follow_redirects=True))
    assert "Record deleted by ada" in page.text
    assert "To be forgotten" not in ada.get(url).text
    assert "To be forgotten" not in ada.get("/messages").text


def test_deleting_what_the_provider_has_lost_already_still_deletes_it_here(
    ada: FlaskClient, send: Send, db: Database, provider: object
) -> None:
    url = send()
    call = calls.list_recent(db, limit=1)[0]
    provider.delete_message(message_id=call.message_id)  # type: ignore[attr-defined]
    page = ReadPage(ada.post(f"{url}/delete", data={"last_digits": "3456"}, follow_redirects=True))
    assert any("The record was deleted" in alert for alert in page.alerts())


def test_a_deletion_whose_answer_was_lost_is_looked_up(
    ada: FlaskClient, send: Send, sandbox: Sandbox
) -> None:
    url = send(content="Gone at the provider")
    sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER, operation="delete_message"))
    page = ReadPage(ada.post(f"{url}/delete", data={"last_digits": "3456"}, follow_redirects=True))
    assert "Record deleted by ada" in page.text
    assert "Gone at the provider" not in ada.get(url).text


def test_a_provider_that_fails_during_deletion_loses_nothing(
    ada: FlaskClient, send: Send, sandbox: Sandbox
) -> None:
    url = send(content="Still here")
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="delete_message"))
    assert ReadPage(ada.post(f"{url}/delete", data={"last_digits": "3456"})).status == 502
    assert "Still here" in ada.get(url).text


@pytest.fixture
def doubtful(send: Send, sandbox: Sandbox, db: Database) -> str:
    """The page of a text of which only a person can say whether it was sent."""
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_message"))
    url = send()
    call = calls.list_unknown(db, limit=1)[0]
    outbox.ask_person(db, call, now=call.created_at, reason="The provider has this text more than once.")
    return url


def test_a_doubtful_text_is_put_to_a_person(vic: FlaskClient, sam: FlaskClient, doubtful: str) -> None:
    assert {"Send it now", "Leave it: do not send"} <= set(ReadPage(sam.get(doubtful)).buttons())
    assert "Send it now" not in ReadPage(vic.get(doubtful)).buttons()
    assert "was sent: please decide" in ReadPage(sam.get("/")).text
    assert "was sent: a colleague who may send has to decide" in ReadPage(vic.get("/")).text


def test_a_doubtful_text_says_once_what_is_known_and_that_its_charge_is_not(
    sam: FlaskClient, doubtful: str
) -> None:
    state = ReadPage(sam.get(doubtful)).soup.select_one(".message-state")
    assert state is not None
    assert state.get_text().count("The provider has this text more than once.") == 1
    assert "Whether it was charged is not known yet." in state.get_text()


def test_a_person_can_have_it_sent(
    sam: FlaskClient, doubtful: str, worker: Worker, db: Database, sandbox: Sandbox
) -> None:
    sam.post(f"{doubtful}/decide", data={"decision": "send"})
    worker.round(db)
    assert len(sandbox.accepted()) == 1


def test_a_person_can_leave_it_at_that(
    sam: FlaskClient, doubtful: str, worker: Worker, db: Database, sandbox: Sandbox
) -> None:
    page = ReadPage(sam.post(f"{doubtful}/decide", data={"decision": "forget"}, follow_redirects=True))
    worker.round(db)
    assert "Closed by a member of staff" in page.text
    assert sandbox.accepted() == ()


def test_what_is_still_being_looked_up_is_not_for_a_person(
    sam: FlaskClient, send: Send, sandbox: Sandbox, db: Database
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_message"))
    sam.post(f"{send()}/decide", data={"decision": "send"})
    assert len(calls.list_unknown(db, limit=9)) == 1


@pytest.mark.parametrize("reference", ["nothing", "x" * 10_000, "..%2F..%2Fetc", "%00", "'--"])
def test_a_text_that_does_not_exist_is_said_not_to(vic: FlaskClient, reference: str) -> None:
    assert ReadPage(vic.get(f"/messages/{reference}")).status == 404


def test_messages_lists_what_was_sent_newest_first(vic: FlaskClient, send: Send) -> None:
    send(content="First")
    send(content="Second")
    page = ReadPage(vic.get("/messages"))
    texts = [cell.get_text(strip=True) for cell in page.soup.select("tbody .excerpt")]
    assert texts == ["Second", "First"]


def test_messages_pages_by_fifty(vic: FlaskClient, send: Send) -> None:
    for start in range(0, 60, 10):
        send(
            recipients="\n".join(f"07400 1230{n}" for n in range(start + 10, start + 20)), content=str(start)
        )
    first = ReadPage(vic.get("/messages"))
    older = first.soup.select_one("a[rel=next]")
    assert len(first.soup.select("tbody tr")) == 50
    assert older is not None
    assert len(ReadPage(vic.get(str(older["href"]))).soup.select("tbody tr")) == 10


def test_messages_without_any_says_what_to_do(sam: FlaskClient) -> None:
    page = ReadPage(sam.get("/messages"))
    assert "Nothing has been sent or received yet." in page.text


def test_an_older_page_does_not_renew_itself(vic: FlaskClient, send: Send) -> None:
    send()
    assert ReadPage(vic.get("/messages")).soup.select_one("#messages_list[hx-get]")
    assert not ReadPage(vic.get("/messages?before=1700000000000000-0-1")).soup.select(
        "#messages_list[hx-get]"
    )
