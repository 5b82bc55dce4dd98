"""Every attempt to sign in, and the lock-out that follows from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from webapp.store.connection import LARGEST_ROW_ID, insert, read_time, rows, time_text, write

FAILURES_BEFORE_LOCK = 8
LOCK_MINUTES = 15


class SignInOutcome(StrEnum):
    SIGNED_IN = "signed in"
    WRONG_PASSWORD = "wrong password"  # noqa: S105 - an outcome, not a password
    CODE_ASKED = "code asked"
    WRONG_CODE = "wrong code"
    LOCKED = "locked"
    DISABLED = "disabled"
    PASSWORD_SET = "password set"  # noqa: S105 - likewise


_ENDS_A_ROW = {SignInOutcome.SIGNED_IN, SignInOutcome.PASSWORD_SET}


@dataclass(frozen=True, slots=True)
class SignIn:
    """One attempt of a member of staff; `browser` in words, "" where it is not known."""

    id: int
    at: datetime
    outcome: SignInOutcome
    address: str
    browser: str


def record_sign_in(
    db: Database,
    *,
    name: str,
    user_id: int | None,
    outcome: SignInOutcome,
    address: str,
    now: datetime,
    browser: str = "",
) -> None:
    """`name` is a known one or a keyed hash of what was typed: people type passwords into the name field."""
    insert(
        db,
        "sign_ins",
        {
            "at": time_text(now),
            "name": name,
            "user_id": user_id,
            "outcome": outcome,
            "address": address,
            "browser": browser,
        },
    )


def record_password_set(db: Database, *, user_id: int, now: datetime) -> None:
    """Whoever gets a new password may use it at once: the wrong ones before it no longer count."""
    write(
        db,
        "INSERT INTO sign_ins (at, name, user_id, outcome) SELECT ?, name, id, ? FROM users WHERE id = ?",
        [time_text(now), SignInOutcome.PASSWORD_SET, user_id],
    )


def list_sign_ins(db: Database, user_id: int, *, limit: int, before_id: int | None = None) -> list[SignIn]:
    """Newest first; `before_id` is the last one of the page before."""
    found = rows(
        db,
        "SELECT * FROM sign_ins WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
        [user_id, before_id or LARGEST_ROW_ID, limit],
    )
    return [
        SignIn(
            id=each["id"],
            at=read_time(each["at"]),
            outcome=SignInOutcome(each["outcome"]),
            address=each["address"] or "",
            browser=each["browser"],
        )
        for each in found
    ]


def locked_until(db: Database, *, name: str, now: datetime) -> datetime | None:
    """When `name` may try again, or None if it may now.

    Eight failures in a row within fifteen minutes lock the name for fifteen minutes from the last. A right
    password that has yet to be followed by a code ends no row: whoever knows it may not guess codes for ever.
    """
    failures = _failures_in_a_row(db, name)
    span = timedelta(minutes=LOCK_MINUTES)
    if len(failures) < FAILURES_BEFORE_LOCK or failures[0] - failures[-1] > span:
        return None
    return failures[0] + span if now < failures[0] + span else None


def _failures_in_a_row(db: Database, name: str) -> list[datetime]:
    """When the last few attempts failed, newest first."""
    recent = rows(
        db,
        "SELECT at, outcome FROM sign_ins WHERE name = ? AND outcome NOT IN (?, ?) ORDER BY id DESC LIMIT ?",
        [name, SignInOutcome.LOCKED, SignInOutcome.CODE_ASKED, FAILURES_BEFORE_LOCK],
    )
    failures = []
    for attempt in recent:
        if attempt["outcome"] in _ENDS_A_ROW:
            break
        failures.append(read_time(attempt["at"]))
    return failures
