"""A back-up that is put back later: what has been sent since does not go again, and no reply is lost."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.lists import confirmed, people
from tests.faults.scene import LOST_AFTER, NUMBER, Scene, confirm_one
from webapp.services import send
from webapp.services.batches import sending
from webapp.services.batches.sending import resume
from webapp.services.send import Pace
from webapp.store import batches, inbox_state, optouts, restores
from webapp.store.backups import CannotRestore, restore_backup, write_backup
from webapp.store.batches import BatchState
from webapp.store.calls import OutboxState
from webapp.store.connection import open_database, row, write
from webapp.store.drafts import Delivery, get_draft
from webapp.store.migrating import migrate
from webapp.store.sessions import start_session

PutBack = Callable[[], None]


@pytest.fixture
def back_up(scene: Scene, tmp_path: Path) -> Callable[[], PutBack]:
    """Make a copy now; the answer puts it back in the place of the record and starts over with that."""

    def make() -> PutBack:
        copy = tmp_path / "copy.db"
        write_backup(scene.db, copy, now=datetime.now(UTC))

        def put_back() -> None:
            scene.db.close()
            restore_backup(copy, scene.database, now=datetime.now(UTC))
            scene.db = open_database(scene.database, create=True)
            migrate(scene.db)

        return put_back

    return make


def test_a_text_that_went_after_the_copy_does_not_go_again(
    scene: Scene, back_up: Callable[[], PutBack]
) -> None:
    call = scene.queued()
    put_back = back_up()
    assert scene.attempted(call).state is OutboxState.ACCEPTED
    put_back()
    assert scene.call(call).state is OutboxState.UNKNOWN
    scene.pass_time(600)
    scene.assert_sent_once(call)
    assert "restored" in scene.events(call)


def test_a_text_that_had_not_gone_goes_once(scene: Scene, back_up: Callable[[], PutBack]) -> None:
    call = scene.queued()
    put_back = back_up()
    put_back()
    scene.pass_time(900)
    scene.assert_sent_once(call)


def test_a_text_under_way_at_the_copy_does_not_go_again(scene: Scene, back_up: Callable[[], PutBack]) -> None:
    call = scene.lost(LOST_AFTER)
    put_back = back_up()
    scene.pass_time(600)
    put_back()
    scene.pass_time(900)
    scene.assert_sent_once(call)


def test_a_text_too_old_to_go_by_itself_waits_for_a_person(
    scene: Scene, back_up: Callable[[], PutBack]
) -> None:
    call = scene.queued()
    put_back = back_up()
    scene.traveller.shift(timedelta(hours=5))
    put_back()
    scene.pass_time(900)
    assert scene.call(call).needs_person
    assert scene.texts_of(call) == []


def test_a_scheduled_text_is_found_among_the_scheduled(scene: Scene, back_up: Callable[[], PutBack]) -> None:
    call = scene.queued(delivery=Delivery.LATER, at=datetime.now(UTC) + timedelta(days=1))
    put_back = back_up()
    scene.attempted(call)
    put_back()
    scene.pass_time(600)
    assert scene.call(call).state is OutboxState.ACCEPTED
    assert len(scene.sandbox.accepted()) == 1


def test_a_batch_waits_for_a_person_and_what_went_of_it_is_found(
    scene: Scene, back_up: Callable[[], PutBack]
) -> None:
    scene.sandbox.set_credits(10_000)
    batch = confirmed(scene, people(30))
    put_back = back_up()
    scene.worker.round(scene.db)
    assert len(scene.sandbox.accepted()) == 30
    put_back()
    scene.pass_time(900)
    now = batches.get_batch(scene.db, batch.id)
    assert now is not None
    assert now.state is BatchState.PAUSED
    assert "restored from a back-up" in (now.problem or "")
    assert resume(scene.db, now)
    scene.pass_time(600)
    assert len(scene.sandbox.accepted()) == 30
    sent = batches.get_batch(scene.db, batch.id)
    assert sent is not None
    assert sent.state is BatchState.SENT


def test_a_batch_that_had_not_gone_goes_once_somebody_resumes_it(
    scene: Scene, back_up: Callable[[], PutBack]
) -> None:
    scene.sandbox.set_credits(10_000)
    batch = confirmed(scene, people(30))
    put_back = back_up()
    put_back()
    scene.pass_time(900)
    assert scene.sandbox.accepted() == ()
    paused = batches.get_batch(scene.db, batch.id)
    assert paused is not None
    assert sending.resume(scene.db, paused)
    scene.pass_time(600)
    assert len(scene.sandbox.accepted()) == 30


def test_somebody_who_opted_out_meanwhile_does_not_count_as_an_absent_batch(
    scene: Scene, back_up: Callable[[], PutBack]
) -> None:
    """The first of the list had opted out when it went: it is not found whole, and does not go again."""
    scene.sandbox.set_credits(10_000)
    rows = people(30)
    confirmed(scene, rows)
    put_back = back_up()
    optouts.add_opt_out(
        scene.db, rows[0][1], who="sam", source=optouts.OptOutSource.STAFF, now=datetime.now(UTC)
    )
    scene.worker.round(scene.db)
    assert len(scene.sandbox.accepted()) == 29
    put_back()
    (batch,) = batches.list_in_state(scene.db, BatchState.PAUSED)
    resume(scene.db, batch)
    scene.pass_time(900)
    assert len(scene.sandbox.accepted()) == 29


def test_replies_that_were_consumed_after_the_copy_come_back(
    scene: Scene, back_up: Callable[[], PutBack]
) -> None:
    scene.sandbox.inject_inbound(sender=NUMBER, content="Before")
    scene.worker.round(scene.db)
    put_back = back_up()
    scene.traveller.shift(timedelta(hours=30))
    scene.sandbox.inject_inbound(sender=NUMBER, content="After")
    scene.worker.round(scene.db)
    put_back()
    scene.pass_time(120)
    found = scene.db.execute("SELECT content FROM messages WHERE status = 'INCOMING' ORDER BY id").fetchall()
    assert [each[0] for each in found] == ["Before", "After"]


def test_nothing_goes_before_a_stop_that_came_meanwhile_is_known(
    scene: Scene, back_up: Callable[[], PutBack]
) -> None:
    put_back = back_up()
    scene.sandbox.inject_inbound(sender=NUMBER, content="STOP")
    scene.worker.round(scene.db)
    put_back()
    call = scene.call(confirm_one(scene.db, scene.draft()))
    assert inbox_state.read_sweep(scene.db).is_wanted
    assert send.dispatch(scene.db, scene.client, call.id, pace=Pace(lease_seconds=30)) is None
    scene.pass_time(120)
    assert scene.call(call).error_code == "opted_out"
    assert scene.texts_of(call) == []


def test_what_was_sent_after_the_copy_stands_in_the_record_again(
    scene: Scene, back_up: Callable[[], PutBack]
) -> None:
    put_back = back_up()
    call = scene.sent("Confirmed after the copy")
    put_back()
    scene.pass_time(180)
    found = row(scene.db, "SELECT status FROM messages WHERE message_id = ?", [call.message_id])
    assert found is not None


def test_a_check_page_that_was_open_has_to_be_read_again(
    scene: Scene, back_up: Callable[[], PutBack]
) -> None:
    draft = scene.draft()
    put_back = back_up()
    put_back()
    now = get_draft(scene.db, draft.id)
    assert now is not None
    assert now.version == draft.version + 1


def test_nobody_is_signed_in_afterwards(scene: Scene, back_up: Callable[[], PutBack]) -> None:
    start_session(scene.db, user_id=1, now=datetime.now(UTC))
    put_back = back_up()
    put_back()
    assert row(scene.db, "SELECT 1 FROM sessions") is None


def test_a_copy_that_is_put_in_place_by_hand_is_prepared_all_the_same(scene: Scene, tmp_path: Path) -> None:
    call = scene.queued()
    copy = tmp_path / "copy.db"
    write_backup(scene.db, copy, now=datetime.now(UTC))
    scene.attempted(call)
    scene.db.close()
    for ending in ("-wal", "-shm"):
        scene.database.with_name(scene.database.name + ending).unlink(missing_ok=True)
    shutil.copy(copy, scene.database)
    scene.db = open_database(scene.database, create=True)
    migrate(scene.db)
    scene.pass_time(600)
    scene.assert_sent_once(call)


def test_a_copy_made_by_other_means_is_taken_for_one_of_its_last_moment(scene: Scene, tmp_path: Path) -> None:
    scene.worker.round(scene.db)
    call = scene.queued()
    copy = tmp_path / "copy.db"
    scene.db.conn.execute("VACUUM INTO ?", [str(copy)])
    scene.attempted(call)
    scene.db.close()
    restore_backup(copy, scene.database, now=datetime.now(UTC))
    scene.db = open_database(scene.database, create=True)
    migrate(scene.db)
    restore = restores.last_restore(scene.db)
    assert restore is not None
    assert restore.backup_at == datetime.now(UTC)
    scene.pass_time(600)
    scene.assert_sent_once(call)


def test_a_record_in_use_is_not_replaced(scene: Scene, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    write_backup(scene.db, copy, now=datetime.now(UTC))
    scene.worker.round(scene.db)
    with pytest.raises(CannotRestore, match="in use"):
        restore_backup(copy, scene.database, now=datetime.now(UTC))
    assert not scene.database.with_name("textdesk.db.restoring").exists()


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100])
def test_what_is_no_record_is_refused_and_nothing_changes(
    scene: Scene, tmp_path: Path, content: bytes
) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(content)
    scene.db.close()
    with pytest.raises(CannotRestore):
        restore_backup(other, scene.database, now=datetime.now(UTC))
    scene.db = open_database(scene.database)
    assert row(scene.db, "SELECT 1 FROM users") is not None


def test_a_copy_of_a_newer_textdesk_is_refused(scene: Scene, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    write_backup(scene.db, copy, now=datetime.now(UTC))
    newer = open_database(copy)
    write(
        newer,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('textdesk', 'm999_x', '')",
    )
    newer.close()
    scene.db.close()
    with pytest.raises(CannotRestore, match="newer"):
        restore_backup(copy, scene.database, now=datetime.now(UTC))
    scene.db = open_database(scene.database)


def test_a_damaged_record_can_be_replaced_and_is_kept(scene: Scene, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    write_backup(scene.db, copy, now=datetime.now(UTC))
    scene.db.close()
    scene.database.write_bytes(b"scribbled over")
    aside = restore_backup(copy, scene.database, now=datetime.now(UTC))
    assert aside is not None
    assert aside.read_bytes() == b"scribbled over"
    scene.db = open_database(scene.database)
    assert row(scene.db, "SELECT 1 FROM users") is not None


def test_a_backup_is_for_its_owner_alone_and_takes_nobodys_place(scene: Scene, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    write_backup(scene.db, copy, now=datetime.now(UTC))
    assert copy.stat().st_mode & 0o777 == 0o600
    before = copy.read_bytes()
    with pytest.raises(FileExistsError):
        write_backup(scene.db, copy, now=datetime.now(UTC))
    assert copy.read_bytes() == before
    assert list(tmp_path.glob("*.unfinished")) == []
