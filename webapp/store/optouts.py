"""Numbers that want no more texts, and the words that say so."""

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from webapp.messaging.optout import normalise_word
from webapp.store.connection import insert, read_time, row, rows, time_text, transaction, write

# SQLite takes 32,766 parameters, other engines fewer; many small statements cost as little.
_NUMBERS_A_STATEMENT = 500


class OptOutSource(StrEnum):
    """How a number came onto the list."""

    TEXT = "text"
    """Its owner texted one of the words."""
    STAFF = "staff"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class OptOut:
    """`number`: digits with country code. `added_by`: the name of a member of staff, or who texted."""

    id: int
    number: str
    added_at: datetime
    added_by: str
    source: OptOutSource
    reason: str


@dataclass(frozen=True, slots=True)
class OptOutEvent:
    at: datetime
    action: str
    who: str
    reason: str


def opted_out_among(db: Database, numbers: Collection[str]) -> frozenset[str]:
    """Which of these numbers (digits with country code) want no texts; made for lists of 100,000."""
    return frozenset(found for chunk in _chunks(numbers) for found in _listed(db, chunk))


def all_numbers(db: Database) -> frozenset[str]:
    """Every number that wants no texts, for judging a long list row by row."""
    return frozenset(each["number"] for each in rows(db, "SELECT number FROM opt_outs"))


def is_opted_out(db: Database, number: str) -> bool:
    return row(db, "SELECT 1 FROM opt_outs WHERE number = ?", [number]) is not None


def get_opt_out(db: Database, number: str) -> OptOut | None:
    found = row(db, "SELECT * FROM opt_outs WHERE number = ?", [number])
    return None if found is None else _read(found)


def add_opt_out(
    db: Database, number: str, *, who: str, source: OptOutSource, now: datetime, reason: str = ""
) -> bool:
    """From now on nothing is sent to that number. False if it was on the list already."""
    with transaction(db):
        added = write(
            db,
            "INSERT INTO opt_outs (number, added_at, added_by, source, reason) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (number) DO NOTHING",
            [number, time_text(now), who, source, reason],
        )
        if added:
            _add_event(db, number, "added", who=who, source=source, reason=reason, now=now)
    return added == 1


def remove_opt_out(db: Database, number: str, *, who: str, reason: str, now: datetime) -> bool:
    """Texts may go there again; who removed it, and why, is kept. False if it was not on the list."""
    with transaction(db):
        removed = write(db, "DELETE FROM opt_outs WHERE number = ?", [number])
        if removed:
            _add_event(db, number, "removed", who=who, source="", reason=reason, now=now)
    return removed == 1


def find_opt_out(db: Database, opt_out_id: int) -> OptOut | None:
    found = row(db, "SELECT * FROM opt_outs WHERE id = ?", [opt_out_id])
    return None if found is None else _read(found)


def list_opt_outs(
    db: Database, *, limit: int, before_id: int | None = None, containing: str = ""
) -> list[OptOut]:
    """Newest first. `before_id`: the last one of the page before. `containing`: digits in a row."""
    found = rows(
        db,
        "SELECT * FROM opt_outs WHERE id < ? AND number LIKE '%' || ? || '%' ORDER BY id DESC LIMIT ?",
        [before_id or 2**63 - 1, containing, limit],
    )
    return [_read(each) for each in found]


def list_opt_out_events(db: Database, number: str) -> list[OptOutEvent]:
    """When that number was added and removed, by whom and why; oldest first."""
    found = rows(db, "SELECT * FROM opt_out_events WHERE number = ? ORDER BY id", [number])
    return [OptOutEvent(read_time(each["at"]), each["action"], each["who"], each["reason"]) for each in found]


def opt_out_words(db: Database) -> frozenset[str]:
    """The words that opt a number out, as `normalise_word` makes them."""
    return frozenset(each["word"] for each in rows(db, "SELECT word FROM opt_out_words"))


def list_opt_out_words(db: Database) -> list[str]:
    """As they were typed, in the order in which they were added."""
    return [each["shown_as"] for each in rows(db, "SELECT shown_as FROM opt_out_words ORDER BY rowid")]


def add_opt_out_word(db: Database, word: str, *, added_by: str, now: datetime) -> bool:
    """False if it was on the list already, in whatever spelling."""
    added = write(
        db,
        "INSERT INTO opt_out_words (word, shown_as, added_at, added_by) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (word) DO NOTHING",
        [normalise_word(word), word, time_text(now), added_by],
    )
    return added == 1


def remove_opt_out_word(db: Database, word: str) -> bool:
    """False if it was not on the list."""
    return bool(write(db, "DELETE FROM opt_out_words WHERE word = ?", [normalise_word(word)]))


def _chunks(numbers: Collection[str]) -> Iterator[list[str]]:
    listed = list(numbers)
    for start in range(0, len(listed), _NUMBERS_A_STATEMENT):
        yield listed[start : start + _NUMBERS_A_STATEMENT]


def _listed(db: Database, numbers: list[str]) -> Iterator[str]:
    places = ", ".join("?" * len(numbers))
    sql = f"SELECT number FROM opt_outs WHERE number IN ({places})"  # noqa: S608 - places only
    yield from (each["number"] for each in rows(db, sql, numbers))


def _add_event(
    db: Database, number: str, action: str, *, who: str, source: str, reason: str, now: datetime
) -> None:
    values = {"number": number, "at": time_text(now), "action": action}
    insert(db, "opt_out_events", {**values, "who": who, "source": source, "reason": reason})


def _read(found: sqlite3.Row) -> OptOut:
    return OptOut(
        id=found["id"],
        number=found["number"],
        added_at=read_time(found["added_at"]),
        added_by=found["added_by"],
        source=OptOutSource(found["source"]),
        reason=found["reason"],
    )
