"""Finding out what became of a text whose reply was lost: found, sent again, or put before a person."""

from datetime import timedelta

import pytest

from tests.faults.scene import (
    LOST_AFTER,
    LOST_BEFORE,
    MONDAY,
    NUMBER,
    SETTLE_SECONDS,
    Scene,
    dating,
    knowing_no_metadata,
    refusing,
    repeating,
)
from webapp.sandbox import Fault, FaultKind
from webapp.smsworks.models import OutboundMessage
from webapp.store.calls import Call, OutboxState
from webapp.store.drafts import Delivery

TOMORROW = MONDAY + timedelta(days=1)
OTHER_NUMBER = "447400123457"
HOUR = 3600.0

VARIANTS: dict[str, dict[str, object]] = {
    "the likeliest": {},
    "metadata as a map": {"metadata_form": "map"},
    "no metadata": {"metadata_form": "absent"},
    "JavaScript dates": {"date_form": "javascript"},
    "dates in milliseconds": {"date_form": "epoch"},
    "destination as text": {"destination_form": "string"},
    "wrapped lists": {"wrapped_lists": True},
    "one item bare": {"scheduled_list": "object", "schedule_reply": "object"},
    "nested scheduled message": {"scheduled_message_nested": True},
    "null fields": {"absent_fields": "null"},
    "missing fields": {"absent_fields": "omitted"},
    "log two minutes behind": {"log_lag_seconds": 120.0},
    "log behind, no metadata": {"log_lag_seconds": 120.0, "metadata_form": "absent"},
    "random order": {"page_order": "random"},
    "oldest first": {"page_order": "oldest_first"},
    "period by change": {"period_field": "modified", "period_inclusive": False},
    "new id when processed": {"processed_keeps_id": False},
    "a late schedule goes at once": {"past_schedule": "sent_at_once"},
}


def in_three_ways(scene: Scene, fault: Fault) -> list[Call]:
    """A text now, one as flash and one for tomorrow, each of whose first attempt suffers `fault`."""
    return [
        scene.lost(fault, "A text"),
        scene.lost(fault, "A flash text", delivery=Delivery.FLASH),
        scene.lost(fault, "A text for later", delivery=Delivery.LATER, at=TOMORROW),
    ]


NO_METADATA_AT_ALL = "metadata unknown"


@pytest.fixture(params=[*VARIANTS, NO_METADATA_AT_ALL])
def variant(request: pytest.FixtureRequest, scene: Scene) -> str:
    if request.param == NO_METADATA_AT_ALL:
        scene.between(knowing_no_metadata)
    scene.sandbox.change_switches(VARIANTS.get(request.param, {}))
    return str(request.param)


def test_what_was_taken_on_is_found_and_never_sent_again(scene: Scene, variant: str) -> None:
    lost = in_three_ways(scene, LOST_AFTER)
    scene.pass_time(2 * SETTLE_SECONDS, step=40)
    scene.pass_time(HOUR, step=600)
    for call in lost:
        (text,) = scene.texts_of(call)
        now = scene.call(call)
        assert (now.state, now.message_id, now.attempts) == (OutboxState.ACCEPTED, text.message_id, 1)


def test_what_never_arrived_is_sent_once_when_the_log_has_settled(scene: Scene, variant: str) -> None:
    lost = in_three_ways(scene, LOST_BEFORE)
    scene.pass_time(SETTLE_SECONDS - 40, step=40)
    assert scene.sandbox.accepted() == ()
    scene.pass_time(SETTLE_SECONDS, step=40)
    scene.pass_time(HOUR, step=600)
    for call in lost:
        scene.assert_sent_once(call)
        assert scene.call(call).attempts == 2


def test_a_list_that_repeats_its_rows_shows_no_text_twice(scene: Scene) -> None:
    scene.between(repeating)
    lost = in_three_ways(scene, LOST_AFTER)
    scene.pass_time(60)
    for call in lost:
        scene.assert_sent_once(call)


LOOKING_IS_IMPOSSIBLE = {
    "an error": Fault(kind=FaultKind.SERVER_ERROR, path="/v1/messages", times=None),
    "a page": Fault(kind=FaultKind.HTML, path="/v1/messages", times=None),
    "half an answer": Fault(kind=FaultKind.TRUNCATED, path="/v1/messages", times=None),
    "no answer": Fault(kind=FaultKind.DROP, path="/v1/messages", times=None),
    "too many calls": Fault(kind=FaultKind.TOO_MANY, path="/v1/messages", times=None),
}


@pytest.mark.parametrize("how", LOOKING_IS_IMPOSSIBLE)
def test_while_the_provider_cannot_be_asked_the_outcome_stays_unknown(scene: Scene, how: str) -> None:
    there, lost = scene.lost(LOST_AFTER, "There"), scene.lost(LOST_BEFORE, "Lost")
    scene.sandbox.faults.add(LOOKING_IS_IMPOSSIBLE[how])
    scene.pass_time(2 * SETTLE_SECONDS, step=60)
    assert {scene.call(call).state for call in (there, lost)} == {OutboxState.UNKNOWN}
    scene.sandbox.faults.clear()
    scene.pass_time(2 * SETTLE_SECONDS, step=60)
    for call in (there, lost):
        scene.assert_sent_once(call)


def test_a_wrong_token_during_the_look_settles_nothing(scene: Scene) -> None:
    call = scene.lost(LOST_AFTER)
    scene.between(refusing(lambda asked: asked.path.startswith("/v1/messages"), 401))
    scene.pass_time(2 * SETTLE_SECONDS, step=60)
    assert (scene.call(call).state, scene.call(call).attempts) == (OutboxState.UNKNOWN, 1)


def test_a_text_that_is_there_twice_is_for_a_person(scene: Scene) -> None:
    call = scene.lost(LOST_AFTER)
    scene.client.send_message(message=OutboundMessage.from_wire(call.payload))
    scene.pass_time(HOUR, step=180)
    assert_for_a_person(scene, call)
    assert len(scene.texts_of(call)) == 2


@pytest.mark.parametrize("metadata", ["array", "absent", "unknown"])
@pytest.mark.parametrize("first", [LOST_AFTER, LOST_BEFORE], ids=["accepted", "never there"])
@pytest.mark.parametrize("second", [LOST_AFTER, LOST_BEFORE], ids=["accepted", "never there"])
def test_two_like_texts_to_one_number_never_share_a_message(
    scene: Scene, metadata: str, first: Fault, second: Fault
) -> None:
    if metadata == "unknown":
        scene.between(knowing_no_metadata)
    else:
        scene.sandbox.change_switches({"metadata_form": metadata})
    both = [scene.lost(first), scene.lost(second)]
    scene.pass_time(HOUR, step=180)
    settled = [scene.call(call) for call in both]
    adopted = [call.message_id for call in settled if call.state is OutboxState.ACCEPTED]
    assert len(set(adopted)) == len(adopted) <= len(scene.sandbox.accepted()) <= 2
    waiting = [call.needs_person for call in settled if call.state is OutboxState.UNKNOWN]
    assert all(waiting)
    assert metadata != "array" or not waiting


def test_what_is_found_missing_after_its_time_is_not_sent_in_the_night(scene: Scene) -> None:
    call = scene.lost(LOST_BEFORE)
    scene.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, path="/v1/messages", times=None))
    scene.pass_time(HOUR, step=300)
    scene.sandbox.faults.clear()
    scene.pass_time(8 * HOUR, step=600)
    assert_for_a_person(scene, call)
    assert scene.texts_of(call) == []


def test_after_three_lost_attempts_a_person_decides(scene: Scene) -> None:
    call = scene.lost(LOST_BEFORE)
    for _ in range(5):
        scene.sandbox.faults.add(LOST_BEFORE)
    scene.pass_time(3 * HOUR, step=180)
    assert_for_a_person(scene, call)
    assert scene.call(call).attempts == 3
    assert scene.texts_of(call) == []


def test_the_text_of_another_program_is_never_taken_for_ours(scene: Scene) -> None:
    scene.sent("Seen with our reference", OTHER_NUMBER)
    call = scene.lost(LOST_BEFORE)
    theirs = [
        scene.client.send_message(message=OutboundMessage("ElmStreet", NUMBER, "On Tuesday", metadata=pairs))
        for pairs in ({"from": "another program"}, {"textdesk-ref": "another desk's"})
    ]
    scene.pass_time(HOUR, step=180)
    assert scene.call(call).message_id not in [receipt.message_id for receipt in theirs]
    scene.assert_sent_once(call)


def test_an_unmarked_text_of_another_program_is_never_taken_for_ours(scene: Scene) -> None:
    """The provider has been seen to give our reference back: a text without it is not ours."""
    scene.sent("Seen with our reference", OTHER_NUMBER)
    call = scene.lost(LOST_BEFORE)
    theirs = scene.client.send_message(message=OutboundMessage("ElmStreet", NUMBER, "On Tuesday"))
    scene.pass_time(HOUR, step=180)
    now = scene.call(call)
    assert now.message_id != theirs.message_id
    assert now.needs_person or len(scene.texts_of(call)) == 1


@pytest.mark.parametrize("lost", [LOST_AFTER, LOST_BEFORE], ids=["accepted", "never there"])
@pytest.mark.parametrize("dated", [True, False], ids=["dated by its clock", "dated by a gateway"])
@pytest.mark.parametrize("minutes", [5, -5])
def test_a_provider_whose_clock_is_wrong_gets_no_text_twice(
    scene: Scene, minutes: int, dated: bool, lost: Fault
) -> None:
    scene.clock.advance(60 * minutes)
    scene.sandbox.change_switches({"log_lag_seconds": 120.0})
    if dated:
        scene.between(dating(scene.clock))
    traffic(scene, seconds=300)
    call = scene.lost(lost)
    traffic(scene, seconds=600)
    scene.assert_sent_once(call)


def traffic(scene: Scene, *, seconds: int) -> None:
    """Other texts go out, one a minute."""
    for position in range(seconds // 60):
        scene.sent(f"Text {position} of {seconds}", OTHER_NUMBER)
        scene.pass_time(60, step=60)


def assert_for_a_person(scene: Scene, call: Call) -> None:
    now = scene.call(call)
    assert now.state is OutboxState.UNKNOWN
    assert now.needs_person
