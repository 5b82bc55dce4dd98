"""Every attempt to sign in, and the lock-out that follows from it."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from webapp.store.connection import insert, read_time, rows, time_text

FAILURES_BEFORE_LOCK = 8
LOCK_MINUTES = 15


class SignInOutcome(StrEnum):
    SIGNED_IN = "signed in"
    WRONG_PASSWORD = "wrong password"  # noqa: S105 - an outcome, not a password
    LOCKED = "locked"
    DISABLED = "disabled"


def record_sign_in(
    db: Database, *, name: str, user_id: int | None, outcome: SignInOutcome, address: str, now: datetime
) -> None:
    """`name` is kept only when it is a known one: people type passwords into the name field."""
    insert(
        db,
        "sign_ins",
        {
            "at": time_text(now),
            "name": name,
            "user_id": user_id,
            "outcome": outcome,
            "address": address,
        },
    )


def locked_until(db: Database, *, name: str, now: datetime) -> datetime | None:
    """When `name` may try again, or None if it may now.

    Eight wrong passwords in a row within fifteen minutes lock the name for fifteen minutes from the last.
    """
    failures = _failures_in_a_row(db, name, since=now - timedelta(minutes=LOCK_MINUTES))
    if len(failures) < FAILURES_BEFORE_LOCK:
        return None
    return failures[0] + timedelta(minutes=LOCK_MINUTES)


def _failures_in_a_row(db: Database, name: str, *, since: datetime) -> list[datetime]:
    recent = rows(
        db,
        "SELECT at, outcome FROM sign_ins WHERE name = ? AND at > ? AND outcome <> ? "
        "ORDER BY id DESC LIMIT ?",
        [name, time_text(since), SignInOutcome.LOCKED, FAILURES_BEFORE_LOCK],
    )
    failures = []
    for attempt in recent:
        if attempt["outcome"] != SignInOutcome.WRONG_PASSWORD:
            break
        failures.append(read_time(attempt["at"]))
    return failures
