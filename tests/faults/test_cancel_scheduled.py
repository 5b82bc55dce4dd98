"""Cancelling a scheduled text, whatever happens meanwhile: the receipt says what is true."""

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.wrappers import Request, Response

from tests.faults.lists import again, confirmed, number, people
from tests.faults.scene import LOST_AFTER, LOST_BEFORE, MONDAY, Answer, Scene
from webapp.sandbox import Fault, FaultKind, When
from webapp.services.cancel_scheduled import Cancelled, Receipt, cancel
from webapp.services.scheduled import ask_provider, find_entry, list_entries, unlisted
from webapp.smsworks.models import OutboundMessage
from webapp.store import optouts, scheduled
from webapp.store.batches import BatchState, Holding
from webapp.store.calls import Call
from webapp.store.drafts import Delivery
from webapp.store.optouts import OptOutSource

AT_TEN = MONDAY + timedelta(hours=1)
CANCEL = "cancel_scheduled_message"
HOUR = 3600.0


@pytest.fixture
def later(scene: Scene) -> Call:
    return scene.sent("See you at eleven", delivery=Delivery.LATER, at=AT_TEN)


def cancelled(scene: Scene, reference: str) -> Receipt:
    entry = find_entry(scene.db, reference)
    assert entry is not None
    return cancel(scene.db, scene.client, entry)


def test_a_cancelled_text_never_goes(scene: Scene, later: Call) -> None:
    assert cancelled(scene, later.ref).result is Cancelled.YES
    scene.pass_time(2 * HOUR, step=180)
    assert scene.call(later).schedule_status == "CANCELLED"
    assert scene.client.search_messages() == ()


def test_cancelling_at_the_moment_of_sending_says_too_late(scene: Scene, later: Call) -> None:
    """It could be cancelled when the page was drawn, and is sent while the call is on its way."""

    def send_it_first(asked: Request, answer: Answer) -> Response:
        if asked.method == "DELETE":
            scene.traveller.move_to(AT_TEN + timedelta(seconds=1))
            scene.sandbox.run_due()
        return answer()

    scene.between(send_it_first)
    assert cancelled(scene, later.ref).result is Cancelled.TOO_LATE
    assert scene.call(later).schedule_status == "SCHEDULED"
    scene.pass_time(60)
    assert scene.call(later).schedule_status == "PROCESSED"
    assert len(scene.client.search_messages()) == 1


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (Fault(kind=FaultKind.DROP, when=When.AFTER, operation=CANCEL), Cancelled.YES),
        (Fault(kind=FaultKind.DROP, operation=CANCEL), Cancelled.STILL_SCHEDULED),
        (Fault(kind=FaultKind.SERVER_ERROR, operation=CANCEL), Cancelled.STILL_SCHEDULED),
        (Fault(kind=FaultKind.TOO_MANY, operation=CANCEL), Cancelled.NOT_ASKED),
    ],
)
def test_a_lost_answer_is_looked_up(scene: Scene, later: Call, fault: Fault, result: Cancelled) -> None:
    scene.sandbox.faults.add(fault)
    assert cancelled(scene, later.ref).result is result
    (item,) = scene.client.list_scheduled()
    assert (item.status == "CANCELLED") is (result is Cancelled.YES)
    assert scene.call(later).schedule_status == item.status


def test_nobody_knows_while_the_list_does_not_come_either(scene: Scene, later: Call) -> None:
    scene.sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER, operation=CANCEL))
    scene.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="list_scheduled", times=None))
    receipt = cancelled(scene, later.ref)
    assert receipt.result is Cancelled.UNKNOWN
    assert "may or may not" in receipt.said
    scene.sandbox.faults.clear()
    scene.pass_time(60)
    assert scene.call(later).schedule_status == "CANCELLED"


def test_what_somebody_else_has_cancelled_is_said_to_be_cancelled_already(scene: Scene, later: Call) -> None:
    entry = find_entry(scene.db, later.ref)
    assert entry is not None
    scene.client.cancel_scheduled_message(message_id=later.message_id or "")
    assert cancel(scene.db, scene.client, entry).result is Cancelled.ALREADY
    assert scene.call(later).schedule_status == "CANCELLED"


def test_a_text_that_has_not_been_handed_over_is_withdrawn(scene: Scene) -> None:
    call = scene.queued("Not yet", delivery=Delivery.LATER, at=AT_TEN)
    assert cancelled(scene, call.ref).result is Cancelled.YES
    scene.pass_time(2 * HOUR, step=180)
    assert scene.sandbox.accepted() == ()


@pytest.mark.parametrize("fault", [LOST_AFTER, LOST_BEFORE])
def test_what_nobody_knows_to_be_scheduled_cannot_be_cancelled(scene: Scene, fault: Fault) -> None:
    call = scene.lost(fault, "Where is it?", delivery=Delivery.LATER, at=AT_TEN)
    entry = find_entry(scene.db, call.ref)
    assert entry is not None
    assert not entry.can_cancel


def test_another_programs_text_and_batch_stand_in_the_timeline_and_can_be_cancelled(scene: Scene) -> None:
    text = OutboundMessage("Clinic", "447400123456", "Not from here", scheduled_at=AT_TEN)
    scene.client.schedule_message(message=text)
    assert ask_provider(scene.db, scene.client)
    (entry,) = list_entries(scene.db, is_past=False, after=None, limit=9)
    assert (entry.content, entry.author_id, entry.can_cancel) == ("Not from here", None, True)
    assert cancelled(scene, entry.reference).result is Cancelled.YES
    (entry,) = list_entries(scene.db, is_past=False, after=None, limit=9)
    assert entry.meaning.word == "Cancelled"


def test_ours_that_vanishes_from_the_list_raises_the_alarm(scene: Scene, later: Call) -> None:
    scene.traveller.shift(120)

    def without_it(asked: Request, answer: Answer) -> Response:
        return Response("[]") if asked.path.endswith("/messages/schedule") else answer()

    ask_provider(scene.db, scene.client)
    assert unlisted(scene.db) == []
    scene.between(without_it)
    scene.traveller.shift(60)
    ask_provider(scene.db, scene.client)
    assert [call.id for call in unlisted(scene.db)] == [later.id]
    (entry,) = list_entries(scene.db, is_past=False, after=None, limit=9)
    assert entry.meaning.word == "Not on the provider’s list"


def test_a_personal_batch_that_textdesk_holds_stands_in_the_timeline(scene: Scene) -> None:
    batch = confirmed(scene, people(3), "Dear ((name))", at=AT_TEN, holding=Holding.TEXTDESK)
    (entry,) = list_entries(scene.db, is_past=False, after=None, limit=9)
    assert (entry.meaning.word, entry.people, entry.can_cancel) == ("Held by Textdesk", 3, True)
    receipt = cancelled(scene, batch.ref)
    assert (receipt.result, receipt.kept) == (Cancelled.YES, 3)
    assert again(scene.db, batch).state is BatchState.STOPPED
    (entry,) = list_entries(scene.db, is_past=False, after=None, limit=9)
    assert (entry.meaning.word, entry.can_cancel) == ("Cancelled", False)
    scene.pass_time(2 * HOUR, step=180)
    assert scene.sandbox.accepted() == ()


def test_a_batch_at_the_provider_is_one_entry_and_stays_as_cancelled(scene: Scene) -> None:
    batch = confirmed(scene, people(3), at=AT_TEN)
    scene.pass_time(40)
    ask_provider(scene.db, scene.client)
    (entry,) = list_entries(scene.db, is_past=False, after=None, limit=9)
    assert (entry.meaning.word, entry.people) == ("Scheduled", 3)
    assert cancelled(scene, batch.ref).result is Cancelled.YES
    assert again(scene.db, batch).state is BatchState.STOPPED
    scene.pass_time(2 * HOUR, step=180)
    (entry,) = list_entries(scene.db, is_past=True, after=None, limit=9)
    assert entry.meaning.word == "Cancelled"
    assert scene.client.search_messages() == ()


def test_a_batch_that_another_program_cancels_is_stopped_too(scene: Scene) -> None:
    batch = confirmed(scene, people(3), at=AT_TEN)
    scene.pass_time(40)
    (item,) = scene.client.list_scheduled()
    scene.client.cancel_scheduled_batch(batch_id=item.item_id)
    scene.pass_time(2 * HOUR, step=180)
    assert again(scene.db, batch).state is BatchState.STOPPED


def test_what_was_cancelled_to_be_scheduled_anew_stays_ours(scene: Scene) -> None:
    """The provider goes on listing it under its old id."""
    batch = confirmed(scene, people(3), at=AT_TEN)
    scene.pass_time(40)
    (item,) = scene.client.list_scheduled()
    optouts.add_opt_out(scene.db, number(1), who="sam", source=OptOutSource.STAFF, now=datetime.now(UTC))
    scene.pass_time(60)
    assert sorted(each.status for each in scene.client.list_scheduled()) == ["CANCELLED", "SCHEDULED"]
    ask_provider(scene.db, scene.client)
    (entry,) = list_entries(scene.db, is_past=False, after=None, limit=9)
    assert (entry.reference, entry.meaning.word, entry.people) == (batch.ref, "Scheduled", 2)
    former = find_entry(scene.db, item.item_id)
    assert former is not None
    assert former.reference == batch.ref


def test_a_batch_of_which_one_part_still_goes_is_not_stopped(scene: Scene) -> None:
    batch = confirmed(scene, people(2), "Dear ((name))", at=AT_TEN, holding=Holding.PROVIDER)
    scene.pass_time(40)
    first, _ = scene.client.list_scheduled()
    scene.client.cancel_scheduled_message(message_id=first.item_id)
    scene.pass_time(2 * HOUR, step=180)
    assert again(scene.db, batch).state is BatchState.SENT


def test_the_pages_of_the_timeline_leave_nothing_out_and_repeat_nothing(scene: Scene) -> None:
    for position in range(4):
        at = AT_TEN + timedelta(minutes=position // 2)
        scene.sent(f"Ours {position}", delivery=Delivery.LATER, at=at)
        text = OutboundMessage("Clinic", f"44740012345{position}", f"Other {position}", scheduled_at=at)
        scene.client.schedule_message(message=text)
    confirmed(scene, people(2), at=AT_TEN)
    ask_provider(scene.db, scene.client)
    for is_past in (False, True):
        seen, after = [], None
        while found := list_entries(scene.db, is_past=is_past, after=after, limit=2):
            seen += [entry.place for entry in found]
            after = found[-1].place
        assert len(set(seen)) == len(seen) == 9
        assert [place.at for place in seen] == sorted((place.at for place in seen), reverse=is_past)
        scene.traveller.move_to(AT_TEN + timedelta(hours=1))


def test_the_provider_is_asked_once_in_half_a_minute(scene: Scene) -> None:
    for _ in range(20):
        ask_provider(scene.db, scene.client)
    assert scene.sandbox.calls()["list_scheduled"] == 1
    scene.traveller.shift(31)
    ask_provider(scene.db, scene.client)
    assert scene.sandbox.calls()["list_scheduled"] == 2


def test_a_list_that_says_the_same_changes_nothing(scene: Scene, later: Call) -> None:
    ask_provider(scene.db, scene.client)
    version = scheduled.read_state(scene.db).version
    scene.traveller.shift(31)
    ask_provider(scene.db, scene.client)
    assert scheduled.read_state(scene.db).version == version
