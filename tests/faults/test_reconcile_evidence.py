"""What may be believed about a lost text: silence, likeness and lateness are weak witnesses."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from werkzeug.wrappers import Request, Response

from tests.faults.scene import (
    LOST_AFTER,
    LOST_BEFORE,
    SETTLE_SECONDS,
    Answer,
    Interference,
    Scene,
    client_of,
    dating,
    knowing_no_metadata,
    refusing,
)
from webapp.sandbox import ConnectionDropped
from webapp.services.reconcile import decide, reconcile
from webapp.smsworks.client import SmsWorks
from webapp.store import calls, looks, outbox
from webapp.store.calls import Call, OutboxState
from webapp.store.connection import open_database

OTHER_NUMBER = "447400123457"
HOUR = 3600.0


def is_look(asked: Request) -> bool:
    return asked.path == "/v1/messages"


def test_a_late_delivery_report_does_not_show_that_the_log_has_caught_up(scene: Scene) -> None:
    """Where the provider's period means the last change, an old text whose report came late looks new."""
    scene.sandbox.change_switches({"period_field": "modified", "log_lag_seconds": 200.0, "pace": 220.0})
    scene.sent("Delivered much later", OTHER_NUMBER)
    scene.pass_time(150, step=50)
    call = scene.lost(LOST_AFTER)
    scene.pass_time(2 * SETTLE_SECONDS, step=5)
    scene.assert_sent_once(call)


def test_a_reply_with_an_old_date_does_not_make_old_texts_new(scene: Scene) -> None:
    """Something in between may date replies by a slow clock, or give an old one from its store."""
    scene.sandbox.change_switches({"log_lag_seconds": 120.0})
    scene.between(dating(lambda: datetime.now(UTC) - timedelta(hours=1)))
    scene.sent("An old one", OTHER_NUMBER)
    scene.pass_time(150, step=30)
    call = scene.lost(LOST_AFTER)
    scene.pass_time(2 * SETTLE_SECONDS, step=10)
    scene.assert_sent_once(call)


def test_the_silence_of_a_log_that_does_not_show_later_texts_proves_nothing(scene: Scene) -> None:
    scene.sandbox.change_switches({"log_lag_seconds": 4 * SETTLE_SECONDS})
    call = scene.lost(LOST_AFTER)
    scene.pass_time(60)
    scene.sent("A later one", OTHER_NUMBER)
    scene.pass_time(6 * SETTLE_SECONDS)
    scene.assert_sent_once(call)


def test_a_text_that_a_person_wants_sent_again_goes_once_more_look_has_not_found_it(scene: Scene) -> None:
    call = lost_three_times(scene)
    assert decide(scene.db, call, "send")
    assert scene.call(call).state is OutboxState.UNKNOWN
    scene.pass_time(60)
    scene.assert_sent_once(call)
    assert scene.events(call)[-3:] == ["sent_again", "in_flight", "accepted"]


def test_a_decision_for_one_attempt_does_not_count_for_the_next(scene: Scene) -> None:
    call = lost_three_times(scene)
    scene.sandbox.faults.add(LOST_BEFORE)
    decide(scene.db, call, "send")
    scene.pass_time(HOUR, step=180)
    assert scene.call(call).needs_person
    assert scene.texts_of(call) == []


def test_a_text_that_the_provider_is_still_working_on_is_not_sent_again(scene: Scene) -> None:
    """One of its machines takes three minutes over a request while the others go on."""
    stuck: list[Callable[[], Response]] = []
    scene.between(sticking("Slow", stuck))
    call = scene.sent("Slow")
    assert call.state is OutboxState.UNKNOWN
    for minute in range(3):
        scene.pass_time(60, step=10)
        scene.sent(f"Minute {minute}", OTHER_NUMBER)
    stuck[0]()
    scene.pass_time(2 * SETTLE_SECONDS, step=20)
    scene.assert_sent_once(call)


def test_a_look_counts_from_when_it_was_begun(scene: Scene) -> None:
    """An answer that took its time shows the log as it was when it was asked for."""
    scene.sandbox.change_switches({"log_lag_seconds": SETTLE_SECONDS - 10})
    call = scene.lost(LOST_AFTER)
    for seconds in (10, 10, SETTLE_SECONDS - 50):
        scene.traveller.shift(seconds)
        if seconds > 10:
            scene.between(dawdling(scene, seconds=15))
        reconcile(scene.db, scene.client, scene.call(call), settle_seconds=SETTLE_SECONDS)
    scene.between(lambda _asked, answer: answer())
    scene.pass_time(2 * SETTLE_SECONDS)
    scene.assert_sent_once(call)


def test_the_reference_finds_a_text_that_the_provider_has_reworded(scene: Scene) -> None:
    """It answers to the reference, though its replies show no metadata and its words are others."""
    scene.sandbox.change_switches({"metadata_form": "absent"})
    call = scene.lost(LOST_AFTER, "See you at the surgery tomorrow", options={"ai": True})
    with scene.sandbox.store.writing() as db:
        db.execute("UPDATE messages SET content = 'See you tomorrow'")
    scene.pass_time(2 * SETTLE_SECONDS)
    assert len(scene.texts_of(call)) == 1


def test_an_earlier_attempt_that_shows_up_late_is_still_seen(scene: Scene) -> None:
    """The log was further behind than anybody thought, and by then the second attempt was lost."""
    scene.settle_after(600)
    scene.sandbox.change_switches({"metadata_form": "absent", "log_lag_seconds": 700.0})
    call = scene.lost(LOST_AFTER)
    scene.sandbox.faults.add(LOST_BEFORE)
    scene.pass_time(HOUR, step=180)
    assert len(scene.texts_of(call)) == 1


def test_a_look_for_one_attempt_does_not_count_for_the_next(scene: Scene) -> None:
    first = scene.lost(LOST_BEFORE)
    now = datetime.now(UTC)
    outbox.return_to_queue(scene.db, first, now=now, next_attempt_at=now, event="absent")
    scene.sandbox.faults.add(LOST_BEFORE)
    assert scene.attempted(first).state is OutboxState.UNKNOWN
    looks.record_look(scene.db, first, next_look_at=now + timedelta(hours=1))
    assert scene.call(first).looks == 0


def test_two_workers_that_look_at_once_never_adopt_one_message_twice(scene: Scene) -> None:
    pairs = [(scene.lost(LOST_AFTER, f"Pair {n}"), scene.lost(LOST_BEFORE, f"Pair {n}")) for n in range(8)]
    for pair in pairs:
        look_together(scene, pair)
    for pair in pairs:
        adopted = [scene.call(call).message_id for call in pair]
        assert len(set(adopted) - {None}) == len([each for each in adopted if each])


def test_what_another_worker_adopts_between_look_and_adoption_is_left_to_it(scene: Scene) -> None:
    scene.sent("An earlier one", OTHER_NUMBER)
    call = scene.lost(LOST_AFTER)
    (text,) = scene.texts_of(call)
    twin = scene.queued()

    def adopt_meanwhile(asked: Request, answer: Answer) -> Response:
        if is_look(asked) and asked.get_json().get("destination") == OTHER_NUMBER:
            now = datetime.now(UTC)
            assert outbox.record_accepted(scene.db, twin, now=now, message_id=text.message_id)
        return knowing_no_metadata(asked, answer)

    scene.between(adopt_meanwhile)
    reconcile(scene.db, scene.client, scene.call(call), settle_seconds=SETTLE_SECONDS)
    assert scene.call(twin).message_id == text.message_id
    assert scene.call(call).state is OutboxState.UNKNOWN


def test_silence_is_believed_after_three_looks(scene: Scene) -> None:
    call = scene.lost(LOST_BEFORE)
    scene.traveller.shift(2 * SETTLE_SECONDS)
    for expected in (OutboxState.UNKNOWN, OutboxState.UNKNOWN, OutboxState.QUEUED):
        reconcile(scene.db, scene.client, scene.call(call), settle_seconds=SETTLE_SECONDS)
        assert scene.call(call).state is expected


def test_what_may_be_either_of_two_like_texts_is_for_a_person(scene: Scene) -> None:
    scene.between(knowing_no_metadata)
    pair = (scene.lost(LOST_AFTER), scene.lost(LOST_BEFORE))
    scene.pass_time(HOUR, step=180)
    assert all(scene.call(call).needs_person for call in pair)


def test_a_text_whose_looks_are_refused_for_good_is_for_a_person(scene: Scene) -> None:
    """A provider that does not understand the question will not understand it tomorrow."""
    call = scene.lost(LOST_AFTER)
    scene.between(refusing(is_look, 400))
    scene.pass_time(3 * HOUR, step=180)
    assert scene.call(call).needs_person


def test_a_text_that_turns_up_before_a_person_decides_is_not_sent_again(scene: Scene) -> None:
    """They were told that it is not there; meanwhile it is."""
    scene.sandbox.change_switches({"log_lag_seconds": 2 * HOUR})
    call = scene.lost(LOST_AFTER)
    scene.between(refusing(is_look, 503))
    scene.pass_time(HOUR, step=300)
    scene.between(lambda _asked, answer: answer())
    scene.pass_time(HOUR / 2, step=300)
    assert scene.call(call).needs_person
    scene.pass_time(8 * HOUR, step=HOUR)
    decide(scene.db, scene.call(call), "send")
    scene.pass_time(HOUR, step=180)
    assert len(scene.texts_of(call)) == 1


def lost_three_times(scene: Scene) -> Call:
    """A text that was tried as often as Textdesk does by itself, and waits for a person."""
    call = scene.lost(LOST_BEFORE)
    for _ in range(2):
        scene.sandbox.faults.add(LOST_BEFORE)
    scene.pass_time(HOUR / 2, step=180)
    assert scene.call(call).needs_person
    return scene.call(call)


def look_together(scene: Scene, pair: tuple[Call, Call]) -> None:
    """Two workers get the answers to their looks before either of them acts on it."""
    together = threading.Barrier(2, timeout=60)

    def interfere(asked: Request, answer: Answer) -> Response:
        reply = knowing_no_metadata(asked, answer)
        if "destination" in asked.get_json():
            together.wait()
        return reply

    clients = [client_of(scene.sandbox.wsgi, interfere=interfere) for _ in pair]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda each: look_alone(scene, *each), zip(pair, clients, strict=True)))


def look_alone(scene: Scene, call: Call, client: SmsWorks) -> None:
    db = open_database(scene.database)
    found = calls.get_call(db, call.id)
    assert found is not None
    reconcile(db, client, found, settle_seconds=SETTLE_SECONDS)
    db.close()


def sticking(content: str, stuck: list[Callable[[], Response]]) -> Interference:
    """The first request with this text gets no answer; it is done when the test calls what is in `stuck`."""

    def interfere(asked: Request, answer: Answer) -> Response:
        if not stuck and asked.path == "/v1/message/send" and asked.get_json()["content"] == content:
            stuck.append(answer)
            raise ConnectionDropped("no answer in time")
        return answer()

    return interfere


def dawdling(scene: Scene, *, seconds: float) -> Interference:
    """What the log says about one text is on its way for so long."""

    def interfere(asked: Request, answer: Answer) -> Response:
        reply = answer()
        if is_look(asked) and {"metadata", "destination"} & asked.get_json().keys():
            scene.traveller.shift(seconds)
        return reply

    return interfere
