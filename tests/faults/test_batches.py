"""A list goes once to everybody on it, whatever happens between us and the provider."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.faults.lists import again, confirmed, number, people
from tests.faults.scene import LOST_AFTER, MONDAY, SETTLE_SECONDS, Scene
from webapp.sandbox import Fault, FaultKind, When
from webapp.services.batches import sending
from webapp.store import batch_outcomes, calls
from webapp.store.batches import Batch, BatchState, Holding
from webapp.store.calls import Operation, OutboxState

AT_TEN = MONDAY + timedelta(hours=1)
HOUR = 3600.0
PERSONAL = "Dear ((name)), see you on Tuesday"
BATCH = "/v1/batch/"


def texts(scene: Scene) -> Counter[str]:
    return Counter(text.destination for text in scene.sandbox.accepted())


def everybody(count: int) -> Counter[str]:
    return Counter(number(position) for position in range(count))


def parts(scene: Scene, batch: Batch) -> list[OutboxState]:
    return [call.state for call in calls.list_of_batch(scene.db, batch.id)]


@pytest.mark.parametrize("content", ["See you", PERSONAL], ids=["same text", "personal"])
def test_a_list_goes_to_everybody_on_it_once_and_is_followed_to_its_delivery(
    scene: Scene, content: str
) -> None:
    batch = confirmed(scene, people(60), content)
    scene.pass_time(120)
    assert texts(scene) == everybody(60)
    assert again(scene.db, batch).state is BatchState.SENT
    assert batch_outcomes.count_by_status(scene.db, batch.id) == {"DELIVERED": 60}


def test_a_long_list_goes_in_calls_of_five_thousand_in_order(scene: Scene) -> None:
    scene.sandbox.set_credits(20_000)
    batch = confirmed(scene, people(10_001))
    scene.pass_time(60)
    assert scene.sandbox.calls()["send_batch"] == 3
    assert [call.message_count for call in calls.list_of_batch(scene.db, batch.id)] == [5000, 5000, 1]
    assert texts(scene) == everybody(10_001)


LOST_REPLY = Fault(kind=FaultKind.DROP, when=When.AFTER, path=BATCH)
LOST_CALL = Fault(kind=FaultKind.DROP, path=BATCH)
METADATA = ("array", "absent")


@pytest.mark.parametrize("metadata", METADATA)
@pytest.mark.parametrize("lost", [LOST_REPLY, LOST_CALL], ids=["reply lost", "call lost"])
@pytest.mark.parametrize("content", ["See you", PERSONAL], ids=["same text", "personal"])
def test_a_lost_call_is_looked_up_and_nobody_gets_it_twice(
    scene: Scene, content: str, lost: Fault, metadata: str
) -> None:
    scene.sandbox.change_switches({"metadata_form": metadata})
    scene.sandbox.faults.add(lost)
    batch = confirmed(scene, people(30), content)
    scene.pass_time(3 * SETTLE_SECONDS)
    assert texts(scene) == everybody(30)
    assert parts(scene, batch) == [OutboxState.ACCEPTED]
    assert again(scene.db, batch).state is BatchState.SENT


@pytest.mark.parametrize("lost", [LOST_REPLY, LOST_CALL], ids=["reply lost", "call lost"])
def test_a_lost_scheduling_is_looked_up_among_the_scheduled(scene: Scene, lost: Fault) -> None:
    scene.sandbox.faults.add(lost)
    batch = confirmed(scene, people(30), at=AT_TEN)
    scene.pass_time(2 * HOUR, step=60)
    assert texts(scene) == everybody(30)
    assert batch_outcomes.count_by_status(scene.db, batch.id) == {"DELIVERED": 30}


def test_a_part_that_the_provider_has_only_half_of_is_for_a_person(scene: Scene) -> None:
    scene.sandbox.faults.add(LOST_REPLY)
    batch = confirmed(scene, people(30))
    scene.worker.round(scene.db)
    with scene.sandbox.store.writing() as db:
        db.execute("DELETE FROM messages WHERE destination = ?", [number(7)])
    scene.pass_time(HOUR, step=60)
    (call,) = calls.list_of_batch(scene.db, batch.id)
    assert call.needs_person == "The provider has 29 of the 30 texts of this part of the list."


def test_a_personal_list_for_later_is_held_until_its_time(scene: Scene) -> None:
    batch = confirmed(scene, people(5), PERSONAL, at=AT_TEN)
    scene.pass_time(HOUR - 60, step=60)
    assert texts(scene) == Counter()
    scene.pass_time(300, step=60)
    assert texts(scene) == everybody(5)
    assert again(scene.db, batch).state is BatchState.SENT


def test_a_personal_list_for_later_may_be_scheduled_text_by_text(scene: Scene) -> None:
    batch = confirmed(scene, people(5), PERSONAL, at=AT_TEN, holding=Holding.PROVIDER)
    scene.pass_time(60)
    assert {call.operation for call in calls.list_of_batch(scene.db, batch.id)} == {
        Operation.SCHEDULE_MESSAGE
    }
    scene.pass_time(2 * HOUR, step=60)
    assert texts(scene) == everybody(5)
    assert batch_outcomes.count_by_status(scene.db, batch.id) == {"DELIVERED": 5}


def test_a_paused_batch_begins_nothing_until_it_is_resumed(scene: Scene) -> None:
    batch = confirmed(scene, people(5))
    assert sending.pause(scene.db, batch)
    scene.pass_time(8 * HOUR, step=600)
    assert texts(scene) == Counter()
    assert sending.resume(scene.db, again(scene.db, batch))
    scene.pass_time(60)
    assert texts(scene) == everybody(5)


def test_a_stopped_batch_sends_nothing_more(scene: Scene) -> None:
    batch = confirmed(scene, people(5))
    assert sending.stop(scene.db, batch) == 5
    scene.pass_time(HOUR, step=60)
    assert texts(scene) == Counter()
    assert again(scene.db, batch).state is BatchState.STOPPED


def test_too_few_credits_pause_it_and_say_how_many_are_missing(scene: Scene) -> None:
    batch = confirmed(scene, people(20))
    scene.sandbox.set_credits(5)
    scene.pass_time(120)
    paused = again(scene.db, batch)
    assert (paused.state, texts(scene)) == (BatchState.PAUSED, Counter())
    assert "15 are missing" in (paused.problem or "")
    scene.sandbox.set_credits(100)
    sending.resume(scene.db, paused)
    scene.pass_time(120)
    assert texts(scene) == everybody(20)


def test_a_provider_that_refuses_for_credits_pauses_it_too(scene: Scene) -> None:
    rows = [("Nobody", "07400 123497"), *people(3)]
    batch = confirmed(scene, rows)
    scene.pass_time(60)
    assert again(scene.db, batch).state is BatchState.PAUSED
    assert parts(scene, batch) == [OutboxState.QUEUED]


def test_an_hour_without_the_provider_pauses_it(scene: Scene) -> None:
    scene.sandbox.faults.add(Fault(kind=FaultKind.TOO_MANY, times=None, retry_after=60))
    batch = confirmed(scene, people(3))
    scene.pass_time(2 * HOUR, step=60)
    paused = again(scene.db, batch)
    assert (paused.state, paused.problem) == (BatchState.PAUSED, sending.UNREACHABLE_TOO_LONG)
    assert texts(scene) == Counter()


def test_a_lost_reply_of_a_single_text_and_a_batch_do_not_take_each_others_messages(scene: Scene) -> None:
    scene.sandbox.faults.add(LOST_REPLY)
    confirmed(scene, [("Ann", number(1))], "On Tuesday")
    scene.worker.round(scene.db)
    call = scene.lost(LOST_AFTER, "On Tuesday", number(1))
    scene.pass_time(HOUR, step=60)
    assert texts(scene)[number(1)] == 2
    assert len(scene.texts_of(call)) == 1
