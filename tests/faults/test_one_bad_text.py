"""One text with which something is wrong holds up no other, nor does a death in the middle of a round."""

from datetime import timedelta

import pytest
from werkzeug.wrappers import Request, Response

from tests.faults.scene import LOST_AFTER, MONDAY, SETTLE_SECONDS, Answer, Scene, refusing
from webapp.store import messages
from webapp.store.calls import Call, OutboxState
from webapp.store.connection import transaction
from webapp.store.drafts import Delivery

OTHER_NUMBER = "447400123457"


def delivered(scene: Scene, call: Call) -> bool:
    found = messages.find_by_call(scene.db, call.id)
    return found is not None and found.report.status == "DELIVERED"


def test_a_row_that_nobody_can_read_does_not_keep_others_from_being_sent(scene: Scene) -> None:
    """Such as one of a kind that only a newer release knows."""
    strange, usual = scene.queued("Strange"), scene.queued("Usual", OTHER_NUMBER)
    with transaction(scene.db):
        scene.db.conn.execute("UPDATE outbox SET operation = 'send_pigeon' WHERE id = ?", [strange.id])
    scene.pass_time(60)
    assert scene.call(usual).state is OutboxState.ACCEPTED
    assert [text.destination for text in scene.sandbox.accepted()] == [OTHER_NUMBER]


def test_a_text_that_cannot_be_looked_up_does_not_keep_others_from_it(scene: Scene) -> None:
    bad, other = scene.lost(LOST_AFTER, "Bad"), scene.lost(LOST_AFTER, "Other", OTHER_NUMBER)
    scene.between(refusing(lambda asked: bad.ref in asked.get_data(as_text=True), 500))
    scene.pass_time(2 * SETTLE_SECONDS)
    assert scene.call(bad).state is OutboxState.UNKNOWN
    scene.assert_sent_once(other)


def test_a_scheduled_text_that_cannot_be_followed_does_not_keep_others_from_it(scene: Scene) -> None:
    at = MONDAY + timedelta(minutes=10)
    bad, other = (
        scene.sent(content, number, delivery=Delivery.LATER, at=at)
        for content, number in (("Bad", OTHER_NUMBER), ("Other", "447400123458"))
    )
    scene.between(refusing(lambda asked: bad.ref in asked.get_data(as_text=True), 500))
    scene.pass_time(2 * 3600, step=180)
    assert delivered(scene, other)


def test_a_text_whose_status_cannot_be_read_does_not_keep_others_from_it(scene: Scene) -> None:
    bad, other = scene.sent("Bad"), scene.sent("Other", OTHER_NUMBER)
    scene.between(refusing(lambda asked: asked.path.endswith(f"/{bad.message_id}"), 500))
    scene.pass_time(600)
    assert delivered(scene, other)


class Killed(BaseException):
    """The process is gone: nothing after this is done."""


def die(asked: Request, answer: Answer) -> Response:
    raise Killed


def test_statuses_are_read_soon_after_a_worker_died_reading_them(scene: Scene) -> None:
    call = scene.sent()
    scene.between(die)
    with pytest.raises(Killed):
        scene.worker.round(scene.db)
    scene.between(lambda _asked, answer: answer())
    scene.pass_time(300)
    assert delivered(scene, call)


def test_looks_go_on_soon_after_a_worker_died_looking(scene: Scene) -> None:
    calls = [scene.lost(LOST_AFTER, f"Text {n}") for n in range(5)]
    scene.between(die)
    with pytest.raises(Killed):
        scene.worker.round(scene.db)
    scene.between(lambda _asked, answer: answer())
    scene.pass_time(120)
    for call in calls:
        scene.assert_sent_once(call)


def test_a_worker_outlives_a_database_that_is_locked_for_long(ticking_scene: Scene) -> None:
    call = ticking_scene.queued()
    worker = ticking_scene.worker
    ticking_scene.db.conn.execute("PRAGMA busy_timeout = 50")
    with ticking_scene.write_lock_held(seconds=1):
        worker.round(ticking_scene.db)
    worker.round(ticking_scene.db)
    ticking_scene.assert_sent_once(call)
