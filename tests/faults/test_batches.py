"""A list goes once to everybody on it, whatever happens between us and the provider."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.wrappers import Request, Response

from tests.faults.lists import again, confirmed, number, people
from tests.faults.scene import LOST_AFTER, MONDAY, SETTLE_SECONDS, USER_ID, Answer, Scene, refusing
from webapp.sandbox import Fault, FaultKind, When
from webapp.services.batches import sending
from webapp.services.batches.retrying import retry
from webapp.services.reconcile import decide
from webapp.store import batch_outcomes, batch_rows, calls, optouts
from webapp.store.batches import Batch, BatchState, Holding
from webapp.store.calls import Operation, OutboxState
from webapp.store.connection import ROWS_A_WRITE

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


def test_no_write_stores_so_many_reports_that_others_wait_for_it(scene: Scene) -> None:
    batch = confirmed(scene, people(3 * ROWS_A_WRITE + 1))
    scene.worker.round(scene.db)
    with scene.writes_heard() as writes:
        scene.pass_time(300)
    for stored in ("UPDATE batch_rows SET", "UPDATE messages SET"):
        sizes = [sum(sql.startswith(stored) for sql in write) for write in writes]
        assert max(sizes) == ROWS_A_WRITE
        assert sum(sizes) >= 3 * ROWS_A_WRITE + 1
    assert set(batch_outcomes.count_by_status(scene.db, batch.id)) == {"DELIVERED"}


def test_a_long_list_goes_in_calls_of_five_thousand_in_order(scene: Scene) -> None:
    scene.sandbox.set_credits(20_000)
    batch = confirmed(scene, people(10_001))
    scene.worker.round(scene.db)
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
    scene.pass_time(2 * HOUR, step=180)
    assert texts(scene) == everybody(30)
    assert batch_outcomes.count_by_status(scene.db, batch.id) == {"DELIVERED": 30}


def test_a_part_that_the_provider_has_only_half_of_is_for_a_person(scene: Scene) -> None:
    scene.sandbox.faults.add(LOST_REPLY)
    batch = confirmed(scene, people(30))
    scene.worker.round(scene.db)
    with scene.sandbox.store.writing() as db:
        db.execute("DELETE FROM messages WHERE destination = ?", [number(7)])
    scene.pass_time(HOUR, step=180)
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
    scene.pass_time(2 * HOUR, step=180)
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
    scene.pass_time(HOUR, step=180)
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
    scene.pass_time(2 * HOUR, step=180)
    paused = again(scene.db, batch)
    assert (paused.state, paused.problem) == (BatchState.PAUSED, sending.UNREACHABLE_TOO_LONG)
    assert texts(scene) == Counter()


def test_a_lost_reply_of_a_single_text_and_a_batch_do_not_take_each_others_messages(scene: Scene) -> None:
    scene.sandbox.faults.add(LOST_REPLY)
    confirmed(scene, [("Ann", number(1))], "On Tuesday")
    scene.worker.round(scene.db)
    call = scene.lost(LOST_AFTER, "On Tuesday", number(1))
    scene.pass_time(HOUR, step=180)
    assert texts(scene)[number(1)] == 2
    assert len(scene.texts_of(call)) == 1


def test_a_row_that_the_provider_names_is_left_out_and_the_others_go(scene: Scene) -> None:
    def refuse_third(asked: Request, answer: Answer) -> Response:
        numbers = asked.get_json().get("destinations", []) if asked.path == "/v1/batch/send" else []
        if number(2) not in numbers:
            return answer()
        at = str(numbers.index(number(2)))
        problem = {"message": "Not today", "path": ["destinations", at]}
        return Response(json.dumps({"message": "Validation", "errors": [problem]}), 400)

    scene.between(refuse_third)
    batch = confirmed(scene, people(5))
    scene.pass_time(60)
    assert texts(scene) == everybody(5) - Counter([number(2)])
    (refused,) = batch_rows.list_by_verdict(scene.db, batch.id, [batch_rows.REFUSED], limit=9)
    assert refused.number == number(2)


def test_somebody_who_opts_out_after_the_yes_is_left_out(scene: Scene) -> None:
    batch = confirmed(scene, people(3))
    optouts.add_opt_out(
        scene.db, number(1), who="sam", source=optouts.OptOutSource.STAFF, now=datetime.now(UTC)
    )
    scene.pass_time(60)
    assert texts(scene) == everybody(3) - Counter([number(1)])
    assert batch_rows.count_by_verdict(scene.db, batch.id) == {"valid": 2, "opted_out": 1}


def test_a_part_of_which_everybody_opts_out_ends_without_a_call(scene: Scene) -> None:
    batch = confirmed(scene, people(1))
    optouts.add_opt_out(
        scene.db, number(0), who="sam", source=optouts.OptOutSource.STAFF, now=datetime.now(UTC)
    )
    scene.pass_time(60)
    assert parts(scene, batch) == [OutboxState.REFUSED]
    assert "send_batch" not in scene.sandbox.calls()


def test_a_part_that_a_person_wants_sent_goes_after_one_more_look(scene: Scene) -> None:
    batch = confirmed(scene, people(3))
    for _ in range(3):
        scene.sandbox.faults.add(LOST_CALL)
    scene.pass_time(HOUR / 2, step=180)
    (call,) = calls.list_of_batch(scene.db, batch.id)
    assert call.needs_person
    assert decide(scene.db, call, "send")
    scene.pass_time(120)
    assert texts(scene) == everybody(3)


def test_two_like_lists_to_the_same_people_share_no_batch(scene: Scene) -> None:
    """Nothing but the time tells them apart: no guess is made."""
    scene.sandbox.faults.add(LOST_REPLY)
    first = confirmed(scene, people(3))
    scene.worker.round(scene.db)
    scene.sandbox.faults.add(LOST_CALL)
    second = confirmed(scene, people(3), send_again=True)
    scene.pass_time(HOUR, step=180)
    both = [call for batch in (first, second) for call in calls.list_of_batch(scene.db, batch.id)]
    ids = [call.provider_batch_id for call in both if call.provider_batch_id]
    assert len(set(ids)) == len(ids)
    assert all(times <= 2 for times in texts(scene).values())


def test_a_cancelled_batch_is_kept_from_going_here_and_there(scene: Scene) -> None:
    batch = confirmed(scene, people(4), at=AT_TEN)
    scene.pass_time(60)
    assert sending.cancel(scene.db, scene.client, again(scene.db, batch)).cancelled == 4
    scene.pass_time(2 * HOUR, step=180)
    assert texts(scene) == everybody(4)  # accepted for its time
    assert scene.client.search_messages() == ()


def test_a_cancellation_that_comes_too_late_says_so(scene: Scene) -> None:
    batch = confirmed(scene, people(4), at=AT_TEN)
    scene.pass_time(60)
    scene.traveller.shift(HOUR)
    scene.sandbox.run_due()
    done = sending.cancel(scene.db, scene.client, again(scene.db, batch))
    assert (done.cancelled, done.too_late) == (0, 4)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_scheduled_batch_is_followed_to_its_delivery(scene: Scene, keeps: bool) -> None:
    scene.sandbox.change_switches({"processed_keeps_id": keeps})
    batch = confirmed(scene, people(4), at=AT_TEN)
    scene.pass_time(2 * HOUR, step=180)
    assert batch_outcomes.count_by_status(scene.db, batch.id) == {"DELIVERED": 4}
    assert again(scene.db, batch).state is BatchState.SENT


def test_a_text_scheduled_by_itself_belongs_to_no_draft_and_is_still_found(scene: Scene) -> None:
    scene.sandbox.faults.add(LOST_AFTER)
    batch = confirmed(scene, people(3), PERSONAL, at=AT_TEN, holding=Holding.PROVIDER)
    scene.pass_time(3 * SETTLE_SECONDS)
    assert parts(scene, batch) == [OutboxState.ACCEPTED] * 3
    assert texts(scene) == everybody(3)


def test_only_what_failed_for_a_time_is_sent_again(scene: Scene) -> None:
    rows = [("Gone", "07400 123490"), ("Off", "07400 123491"), *people(3)]
    batch = confirmed(scene, rows)
    scene.pass_time(300)
    new = retry(scene.db, again(scene.db, batch), author_id=USER_ID, temporary_only=True).batch
    assert new is not None
    (row,) = batch_rows.list_rows(scene.db, new.id, limit=9)
    assert row.number == "447400123491"


def test_each_part_is_held_against_the_balance_that_the_one_before_it_left(scene: Scene) -> None:
    batch = confirmed(scene, people(5001))
    scene.sandbox.set_credits(5000)
    scene.worker.round(scene.db)
    paused = again(scene.db, batch)
    assert paused.state is BatchState.PAUSED
    assert "1 are missing" in (paused.problem or "")
    assert texts(scene).total() == 5000


def test_a_refusal_for_credits_speaks_of_its_part_only(scene: Scene) -> None:
    """The parts before it may well have gone."""
    batch = confirmed(scene, [("Nobody", "07400 123497"), *people(3)])
    scene.pass_time(60)
    problem = again(scene.db, batch).problem or ""
    assert "for the next part, which needs 4" in problem
    assert "Nothing of that part was sent or charged" in problem


def test_a_cancellation_that_cannot_be_asked_for_is_told_apart(scene: Scene) -> None:
    batch = confirmed(scene, people(4), at=AT_TEN)
    scene.pass_time(60)
    scene.between(refusing(lambda asked: asked.method == "DELETE", 429))
    done = sending.cancel(scene.db, scene.client, again(scene.db, batch))
    assert (done.cancelled, done.too_late, done.unknown, done.not_asked) == (0, 0, 0, 4)
    scene.between(lambda _asked, answer: answer())
    assert sending.cancel(scene.db, scene.client, again(scene.db, batch)).cancelled == 4


def opt_out(scene: Scene, position: int) -> None:
    optouts.add_opt_out(
        scene.db, number(position), who="sam", source=optouts.OptOutSource.STAFF, now=datetime.now(UTC)
    )


def reached(scene: Scene) -> Counter[str]:
    """Who got a text, as the provider's log has it."""
    return Counter(message.destination for message in scene.client.search_messages())


@pytest.mark.parametrize("position", [0, 2], ids=["the first", "another"])
def test_who_opts_out_of_a_scheduled_batch_gets_nothing_and_the_others_get_it(
    scene: Scene, position: int
) -> None:
    confirmed(scene, people(4), at=AT_TEN)
    scene.pass_time(60)
    opt_out(scene, position)
    scene.pass_time(2 * HOUR, step=180)
    assert reached(scene) == everybody(4) - Counter([number(position)])


@pytest.mark.parametrize("when", [When.BEFORE, When.AFTER])
def test_a_lost_cancellation_on_the_way_leaves_nobody_out_and_nobody_twice(scene: Scene, when: When) -> None:
    confirmed(scene, people(4), at=AT_TEN)
    scene.pass_time(60)
    scene.sandbox.faults.add(Fault(kind=FaultKind.DROP, when=when, path="/v1/batches/schedule/"))
    opt_out(scene, 1)
    scene.pass_time(120)
    scene.pass_time(2 * HOUR, step=180)  # by another worker, which looks for them again
    assert reached(scene) == everybody(4) - Counter([number(1)])


def test_a_batch_that_staff_cancel_is_not_scheduled_anew_for_those_who_stay(scene: Scene) -> None:
    batch = confirmed(scene, people(4), at=AT_TEN)
    scene.pass_time(60)
    scene.between(refusing(lambda asked: asked.method == "DELETE", 429))
    opt_out(scene, 1)
    scene.pass_time(120)
    scene.between(lambda _asked, answer: answer())
    assert sending.cancel(scene.db, scene.client, again(scene.db, batch)).cancelled == 4
    scene.pass_time(2 * HOUR, step=180)
    assert reached(scene) == Counter()
