"""The one row that says how the inbox stands: its version, what is unread, and how far fetching has come."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import read_time_or_none, row, time_text, transaction, write


@dataclass(frozen=True, slots=True)
class InboxState:
    """`version` grows with everything that an inbox page shows.

    `fetched_at`: the last fetch that was answered. `trouble`: what keeps replies from being fetched, in
    words; empty if nothing does.
    """

    version: int
    unread_texts: int
    unread_conversations: int
    newest_row_id: int
    fetched_at: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """A look through the provider's log for what was never stored: done up to `at`, to go on up to `until`.

    `is_wanted`: something may have been lost since it began, or none has been made yet.
    """

    is_wanted: bool
    begun_at: datetime | None
    at: datetime | None
    until: datetime | None
    swept_at: datetime | None


def read_state(db: Database) -> InboxState:
    """One read of one row: all that an unchanged poll costs."""
    found = _row(db)
    return InboxState(
        version=found["version"],
        unread_texts=found["unread_texts"],
        unread_conversations=found["unread_conversations"],
        newest_row_id=found["newest_row_id"],
        fetched_at=read_time_or_none(found["fetched_at"]),
        trouble=found["trouble"],
    )


def read_sweep(db: Database) -> Sweep:
    found = _row(db)
    return Sweep(
        is_wanted=bool(found["sweep_is_wanted"]),
        begun_at=read_time_or_none(found["sweep_begun_at"]),
        at=read_time_or_none(found["sweep_from"]),
        until=read_time_or_none(found["sweep_until"]),
        swept_at=read_time_or_none(found["swept_at"]),
    )


def begin_fetch(db: Database) -> None:
    """On the disk before the provider is asked: if nobody comes back to end it, a sweep is due."""
    write(db, "UPDATE inbox_state SET sweep_is_wanted = sweep_is_wanted OR fetch_is_open, fetch_is_open = 1")


def end_fetch(db: Database, *, now: datetime) -> None:
    """What was fetched is stored, in this transaction."""
    with transaction(db):
        _set_trouble(db, "")
        write(db, "UPDATE inbox_state SET fetch_is_open = 0, fetched_at = ?", [time_text(now)])


def fail_fetch(db: Database, trouble: str, *, may_be_lost: bool) -> None:
    """No answer that could be stored. `may_be_lost`: what it held counts as read at the provider."""
    with transaction(db):
        _set_trouble(db, trouble)
        write(
            db,
            "UPDATE inbox_state SET fetch_is_open = 0, sweep_is_wanted = sweep_is_wanted OR ?",
            [int(may_be_lost)],
        )


def want_sweep(db: Database) -> None:
    """Look through the provider's log as soon as possible."""
    write(db, "UPDATE inbox_state SET sweep_is_wanted = 1")


def begin_sweep(db: Database, *, now: datetime, since: datetime, until: datetime) -> None:
    """What is lost from now on wants another sweep after this one."""
    write(
        db,
        "UPDATE inbox_state SET sweep_is_wanted = 0, sweep_begun_at = ?, sweep_from = ?, sweep_until = ?",
        [time_text(now), time_text(since), time_text(until)],
    )


def advance_sweep(db: Database, *, at: datetime) -> None:
    """Everything up to then is stored, in this transaction; a sweep that breaks off goes on from there."""
    write(db, "UPDATE inbox_state SET sweep_from = ?", [time_text(at)])


def end_sweep(db: Database) -> None:
    """The next one begins where this one began, less an overlap. What waited for it may go now."""
    write(
        db,
        "UPDATE restores SET swept_at = (SELECT sweep_begun_at FROM inbox_state) WHERE swept_at IS NULL "
        "AND restored_at <= (SELECT sweep_begun_at FROM inbox_state)",
    )
    write(
        db,
        "UPDATE inbox_state SET swept_at = sweep_begun_at, sweep_begun_at = NULL, sweep_from = NULL, "
        "sweep_until = NULL",
    )


def change_counts(db: Database, *, texts: int, conversations: int, newest_row_id: int = 0) -> None:
    """How many more are unread than before; part of whatever changes the inbox, so the version grows."""
    write(
        db,
        "UPDATE inbox_state SET version = version + 1, unread_texts = unread_texts + ?, "
        "unread_conversations = unread_conversations + ?, newest_row_id = MAX(newest_row_id, ?)",
        [texts, conversations, newest_row_id],
    )


def _set_trouble(db: Database, trouble: str) -> None:
    """The version grows only if it is news."""
    write(
        db,
        "UPDATE inbox_state SET trouble = :trouble, version = version + 1 WHERE trouble <> :trouble",
        {"trouble": trouble},
    )


def _row(db: Database) -> sqlite3.Row:
    found = row(db, "SELECT * FROM inbox_state WHERE id = 1")
    assert found is not None  # noqa: S101 - the migration makes it
    return found
