"""When calls are looked up at the provider: those whose outcome is unknown, and those that are scheduled."""

from datetime import datetime

from sqlite_utils import Database

from webapp.store.calls import Call, list_calls
from webapp.store.connection import time_text, time_text_or_none, transaction, write
from webapp.store.outbox import add_event


def claim_looks(db: Database, *, now: datetime, next_look_at: datetime, limit: int) -> list[Call]:
    """Unknown calls that are due to be looked up; the same call is given to one worker at a time.

    A worker that dies over them leaves them due again at `next_look_at`.
    """
    return _claim_due(db, "state = 'unknown'", now=now, next_look_at=next_look_at, limit=limit)


def claim_schedule_looks(db: Database, *, now: datetime, next_look_at: datetime, limit: int) -> list[Call]:
    """Scheduled calls whose fate at the provider is due to be read."""
    return _claim_due(db, "schedule_status IS NOT NULL", now=now, next_look_at=next_look_at, limit=limit)


def list_scheduled_to_opted_out(db: Database, *, now: datetime, limit: int) -> list[Call]:
    """Texts that are still to come and whose number wants none any more."""
    condition = (
        "schedule_status = 'SCHEDULED' AND goes_at > ? AND destination IN (SELECT number FROM opt_outs) "
        "ORDER BY goes_at LIMIT ?"
    )
    return list_calls(db, condition, [time_text(now), limit])


def _claim_due(
    db: Database, condition: str, *, now: datetime, next_look_at: datetime, limit: int
) -> list[Call]:
    due = f"{condition} AND next_look_at <= ?"
    with transaction(db):
        calls = list_calls(db, f"{due} ORDER BY next_look_at LIMIT {limit}", [time_text(now)])
        for call in calls:
            look_at(db, call, next_look_at)
    return calls


def look_at(db: Database, call: Call, at: datetime) -> None:
    """Look it up, or read where it stands, not before then."""
    write(
        db,
        "UPDATE outbox SET next_look_at = ? WHERE id = ? AND attempts = ? AND next_look_at IS NOT NULL",
        [time_text(at), call.id, call.attempts],
    )


def record_look(db: Database, call: Call, *, next_look_at: datetime) -> None:
    """A look for this attempt that was answered and settled nothing."""
    write(
        db,
        "UPDATE outbox SET looks = looks + 1, next_look_at = ? "
        "WHERE id = ? AND attempts = ? AND state = 'unknown'",
        [time_text(next_look_at), call.id, call.attempts],
    )


def record_schedule_status(
    db: Database, call: Call, status: str, *, now: datetime, next_look_at: datetime | None
) -> None:
    """Where a scheduled text stands: SCHEDULED, PROCESSED or CANCELLED; MISSING if no message came of it.

    `next_look_at` is None when it will not change any more.
    """
    with transaction(db):
        write(
            db,
            "UPDATE outbox SET schedule_status = ?, next_look_at = ? WHERE id = ?",
            [status, time_text_or_none(next_look_at), call.id],
        )
        if status != call.schedule_status:
            add_event(db, call.id, status.lower(), now=now)
