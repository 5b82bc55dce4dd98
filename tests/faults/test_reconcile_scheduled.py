"""What becomes of scheduled texts: lost replies, cancelled elsewhere, and the message one turns into."""

from datetime import timedelta

import pytest
from werkzeug.wrappers import Request, Response

from tests.faults.scene import LOST_AFTER, LOST_BEFORE, MONDAY, Answer, Interference, Scene
from webapp.sandbox import Fault, FaultKind, When
from webapp.services import follow_scheduled
from webapp.services.outcomes import outcomes_of
from webapp.smsworks.errors import OutcomeUnknown
from webapp.store import messages
from webapp.store.calls import Call, OutboxState
from webapp.store.drafts import Delivery

AT_TEN = MONDAY + timedelta(hours=1)
HOUR = 3600.0
OTHER_NUMBER = "447400123457"


def later(scene: Scene, fault: Fault | None = None, content: str = "See you at eleven") -> Call:
    if fault is None:
        return scene.sent(content, delivery=Delivery.LATER, at=AT_TEN)
    return scene.lost(fault, content, delivery=Delivery.LATER, at=AT_TEN)


def status_of(scene: Scene, call: Call) -> str | None:
    found = messages.find_by_call(scene.db, call.id)
    return found.report.status if found else None


@pytest.mark.parametrize("fault", [None, LOST_AFTER], ids=["answered", "reply lost"])
@pytest.mark.parametrize("keeps_id", [True, False])
@pytest.mark.parametrize("metadata", ["array", "map", "absent"])
def test_a_scheduled_text_is_followed_to_its_delivery(
    scene: Scene, metadata: str, keeps_id: bool, fault: Fault | None
) -> None:
    scene.sandbox.change_switches({"metadata_form": metadata, "processed_keeps_id": keeps_id})
    call = later(scene, fault)
    scene.pass_time(2 * HOUR, step=180)
    now = scene.call(call)
    assert (now.state, now.schedule_status, now.attempts) == (OutboxState.ACCEPTED, "PROCESSED", 1)
    assert status_of(scene, call) == "DELIVERED"
    (outcome,) = outcomes_of(scene.db, [now])
    assert outcome.meaning.word == "Delivered"
    assert len(scene.texts_of(call)) == 1


@pytest.mark.parametrize("fault", [None, LOST_AFTER], ids=["answered", "reply lost"])
def test_a_text_cancelled_elsewhere_is_shown_as_cancelled_and_never_scheduled_again(
    scene: Scene, fault: Fault | None
) -> None:
    call = later(scene, fault)
    (text,) = scene.texts_of(call)
    scene.client.cancel_scheduled_message(message_id=text.message_id or "")
    scene.pass_time(2 * HOUR, step=180)
    now = scene.call(call)
    assert (now.state, now.schedule_status) == (OutboxState.ACCEPTED, "CANCELLED")
    assert len(scene.texts_of(call)) == 1
    assert scene.client.search_messages() == ()


def test_a_text_found_only_after_it_went_is_adopted(scene: Scene) -> None:
    call = later(scene, LOST_AFTER)
    scene.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, path="/v1/messages", times=None))
    scene.pass_time(HOUR + 300, step=180)
    scene.sandbox.faults.clear()
    scene.pass_time(HOUR, step=180)
    scene.assert_sent_once(call)
    assert status_of(scene, call) == "DELIVERED"


def test_a_text_missed_until_its_time_is_past_is_for_a_person(scene: Scene) -> None:
    call = later(scene, LOST_BEFORE)
    scene.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, path="/v1/messages", times=None))
    scene.pass_time(HOUR + 60, step=180)
    scene.sandbox.faults.clear()
    scene.pass_time(8 * HOUR, step=600)
    assert scene.call(call).needs_person
    assert scene.sandbox.accepted() == ()


def test_a_cancellation_whose_reply_is_lost_is_seen_in_the_scheduled_list(scene: Scene) -> None:
    call = later(scene)
    scene.sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER, path="/v1/messages/schedule/"))
    with pytest.raises(OutcomeUnknown):
        follow_scheduled.cancel(scene.db, scene.client, call)
    scene.pass_time(HOUR / 2, step=180)
    assert scene.call(call).schedule_status == "CANCELLED"


def test_two_like_texts_scheduled_for_one_time_share_no_item(scene: Scene) -> None:
    answered, lost = later(scene), later(scene, LOST_AFTER)
    scene.pass_time(1800, step=180)
    ids = {scene.call(call).message_id for call in (answered, lost)}
    assert ids == {text.message_id for text in scene.sandbox.accepted()}
    assert len(ids) == 2


def test_the_next_of_two_like_reminders_is_followed_to_its_own_message(scene: Scene) -> None:
    """Without metadata and with new ids, the first reminder's message looks like the second's."""
    scene.sandbox.change_switches({"metadata_form": "absent", "processed_keeps_id": False})
    both = [
        scene.sent("Take your tablets", delivery=Delivery.LATER, at=AT_TEN + timedelta(hours=hours))
        for hours in (0, 1)
    ]
    scene.pass_time(4 * HOUR, step=180)
    found = [messages.find_by_call(scene.db, call.id) for call in both]
    assert len({message.report.message_id for message in found if message}) == 2


def test_the_message_of_a_scheduled_text_is_not_taken_for_a_lost_one(scene: Scene) -> None:
    """It has another id than the schedule had, so that only the record of messages knows whose it is."""
    scene.sandbox.change_switches({"metadata_form": "absent", "processed_keeps_id": False})
    scheduled = scene.sent("Come in", delivery=Delivery.LATER, at=MONDAY + timedelta(minutes=2))
    scene.pass_time(240, step=20)
    assert status_of(scene, scheduled) == "DELIVERED"
    lost = scene.lost(LOST_BEFORE, "Come in")
    scene.pass_time(HOUR, step=180)
    assert scene.call(lost).needs_person or len(scene.texts_of(lost)) == 1


def test_a_log_that_has_caught_up_says_nothing_about_the_scheduled_list(scene: Scene) -> None:
    scene.between(hiding_the_scheduled(scene, seconds=120))
    call = later(scene, LOST_AFTER)
    scene.pass_time(80, step=20)
    scene.sent("Another text", OTHER_NUMBER)
    scene.pass_time(HOUR / 2, step=20)
    assert len(scene.texts_of(call)) == 1
    assert scene.call(call).state is OutboxState.ACCEPTED


def test_a_scheduled_text_that_never_becomes_a_message_is_brought_before_somebody(scene: Scene) -> None:
    """The provider listed it, its time is days past, and no message came of it."""
    call = later(scene)
    scene.between(losing_everything)
    scene.pass_time(80 * HOUR, step=HOUR)
    (outcome,) = outcomes_of(scene.db, [scene.call(call)])
    assert outcome.meaning.word != "Scheduled"


def hiding_the_scheduled(scene: Scene, *, seconds: float) -> Interference:
    """The scheduled list shows an item only `seconds` after the test began."""

    def interfere(asked: Request, answer: Answer) -> Response:
        if asked.path == "/v1/messages/schedule" and scene.clock() < MONDAY + timedelta(seconds=seconds):
            return Response("[]", content_type="application/json")
        return answer()

    return interfere


def losing_everything(asked: Request, answer: Answer) -> Response:
    """A provider that has forgotten all its messages."""
    return (
        Response("[]", content_type="application/json") if asked.path.startswith("/v1/messages") else answer()
    )
