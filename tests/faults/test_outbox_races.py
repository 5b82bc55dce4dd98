"""Everybody at once: threads and processes that want the same row, the same draft, the same database."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest
from sqlite_utils import Database

from tests.faults.processes import CONTEXT, migrate_together
from tests.faults.scene import LONDON, LOST_BEFORE, USER_ID, Scene, confirm, confirm_one
from webapp.services import send
from webapp.services.reconcile import decide
from webapp.services.send import CannotBeSent, Pace, SameTextToday
from webapp.store import calls, outbox
from webapp.store.calls import OutboxState, Purpose
from webapp.store.connection import open_database, transaction
from webapp.store.drafts import Draft
from webapp.store.organisation import change_organisation

THREADS = 8
MOBILE = "447400123400"
PACE = Pace(lease_seconds=60)
T = TypeVar("T")


def at_once(scene: Scene, do: Callable[[Database, int], T], *, threads: int = THREADS) -> list[T]:
    """`do` in so many threads, each with a connection of its own, begun together."""
    together = threading.Barrier(threads, timeout=60)

    def run(position: int) -> T:
        db = open_database(scene.database)
        together.wait()
        try:
            return do(db, position)
        finally:
            db.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def queue_many(scene: Scene, count: int) -> list[int]:
    with transaction(scene.db):
        return [confirm_one(scene.db, scene.draft(f"Text {n}")) for n in range(count)]


def test_eight_threads_claim_each_row_once(scene: Scene) -> None:
    ids = queue_many(scene, 400)
    now = datetime.now(UTC)

    def claim_all(db: Database, seed: int) -> list[int]:
        shuffled = random.Random(seed).sample(ids, len(ids))
        lease_until = now + timedelta(minutes=1)
        return [each for each in shuffled if outbox.claim(db, each, now=now, lease_until=lease_until)]

    claims = at_once(scene, claim_all)
    assert sorted(each for of_one in claims for each in of_one) == ids
    assert {call.attempts for call in calls.list_recent(scene.db, limit=1000)} == {1}


def test_eight_threads_that_dispatch_the_same_rows_send_each_once(scene: Scene) -> None:
    ids = queue_many(scene, 40)
    at_once(scene, lambda db, _n: [send.dispatch(db, scene.client, each, pace=PACE) for each in ids])
    contents = [text.content for text in scene.sandbox.accepted()]
    assert sorted(contents) == sorted(f"Text {n}" for n in range(40))


def test_stopping_a_text_wins_or_loses_against_sending_it_and_never_both(scene: Scene) -> None:
    ids = queue_many(scene, 40)
    rows = [scene.call(each) for each in ids]

    def stop_or_send(db: Database, position: int) -> list[bool]:
        if position:
            return [send.dispatch(db, scene.client, each, pace=PACE) is not None for each in ids]
        return [send.withdraw(db, row) for row in reversed(rows)][::-1]

    stopped, sent = at_once(scene, stop_or_send, threads=2)
    assert all(one != other for one, other in zip(stopped, sent, strict=True))
    assert len(scene.sandbox.accepted()) == sum(sent)
    states = [scene.call(each).state is OutboxState.REFUSED for each in ids]
    assert states == stopped


def test_a_draft_confirmed_by_eight_threads_becomes_one_call(scene: Scene) -> None:
    draft = scene.draft()
    confirmations = at_once(
        scene,
        lambda db, _n: confirm(db, draft, send_again=False),
    )
    assert [each.is_first for each in confirmations].count(True) == 1
    assert len({each.call_ids for each in confirmations}) == 1
    assert len(calls.list_recent(scene.db, limit=9)) == 1


def test_a_copy_goes_once_a_version_however_often_it_is_asked_for(scene: Scene) -> None:
    draft = scene.draft()
    ids = at_once(
        scene, lambda db, _n: send.send_copy(db, draft, mobile=MOBILE, user_id=USER_ID, timezone=LONDON)
    )
    assert len(set(ids)) == 1
    assert len(calls.list_for_draft(scene.db, draft.id, purpose=Purpose.COPY)) == 1


def test_of_two_drafts_with_the_same_text_confirmed_at_once_one_needs_a_second_yes(scene: Scene) -> None:
    for n in range(10):
        pair = [scene.draft(f"Twin {n}") for _ in range(2)]
        went = at_once(scene, confirming(*pair), threads=2)
        assert sorted(went) == [False, True]
    assert len(calls.list_recent(scene.db, limit=99)) == 10


def test_the_same_text_needs_a_second_yes_also_after_an_outcome_nobody_knows(scene: Scene) -> None:
    """Closed by a person, it counts as not sent in the outbox; but it may have been."""
    for _ in range(3):
        scene.sandbox.faults.add(LOST_BEFORE)
    call = scene.sent()
    scene.pass_time(3 * 3600, step=180)
    assert decide(scene.db, scene.call(call), "forget")
    assert not goes(scene.db, scene.draft())


def test_of_two_drafts_confirmed_at_once_one_goes_over_the_daily_limit(scene: Scene) -> None:
    for n in range(10):
        limit = {"daily_credits": Decimal(n + 1)}
        change_organisation(scene.db, limit, changed_by="Ada", now=datetime.now(UTC))
        pair = [scene.draft(f"Text {n} to {who}") for who in "AB"]
        went = at_once(scene, confirming(*pair), threads=2)
        assert sorted(went) == [False, True]
    assert len(calls.list_recent(scene.db, limit=99)) == 10


def confirming(*drafts: Draft) -> Callable[[Database, int], bool]:
    return lambda db, position: goes(db, drafts[position])


def goes(db: Database, draft: Draft) -> bool:
    """Confirm a draft without a second yes; False if it needs one, or goes over a limit."""
    try:
        confirm(db, draft, send_again=False)
    except (SameTextToday, CannotBeSent):
        return False
    return True


def test_a_text_waits_for_the_database_and_is_sent_once(ticking_scene: Scene) -> None:
    call = ticking_scene.queued()
    with ticking_scene.write_lock_held(seconds=0.5):
        assert ticking_scene.attempted(call).state is OutboxState.ACCEPTED
    ticking_scene.assert_sent_once(call)


def test_readers_are_not_kept_waiting_by_a_writer(ticking_scene: Scene) -> None:
    call = ticking_scene.queued()
    with ticking_scene.write_lock_held(seconds=0.5):
        impatient = open_database(ticking_scene.database)
        impatient.conn.execute("PRAGMA busy_timeout = 0")
        assert calls.get_call(impatient, call.id) == call
        impatient.close()


@pytest.mark.parametrize("processes", [6])
def test_processes_that_start_together_make_the_database_together(tmp_path: Path, processes: int) -> None:
    together = CONTEXT.Barrier(processes, timeout=60)
    path = tmp_path / "new.db"
    started = [CONTEXT.Process(target=migrate_together, args=(path, together)) for _ in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0] * processes
    db = open_database(path)
    steps = db.conn.execute("SELECT count(*), count(DISTINCT name) FROM _sqlite_migrations").fetchone()
    db.close()
    assert steps[0] == steps[1] > 0
