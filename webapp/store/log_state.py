"""How far the provider's log has been read into the record."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from webapp.store.connection import read_time_or_none, row, time_text, write


class Reread(StrEnum):
    """The stretches of the log that are read again while a status in them is not final."""

    LATELY = "lately_reread_at"
    LONG_AGO = "long_ago_reread_at"


@dataclass(frozen=True, slots=True)
class LogState:
    """`read_to`: all that the log held up to then is in the record. None: nothing has been read yet."""

    read_to: datetime | None
    reread_at: dict[Reread, datetime | None]


def read_state(db: Database) -> LogState:
    found = row(db, "SELECT * FROM log_state WHERE id = 1")
    assert found is not None  # noqa: S101 - the migration makes it
    reread_at = {each: read_time_or_none(found[each.value]) for each in Reread}
    return LogState(read_time_or_none(found["read_to"]), reread_at)


def advance(db: Database, read_to: datetime) -> None:
    """Never back: a stretch that is read again does not undo what is known."""
    write(db, "UPDATE log_state SET read_to = MAX(COALESCE(read_to, ''), ?)", [time_text(read_to)])


def record_reread(db: Database, which: Reread, *, now: datetime) -> None:
    write(db, f"UPDATE log_state SET {which.value} = ?", [time_text(now)])  # noqa: S608 - our own words


def oldest_unsettled(db: Database, *, since: datetime, until: datetime) -> datetime | None:
    """When the oldest message between the two times was made whose status may still change."""
    found = row(
        db,
        "SELECT MIN(created_at) AS at FROM messages WHERE created_at > ? AND created_at <= ? AND status "
        "NOT IN ('DELIVERED', 'UNDELIVERABLE', 'EXPIRED', 'REJECTED', 'INCOMING')",
        [time_text(since), time_text(until)],
    )
    return read_time_or_none(found["at"]) if found else None
