"""A record that was put back from a copy: it does not know what has been sent, fetched and decided since.

A copy made by `backups` carries a mark. Whoever opens it first (`migrate`) finds the mark and prepares the
record, so that putting the file in place by hand is as safe as the restore command:

* What waited to be sent may have gone meanwhile: it is looked up at the provider, as after a lost reply.
* Nothing goes at all until the replies since the copy have been looked through: a STOP may be among them.
* Unfinished batches wait for a person, who may have stopped them; so do forms that were open.
* Nobody is signed in: sessions that have ended since would be open again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from webapp.store.connection import read_time, read_time_or_none, row, time_text, transaction, write

# Statuses change for so long after a text was made (`sync_messages`), so the log is read again from there.
STATUSES_CHANGE_FOR = timedelta(hours=72)
TIME_TO_RESUME = timedelta(days=7)
FIRST_SWEEP = timedelta(hours=24)
PAUSED = (
    "The record was restored from a back-up, and what was done about this batch since is not known here. "
    "See whether it is still wanted, then resume."
)


@dataclass(frozen=True, slots=True)
class Restore:
    """`backup_at`: when the copy was made. `swept_at`: when the replies since were looked through."""

    backup_at: datetime
    restored_at: datetime
    swept_at: datetime | None


def mark_copy(db: Database, *, backup_at: datetime) -> None:
    """Called on the copy: whoever opens it as the record has to prepare it first."""
    write(db, "INSERT INTO restores (backup_at) VALUES (?)", [time_text(backup_at)])


def is_marked(db: Database) -> bool:
    return row(db, "SELECT 1 FROM restores WHERE restored_at IS NULL") is not None


def last_restore(db: Database) -> Restore | None:
    found = row(db, "SELECT * FROM restores WHERE restored_at IS NOT NULL ORDER BY id DESC LIMIT 1")
    if found is None:
        return None
    return Restore(
        backup_at=read_time(found["backup_at"]),
        restored_at=read_time(found["restored_at"]),
        swept_at=read_time_or_none(found["swept_at"]),
    )


def prepare(db: Database, *, now: datetime) -> bool:
    """Make a marked copy safe to work with, in one transaction; False if it is not marked, or prepared."""
    if not is_marked(db):
        return False
    with transaction(db):
        found = row(db, "SELECT MIN(backup_at) AS at FROM restores WHERE restored_at IS NULL")
        if found is None or found["at"] is None:
            return False
        _pause_batches(db, now=now)
        _look_up_first(db, now=now)
        _void_open_forms(db)
        _read_anew(db, backup_at=read_time(found["at"]))
        for table in ("sessions", "password_links", "leases"):
            write(db, f"DELETE FROM {table}")  # noqa: S608 - our own words
        write(db, "UPDATE restores SET restored_at = ? WHERE restored_at IS NULL", [time_text(now)])
    return True


def _pause_batches(db: Database, *, now: datetime) -> None:
    write(
        db,
        "UPDATE batches SET state = 'paused', problem = ?, updated_at = ? WHERE state = 'sending' AND EXISTS "
        "(SELECT 1 FROM outbox WHERE batch_id = batches.id AND state IN ('queued', 'in_flight', 'unknown'))",
        [PAUSED, time_text(now)],
    )


def _look_up_first(db: Database, *, now: datetime) -> None:
    """What is not due yet cannot have gone; everything else that has not ended may have."""
    may_have_gone = "state IN ('in_flight', 'unknown') OR (state = 'queued' AND next_attempt_at <= :now)"
    at = {"now": time_text(now)}
    write(
        db,
        "INSERT INTO outbox_events (outbox_id, at, event) "  # noqa: S608 - our own words
        f"SELECT id, :now, 'restored' FROM outbox WHERE {may_have_gone}",
        at,
    )
    write(
        db,
        "UPDATE outbox SET state = 'unknown', unknown_at = :now, next_look_at = :now, looks = 0, "  # noqa: S608
        f"lease_until = NULL, wanted_again_at = NULL WHERE {may_have_gone}",
        at,
    )
    # Whoever resumes a batch has looked at it: its time does not run out before.
    write(
        db,
        "UPDATE outbox SET give_up_at = MAX(give_up_at, ?) WHERE state = 'unknown' AND batch_id IS NOT NULL",
        [time_text(now + TIME_TO_RESUME)],
    )
    # Cancelled only to be scheduled anew: whether that was done is not known, so it is not done by itself.
    write(db, "UPDATE outbox SET wanted_again_at = NULL WHERE state = 'accepted'")


def _void_open_forms(db: Database) -> None:
    """A check page that is still open may have been confirmed already: it has to be read once more."""
    write(
        db,
        "UPDATE drafts SET version = version + 1 WHERE confirmed_at IS NULL AND discarded_at IS NULL",
    )
    write(
        db,
        "UPDATE batches SET version = version + 1, job_lease_until = NULL "
        "WHERE confirmed_at IS NULL AND state <> 'discarded'",
    )


def _read_anew(db: Database, *, backup_at: datetime) -> None:
    """Replies since the last sweep before the copy, and statuses that have changed since."""
    write(
        db,
        "UPDATE inbox_state SET sweep_is_wanted = 1, fetch_is_open = 0, sweep_begun_at = NULL, "
        "sweep_from = NULL, sweep_until = NULL, swept_at = COALESCE(swept_at, ?)",
        [time_text(backup_at - FIRST_SWEEP)],
    )
    write(
        db,
        "UPDATE log_state SET read_to = MIN(read_to, ?), lately_reread_at = NULL, long_ago_reread_at = NULL",
        [time_text(backup_at - STATUSES_CHANGE_FOR)],
    )
