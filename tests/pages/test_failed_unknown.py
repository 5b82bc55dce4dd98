"""The desk for a text whose outcome nobody knows: the provider's candidates, and what a person decides."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import Clock
from tests.pages.batch_steps import TEXT, a_confirmed_list
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox, When
from webapp.services.sync_log import sync_log
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundBatch, OutboundMessage
from webapp.store import audit, calls, looks, outbox
from webapp.store.calls import OutboxState
from webapp.store.outcomes_of_number import went_since
from webapp.worker import Worker

NUMBER = "447400123456"
WORDS = "Was it sent?"


def desk(client: FlaskClient, reference: str) -> ReadPage:
    return ReadPage(client.get(f"/failed/unknown/{reference}"))


def ask(client: FlaskClient, reference: str) -> ReadPage:
    return ReadPage(client.post(f"/failed/unknown/{reference}/ask", follow_redirects=True))


def decide(client: FlaskClient, reference: str, decision: str, candidate: str = "") -> ReadPage:
    data = {"decision": decision, "candidate": candidate}
    return ReadPage(client.post(f"/failed/unknown/{reference}/decide", data=data, follow_redirects=True))


def candidates_of(page: ReadPage) -> list[str]:
    return [" ".join(each.get_text(" ").split()) for each in page.soup.select(".candidate")]


def choices_of(page: ReadPage) -> list[str]:
    return [str(each["value"]) for each in page.soup.select("input[name=candidate]") if each["value"]]


def test_failed_unknown_says_what_is_known(vic: FlaskClient, doubtful: str) -> None:
    page = desk(vic, doubtful)
    for words in ("+44 7400 123456", WORDS, "1 time, last on", "The provider has this text more than once."):
        assert words in page.text
    assert "confirmed by sam" in page.text
    assert "Nothing to this number has reached the record yet." in page.text


def test_failed_unknown_gives_no_advice_that_its_buttons_contradict(sam: FlaskClient, doubtful: str) -> None:
    page = desk(sam, doubtful)
    assert "may or may not have been sent" in page.text
    assert "Do not send it again" not in page.text
    assert "Pick above" not in page.text


def test_failed_unknown_asks_the_provider_and_shows_what_it_has(
    sam: FlaskClient, vic: FlaskClient, doubtful: str, provider: SmsWorks
) -> None:
    for sender, content in (("ElmStreet", "was it  sent?"), ("Clinic", WORDS), ("ElmStreet", "Else")):
        provider.send_message(message=OutboundMessage(sender, NUMBER, content))
    page = ask(sam, doubtful)
    found = candidates_of(page)
    assert len(found) == 4
    assert "The same words." in found[0]
    assert "the mark of this very text" in found[0]
    assert any("The same but for spaces or capitals." in each for each in found)
    assert any("It went from another sender." in each for each in found)
    assert any("Its words are not those of this text." in each for each in found)
    assert len(choices_of(page)) == 4
    assert choices_of(desk(vic, doubtful)) == []


def test_failed_unknown_adopts_the_candidate_that_somebody_recognises(
    sam: FlaskClient, doubtful: str, db: Database, sandbox: Sandbox, worker: Worker, clock: Clock
) -> None:
    chosen = choices_of(ask(sam, doubtful))[0]
    page = decide(sam, doubtful, "sent", chosen)
    assert any("Recognised." in alert for alert in page.alerts())
    call = calls.find_call(db, doubtful)
    assert call is not None
    assert (call.state, call.message_id, call.needs_person) == (OutboxState.ACCEPTED, chosen, None)
    (entry,) = audit.list_about(db, doubtful)
    assert (entry.action, entry.details["decision"]) == ("decided an unknown outcome", "sent")
    assert entry.details["recognised"] == chosen
    clock.advance(30)
    sandbox.run_due()
    db.execute("UPDATE messages SET next_check_at = created_at")
    db.conn.commit()
    worker.round(db)
    shown = ReadPage(sam.get(f"/messages/{doubtful}"))
    assert "Delivered" in shown.text
    assert "Recognised by a member of staff" in shown.text
    assert len(sandbox.accepted()) == 1


def test_failed_unknown_a_text_said_to_be_sent_never_goes_again(
    sam: FlaskClient, doubtful: str, db: Database, sandbox: Sandbox, worker: Worker
) -> None:
    before = calls.find_call(db, doubtful)
    assert before is not None
    page = decide(sam, doubtful, "sent")
    assert any("Recorded as sent." in alert for alert in page.alerts())
    worker.round(db)
    assert len(sandbox.accepted()) == 1
    assert "Said to be sent" in ReadPage(sam.get(f"/messages/{doubtful}")).text
    assert went_since(db, NUMBER, WORDS, after=datetime(2020, 1, 1, tzinfo=UTC))
    assert looks.last_sent(db, other_than=before) is None
    page = decide(sam, doubtful, "send")
    assert any("settled meanwhile" in alert for alert in page.alerts())


def test_failed_unknown_what_staff_recognised_is_no_evidence_for_other_looks(
    sam: FlaskClient, doubtful: str, db: Database, send: Callable[..., str]
) -> None:
    decide(sam, doubtful, "sent", choices_of(ask(sam, doubtful))[0])
    recognised = calls.find_call(db, doubtful)
    send(content="Another")
    (other,) = (call for call in calls.list_recent(db, limit=9) if call.ref != doubtful)
    assert recognised is not None
    assert looks.last_sent(db, other_than=other) is None
    assert looks.last_sent(db, other_than=recognised) is not None


def test_failed_unknown_sends_it_now_after_one_more_look(
    sam: FlaskClient, doubtful: str, db: Database, sandbox: Sandbox, worker: Worker
) -> None:
    page = decide(sam, doubtful, "send")
    assert any("looked for once more" in alert for alert in page.alerts())
    worker.round(db)
    assert len(sandbox.accepted()) == 1
    call = calls.find_call(db, doubtful)
    assert call is not None
    assert call.state is OutboxState.ACCEPTED


def test_failed_unknown_forgets_it(sam: FlaskClient, doubtful: str, sandbox: Sandbox) -> None:
    page = decide(sam, doubtful, "forget")
    assert any("Closed: it will not be sent again." in alert for alert in page.alerts())
    response = sam.get(f"/failed/unknown/{doubtful}")
    assert response.location == f"/messages/{doubtful}"


def test_failed_unknown_refuses_what_is_another_text_of_ours(
    sam: FlaskClient, db: Database, send: Callable[..., str], doubtful: str
) -> None:
    send(content=WORDS)
    (other,) = (call for call in calls.list_recent(db, limit=9) if call.ref != doubtful)
    page = desk(sam, doubtful)
    assert "It counts as another text of yours already." in page.text
    assert choices_of(page) == []
    page = decide(sam, doubtful, "sent", other.message_id or "")
    assert page.status == 422
    assert "That cannot be it" in page.text
    assert "Nothing was decided." in page.text
    for made_up in ("no-such-id", "../../etc", "x" * 5_000):
        assert decide(sam, doubtful, "sent", made_up).status == 422
    call = calls.find_call(db, doubtful)
    assert call is not None
    assert call.state is OutboxState.UNKNOWN


def test_failed_unknown_says_when_there_are_several_or_marks_of_others(
    sam: FlaskClient, doubtful: str, provider: SmsWorks, sandbox: Sandbox
) -> None:
    sandbox.change_switches({"metadata_form": "absent"})
    provider.send_message(message=OutboundMessage("ElmStreet", NUMBER, WORDS))
    page = ask(sam, doubtful)
    assert page.text.count("There are 2 that are just like it.") == 2
    sandbox.change_switches({"metadata_form": "array"})
    provider.send_message(message=OutboundMessage("ElmStreet", NUMBER, WORDS, metadata={"crm": "7"}))
    assert "It carries marks of another program." in ask(sam, doubtful).text


def test_failed_unknown_says_when_the_provider_does_not_answer(
    sam: FlaskClient, doubtful: str, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="search_messages", times=None))
    response = sam.post(f"/failed/unknown/{doubtful}/ask")
    assert response.status_code == 502


def test_failed_unknown_is_refused_to_a_viewer_and_bears_nonsense(
    vic: FlaskClient, sam: FlaskClient, doubtful: str
) -> None:
    page = desk(vic, doubtful)
    assert not {"It was sent", "Send it now", "Forget it", "Ask the provider now"} & set(page.buttons())
    for action in ("ask", "decide"):
        assert vic.post(f"/failed/unknown/{doubtful}/{action}").status_code == 403
        assert sam.post(f"/failed/unknown/nothing/{action}", data={"decision": "send"}).status_code == 404
    assert sam.get("/failed/unknown/nothing").status_code == 404
    assert sam.post(f"/failed/unknown/{doubtful}/decide", data={"decision": "perhaps"}).status_code == 400


def test_failed_unknown_waits_while_textdesk_is_looking(
    sam: FlaskClient, send: Callable[..., str], sandbox: Sandbox, db: Database
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_message"))
    send(content=WORDS)
    (call,) = calls.list_unknown(db, limit=9)
    page = desk(sam, call.ref)
    assert "Textdesk is still looking for it by itself" in page.text
    assert "It was sent" not in page.buttons()
    assert any("settled meanwhile" in alert for alert in decide(sam, call.ref, "sent").alerts())


@pytest.mark.usefixtures("october")
def test_failed_unknown_shows_scheduled_items_and_adopts_one(
    sam: FlaskClient, send: Callable[..., str], sandbox: Sandbox, db: Database
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER, operation="schedule_message"))
    send(content=WORDS, when="later", date="2027-02-01", time="09:00")
    (call,) = calls.list_unknown(db, limit=9)
    outbox.ask_person(db, call, now=call.created_at, reason="The provider has this text scheduled twice.")
    page = ask(sam, call.ref)
    (found,) = candidates_of(page)
    assert "Mon 1 Feb 2027, 09:00" in found
    assert "Scheduled" in found
    decide(sam, call.ref, "sent", choices_of(page)[0])
    settled = calls.find_call(db, call.ref)
    assert settled is not None
    assert (settled.state, settled.schedule_status) == (OutboxState.ACCEPTED, "SCHEDULED")


@pytest.fixture
def doubtful_part(sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database) -> str:
    """The reference of a call for three people that never arrived."""
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_batch"))
    a_confirmed_list(sam, 3)
    worker.send(db)
    (call,) = calls.list_unknown(db, limit=9)
    outbox.ask_person(db, call, now=datetime.now(UTC), reason="The provider has 2 of the 3 texts.")
    return call.ref


def send_to(provider: SmsWorks, db: Database, positions: tuple[int, ...]) -> str:
    """Another program sends the same to some of the list, and more; the id of its batch."""
    listed = [row["number"] for row in db.query("SELECT number FROM batch_rows ORDER BY position")]
    numbers = tuple(listed[at] if at < len(listed) else f"44740012390{at}" for at in positions)
    receipt = provider.send_batch(batch=OutboundBatch("ElmStreet", numbers, TEXT))
    sync_log(db, provider, lease_seconds=30)
    return receipt.batch_id


def test_failed_unknown_adopts_a_batch_and_counts_who_is_not_in_it_as_not_sent(
    sam: FlaskClient, doubtful_part: str, provider: SmsWorks, db: Database
) -> None:
    batch_id = send_to(provider, db, (0, 2))
    page = desk(sam, doubtful_part)
    (found,) = candidates_of(page)
    assert "with 2 people of this part" in found
    assert "Not everybody of this part is in it." in found
    page = decide(sam, doubtful_part, "sent", batch_id)
    assert any("1 of the 3 people are not in it and count as not sent" in alert for alert in page.alerts())
    call = calls.find_call(db, doubtful_part)
    assert call is not None
    assert (call.state, call.provider_batch_id) == (OutboxState.ACCEPTED, batch_id)
    verdicts = [row["verdict"] for row in db.query("SELECT verdict FROM batch_rows ORDER BY position")]
    assert verdicts == ["valid", "refused", "valid"]


def test_failed_unknown_refuses_a_batch_that_holds_other_people(
    sam: FlaskClient, doubtful_part: str, provider: SmsWorks, db: Database
) -> None:
    batch_id = send_to(provider, db, (0, 1, 2, 3))
    page = decide(sam, doubtful_part, "sent", batch_id)
    assert page.status == 422
    assert "1 of the people in that batch are not on this part of the list" in page.text
    call = calls.find_call(db, doubtful_part)
    assert call is not None
    assert call.state is OutboxState.UNKNOWN


def test_failed_unknown_forgets_a_part_and_tells_its_batch(
    sam: FlaskClient, doubtful_part: str, db: Database
) -> None:
    decide(sam, doubtful_part, "forget")
    call = calls.find_call(db, doubtful_part)
    assert call is not None
    assert call.error_code == calls.FORGOTTEN
    assert sam.get(f"/failed/unknown/{doubtful_part}").location.startswith("/batches/")
