"""Changing a scheduled text, whatever happens between its steps: never both, never neither, and the truth."""

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.wrappers import Request, Response

from tests.faults.changing import change_to, changed, confirmed, written
from tests.faults.scene import NUMBER, Answer, Scene, confirm
from webapp.sandbox import Fault, FaultKind, When
from webapp.services import change_scheduled
from webapp.services.cancel_scheduled import Cancelled, cancel
from webapp.services.carry_changes import carry_on_now
from webapp.services.change_scheduled import CannotBeChanged
from webapp.services.changes_told import ToldChange, told_of_new, told_of_old
from webapp.services.reconcile import decide
from webapp.services.refusals import CannotBeSent
from webapp.services.scheduled import ask_provider, find_entry
from webapp.smsworks.models import OutboundBatch, OutboundMessage
from webapp.store import changes, looks, optouts, outbox
from webapp.store.calls import Call, OutboxState
from webapp.store.changes import ChangeState
from webapp.store.drafts import Delivery
from webapp.store.optouts import OptOutSource

HOUR = 3600.0
AT_TEN = datetime(2027, 1, 4, 10, 0, tzinfo=UTC)
AT_ELEVEN = AT_TEN + timedelta(hours=1)
CANCEL = "cancel_scheduled_message"
SCHEDULE = "schedule_message"
OLD, NEW = "See you at eleven", "See you at twelve"


@pytest.fixture
def old(scene: Scene) -> Call:
    return scene.sent(OLD, delivery=Delivery.LATER, at=AT_TEN)


def listed(scene: Scene) -> dict[str, str]:
    """What the provider has scheduled: content and status."""
    return {item.content: item.status for item in scene.client.list_scheduled()}


def went(scene: Scene) -> list[str]:
    """What people got in the end."""
    scene.between(lambda _asked, answer: answer())
    scene.sandbox.faults.clear()
    scene.pass_time(4 * HOUR, step=600)
    return sorted(message.content for message in scene.client.search_messages())


def told(scene: Scene, new: Call) -> ToldChange:
    found = told_of_new(scene.db, scene.call(new), timezone=scene.settings.timezone)
    assert found is not None
    return found


def told_old(scene: Scene, old: Call) -> ToldChange:
    found = told_of_old(scene.db, old.ref, timezone=scene.settings.timezone)
    assert found is not None
    return found


def test_a_changed_text_takes_the_place_of_the_old_one(scene: Scene, old: Call) -> None:
    new = changed(scene, old)
    assert listed(scene) == {OLD: "CANCELLED", NEW: "SCHEDULED"}
    assert change_to(scene, new).state is ChangeState.DONE
    assert "has taken its place" in told_old(scene, old).words
    assert told(scene, new).other_reference == old.ref
    assert went(scene) == [NEW]


def test_a_change_of_nothing_but_the_time_needs_no_second_yes(scene: Scene, old: Call) -> None:
    new = changed(scene, old, OLD, at=AT_ELEVEN)
    assert change_to(scene, new).state is ChangeState.DONE
    assert went(scene) == [OLD]


def test_nothing_is_asked_before_somebody_has_said_yes(scene: Scene, old: Call) -> None:
    scene.sandbox.forget_calls()
    written(scene, old.ref, NEW)
    scene.worker.round(scene.db)
    assert not {CANCEL, SCHEDULE} & scene.sandbox.calls().keys()
    assert went(scene) == [OLD]


@pytest.mark.parametrize("when", [When.BEFORE, When.AFTER])
@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.SERVER_ERROR, FaultKind.CUT_OFF])
def test_a_new_text_of_which_nobody_knows_leaves_the_old_one_until_it_is_known(
    scene: Scene, old: Call, kind: FaultKind, when: When
) -> None:
    if kind is FaultKind.CUT_OFF and when is When.BEFORE:
        when = When.AFTER
    scene.sandbox.faults.add(Fault(kind=kind, when=when, operation=SCHEDULE))
    new = changed(scene, old)
    assert new.state is OutboxState.UNKNOWN
    assert scene.call(old).schedule_status == "SCHEDULED"
    assert "Nobody knows yet whether the provider has taken the new text" in told(scene, new).words
    scene.pass_time(600)
    assert change_to(scene, new).state is ChangeState.DONE
    assert went(scene) == [NEW]


def test_a_new_text_that_is_refused_leaves_the_old_one_untouched(scene: Scene, old: Call) -> None:
    scene.sandbox.set_credits(0)
    new = changed(scene, old)
    assert change_to(scene, new).state is ChangeState.NOT_TAKEN
    assert "Nothing was done to the old one" in told(scene, new).words
    assert listed(scene) == {OLD: "SCHEDULED"}
    scene.sandbox.set_credits(100)
    assert went(scene) == [OLD]


def test_after_a_change_that_was_refused_another_can_be_made(scene: Scene, old: Call) -> None:
    scene.sandbox.set_credits(0)
    changed(scene, old)
    scene.sandbox.set_credits(100)
    assert change_to(scene, changed(scene, old)).state is ChangeState.DONE
    assert went(scene) == [NEW]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.DROP, operation=CANCEL),
        Fault(kind=FaultKind.DROP, when=When.AFTER, operation=CANCEL),
        Fault(kind=FaultKind.SERVER_ERROR, when=When.AFTER, operation=CANCEL),
        Fault(kind=FaultKind.TOO_MANY, operation=CANCEL, times=5),
        Fault(kind=FaultKind.HTML, operation=CANCEL, times=5),
        Fault(kind=FaultKind.DROP, operation=CANCEL, times=5),
        Fault(kind=FaultKind.DROP, when=When.AFTER, times=5, operation=CANCEL),
    ],
)
def test_a_cancellation_that_is_lost_is_gone_on_with(scene: Scene, old: Call, fault: Fault) -> None:
    scene.sandbox.faults.add(fault)
    new = changed(scene, old)
    scene.pass_time(300)
    assert change_to(scene, new).state is ChangeState.DONE
    assert went(scene) == [NEW]


def test_while_the_provider_is_down_between_the_steps_the_page_says_what_holds(
    scene: Scene, old: Call
) -> None:
    """The provider takes the new text, and then answers nothing for half an hour."""
    new = confirmed(scene, written(scene, old.ref, NEW))
    scene.attempted(new)
    scene.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=None))
    carry_on_now(scene.db, scene.client, new.draft_id or "")
    scene.pass_time(1800, step=180)
    assert change_to(scene, new).state is ChangeState.UNDER_WAY
    words = told(scene, new).words
    assert words.startswith("Both are scheduled at the moment: the old text for Mon 4 Jan 2027, 10:00")
    assert "will be cancelled as soon as the provider answers" in words
    assert told_old(scene, old).is_under_way
    scene.sandbox.faults.clear()
    scene.pass_time(120)
    assert change_to(scene, new).state is ChangeState.DONE
    assert went(scene) == [NEW]


def test_near_the_time_of_the_old_one_it_is_said_what_can_happen_and_then_what_did(
    scene: Scene, old: Call
) -> None:
    new = confirmed(scene, written(scene, old.ref, NEW))
    scene.attempted(new)
    scene.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation=CANCEL, times=None))
    scene.traveller.move_to(AT_TEN - timedelta(seconds=90))
    scene.worker.round(scene.db)
    assert "If it does not answer before" in told(scene, new).words
    scene.traveller.move_to(AT_TEN + timedelta(seconds=1))
    assert "time has come, and nobody knows yet whether it has gone" in told(scene, new).words
    scene.sandbox.run_due()
    scene.pass_time(30, step=2)
    assert "Too late: the old text has gone. The new one" in told(scene, new).words
    scene.sandbox.faults.clear()
    scene.pass_time(120)
    assert change_to(scene, new).state is ChangeState.OLD_WENT
    assert listed(scene) == {OLD: "PROCESSED", NEW: "CANCELLED"}
    assert "Only the old one was sent" in told_old(scene, old).words
    assert went(scene) == [OLD]


def test_an_old_one_that_goes_at_that_very_moment_has_the_new_one_cancelled_at_once(
    scene: Scene, old: Call
) -> None:
    """It could be cancelled when the page was drawn, and is sent while the call is on its way."""

    def send_it_first(asked: Request, answer: Answer) -> Response:
        if asked.method == "DELETE":
            scene.traveller.move_to(AT_TEN + timedelta(seconds=1))
            scene.sandbox.run_due()
        return answer()

    scene.between(send_it_first)
    new = changed(scene, old)
    assert change_to(scene, new).state is ChangeState.OLD_WENT
    assert listed(scene) == {OLD: "PROCESSED", NEW: "CANCELLED"}
    assert went(scene) == [OLD]


def test_when_even_the_new_one_has_gone_it_is_said_that_both_went(scene: Scene, old: Call) -> None:
    new = confirmed(scene, written(scene, old.ref, NEW, at=AT_TEN + timedelta(minutes=1)))
    scene.attempted(new)
    scene.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation=CANCEL, times=None))
    scene.traveller.move_to(AT_TEN + timedelta(minutes=2))
    scene.sandbox.run_due()
    scene.sandbox.faults.clear()
    scene.pass_time(120)
    assert change_to(scene, new).state is ChangeState.BOTH_WENT
    assert told(scene, new).title == "Both texts went"
    assert went(scene) == [OLD, NEW]


def test_a_new_text_is_not_handed_over_once_the_time_of_the_old_one_has_come(scene: Scene, old: Call) -> None:
    scene.sandbox.faults.add(Fault(kind=FaultKind.TOO_MANY, operation=SCHEDULE, times=None))
    new = changed(scene, old)
    assert "has not been handed over yet" in told(scene, new).words
    scene.traveller.move_to(AT_TEN - timedelta(minutes=1))
    assert "If it is not handed over before then, it is not sent at all" in told(scene, new).words
    scene.traveller.move_to(AT_TEN)
    assert went(scene) == [OLD]
    assert change_to(scene, new).state is ChangeState.NOT_TAKEN
    assert scene.texts_of(new) == []


def test_even_one_that_a_person_wants_sent_again_is_held_back_then(scene: Scene, old: Call) -> None:
    """It was lost, and whoever said "schedule it again" did so a minute before the time of the old one."""
    scene.sandbox.faults.add(Fault(kind=FaultKind.DROP, operation=SCHEDULE))
    new = changed(scene, old)
    outbox.ask_person(scene.db, new, now=datetime.now(UTC), reason="Doubtful.")
    scene.traveller.move_to(AT_TEN - timedelta(minutes=1))
    assert decide(scene.db, scene.call(new), "send")
    scene.traveller.move_to(AT_TEN + timedelta(seconds=1))
    assert went(scene) == [OLD]
    assert scene.call(new).error_code == change_scheduled.OLD_WENT
    assert change_to(scene, new).state is ChangeState.NOT_TAKEN


def test_one_found_only_after_the_old_one_went_is_cancelled(scene: Scene, old: Call) -> None:
    scene.sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER, operation=SCHEDULE))
    new = changed(scene, old)
    scene.traveller.move_to(AT_TEN + timedelta(minutes=1))
    scene.sandbox.run_due()
    scene.pass_time(300)
    assert change_to(scene, new).state is ChangeState.OLD_WENT
    assert went(scene) == [OLD]


def test_a_text_that_has_not_been_handed_over_is_changed_too(scene: Scene) -> None:
    """The provider was down when it was confirmed; when it is back, both are handed over, and one goes."""
    scene.sandbox.faults.add(Fault(kind=FaultKind.TOO_MANY, operation=SCHEDULE, times=2))
    waiting = scene.sent(OLD, delivery=Delivery.LATER, at=AT_TEN)
    assert waiting.state is OutboxState.QUEUED
    new = changed(scene, waiting)
    assert new.state is OutboxState.QUEUED
    assert went(scene) == [NEW]
    assert change_to(scene, new).state is ChangeState.DONE


def test_of_two_people_who_change_the_same_text_the_second_is_told(scene: Scene, old: Call) -> None:
    ada = written(scene, old.ref, "Ada's words", user_id=1)
    sam = written(scene, old.ref, "Sam's words", user_id=2)
    ada_change = changes.find_by_draft(scene.db, ada.id)
    assert ada_change is not None
    assert change_scheduled.others_writing(scene.db, ada_change) == "sam"
    new = confirmed(scene, ada)
    with pytest.raises(CannotBeSent, match="is being changed at this moment, by ada"):
        confirm(scene.db, sam, user_id=2)
    scene.attempted(new)
    carry_on_now(scene.db, scene.client, ada.id)
    with pytest.raises(CannotBeSent, match="changed already, by ada"):
        confirm(scene.db, sam, user_id=2)
    assert went(scene) == ["Ada's words"]


def test_beginning_twice_is_one_change(scene: Scene, old: Call) -> None:
    assert written(scene, old.ref, "Once").id == written(scene, old.ref, "Twice").id


def test_a_change_of_nothing_is_refused(scene: Scene, old: Call) -> None:
    with pytest.raises(CannotBeSent, match="just as it was"):
        confirm(scene.db, written(scene, old.ref, OLD, at=AT_TEN))


def test_confirming_after_the_old_one_went_or_was_cancelled_is_refused(scene: Scene, old: Call) -> None:
    draft = written(scene, old.ref, NEW, at=AT_TEN + timedelta(hours=9))
    scene.traveller.move_to(AT_TEN + timedelta(seconds=1))
    with pytest.raises(CannotBeSent, match="its time has come"):
        confirm(scene.db, draft)
    scene.pass_time(60)
    with pytest.raises(CannotBeSent, match="it has gone"):
        confirm(scene.db, draft)


def refused(scene: Scene, reference: str) -> str:
    entry = find_entry(scene.db, reference)
    assert entry is not None
    with pytest.raises(CannotBeChanged) as refusal:
        change_scheduled.start(scene.db, entry, author_id=1, timezone=scene.settings.timezone)
    return refusal.value.message


def test_what_cannot_be_changed_says_why(scene: Scene, old: Call) -> None:
    cancelled = scene.sent("Called off", "447400123457", delivery=Delivery.LATER, at=AT_ELEVEN)
    entry = find_entry(scene.db, cancelled.ref)
    assert entry is not None
    assert cancel(scene.db, scene.client, entry).result is Cancelled.YES
    assert "It has been cancelled" in refused(scene, cancelled.ref)
    lost = scene.lost(
        Fault(kind=FaultKind.DROP, operation=SCHEDULE),
        "Lost",
        "447400123458",
        delivery=Delivery.LATER,
        at=AT_ELEVEN,
    )
    assert "Nobody knows yet whether the provider has it" in refused(scene, lost.ref)
    optouts.add_opt_out(scene.db, NUMBER, who="sam", source=OptOutSource.STAFF, now=datetime.now(UTC))
    assert "has opted out" in refused(scene, old.ref)
    optouts.remove_opt_out(scene.db, NUMBER, who="ada", reason="Asked", now=datetime.now(UTC))
    scene.traveller.move_to(AT_TEN + timedelta(seconds=1))
    assert "Its time has come" in refused(scene, old.ref)
    scene.pass_time(60)
    assert "It has gone" in refused(scene, old.ref)


def test_whoever_opts_out_in_the_middle_gets_neither(scene: Scene, old: Call) -> None:
    new = confirmed(scene, written(scene, old.ref, NEW))
    optouts.add_opt_out(scene.db, NUMBER, who="sam", source=OptOutSource.STAFF, now=datetime.now(UTC))
    assert went(scene) == []
    assert change_to(scene, new).state is ChangeState.NOT_TAKEN


def test_another_programs_text_is_changed_too(scene: Scene) -> None:
    message = OutboundMessage("Clinic", NUMBER, "Not from here", scheduled_at=AT_TEN)
    receipt = scene.client.schedule_message(message=message)
    ask_provider(scene.db, scene.client)
    new = confirmed(scene, written(scene, receipt.message_id, NEW))
    scene.attempted(new)
    carry_on_now(scene.db, scene.client, new.draft_id or "")
    assert listed(scene) == {"Not from here": "CANCELLED", NEW: "SCHEDULED"}
    assert change_to(scene, new).state is ChangeState.DONE
    assert went(scene) == [NEW]


def test_a_lost_new_text_is_never_taken_for_the_one_it_replaces(scene: Scene) -> None:
    """Nothing but the tag is changed, so that the provider's list shows two that are just alike."""
    message = OutboundMessage("ElmStreet", NUMBER, "Just alike", scheduled_at=AT_TEN)
    receipt = scene.client.schedule_message(message=message)
    ask_provider(scene.db, scene.client)
    draft = written(scene, receipt.message_id, "Just alike", at=AT_TEN + timedelta(seconds=30))
    scene.sandbox.faults.add(Fault(kind=FaultKind.DROP, operation=SCHEDULE))
    new = confirmed(scene, draft)
    scene.attempted(new)
    scene.pass_time(900)
    assert scene.call(new).message_id not in (None, receipt.message_id)
    assert change_to(scene, new).state is ChangeState.DONE
    assert went(scene) == ["Just alike"]


def test_another_programs_batch_says_why_it_cannot_be_changed(scene: Scene) -> None:
    batch = OutboundBatch("Clinic", (NUMBER, "447400123457"), "Both of you", scheduled_at=AT_TEN)
    receipt = scene.client.schedule_batch(batch=batch)
    ask_provider(scene.db, scene.client)
    assert "A batch cannot be changed here" in refused(scene, receipt.batch_id)


def test_a_new_text_that_is_cancelled_first_leaves_the_old_one(scene: Scene, old: Call) -> None:
    new = confirmed(scene, written(scene, old.ref, NEW))
    attempted = scene.attempted(new)
    scene.client.cancel_scheduled_message(message_id=attempted.message_id or "")
    looks.record_schedule_status(scene.db, attempted, "CANCELLED", now=datetime.now(UTC), next_look_at=None)
    carry_on_now(scene.db, scene.client, new.draft_id or "")
    assert change_to(scene, new).state is ChangeState.NEW_CANCELLED
    assert "Cancel it, too, if nothing is to go" in told_old(scene, old).words
    assert went(scene) == [OLD]


def test_an_old_one_that_the_provider_lists_no_more_leaves_the_new_one_and_says_so(
    scene: Scene, old: Call
) -> None:
    def without_it(asked: Request, answer: Answer) -> Response:
        if asked.method == "DELETE":
            return Response('{"message": "No such message"}', 404)
        return Response("[]") if asked.path.endswith("/messages/schedule") else answer()

    scene.between(without_it)
    new = changed(scene, old)
    assert change_to(scene, new).state is ChangeState.OLD_GONE
    assert "Look at the provider’s own website" in told(scene, new).words


def test_what_is_taking_a_place_is_not_replaced_before_that_is_done(scene: Scene, old: Call) -> None:
    """Else the second change would cancel it, and the text whose place it was to take would stay."""
    new = confirmed(scene, written(scene, old.ref, NEW))
    scene.attempted(new)
    assert "which is not done yet" in refused(scene, new.ref)
    carry_on_now(scene.db, scene.client, new.draft_id or "")
    third = changed(scene, scene.call(new), "See you at one")
    assert change_to(scene, third).state is ChangeState.DONE
    assert went(scene) == ["See you at one"]


def test_somebody_who_looks_in_the_middle_is_kept_from_cancelling_half_of_it(scene: Scene, old: Call) -> None:
    confirmed(scene, written(scene, old.ref, NEW))
    assert "It is being changed" in (change_scheduled.kept_from_cancelling(scene.db, old.ref) or "")
