"""Finding messages by words, or by a part of a number: SQLite only, FTS5 read from the latest on.

A word that stands everywhere costs no more than a rare one, for the list is full soon. Only with a filter
that leaves next to nothing would it be looked up a million times in vain: then the few are looked through.
"""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from webapp.store.connection import LARGEST_ROW_ID, row, rows, time_text

MOST_WORDS = 10
# The index holds every three characters in a row: fewer cannot be looked up in it.
SHORTEST_PART = 3
# Of a longer part the last digits find few, the first ones nearly everybody: they are compared afterwards.
LONGEST_PART = 6
# What a filter leaves is looked through in pieces, if that is no more than some: first the latest, which as a
# rule fill the page, then as many as are few.
ROWS_A_LOOK = 100
LATEST, FEW, SOME = 200, 1000, 8000
# As the index has it, word for word.
FAILED = " AND messages.status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')"
_TOKENS = "porter unicode61 remove_diacritics 2"
_WHOLE_PART = "(INSTR(messages.destination, :part) OR INSTR(messages.sender, :part))"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words as typed, or digits in a row; and what else must be true of a message (`condition`, `values`).

    `is_filtered`: whether the condition leaves anything out. `is_failed`: whether it leaves nothing but what
    failed, of which there is an index, and `is_received`: nothing but what came in. `by_id` is an index that
    has what it leaves by row, if there is one. The times are those of the condition.
    """

    words: str
    number_part: str
    condition: str
    values: Mapping[str, Any]
    is_filtered: bool
    is_failed: bool
    is_received: bool
    by_id: str | None
    since: datetime | None
    until: datetime | None


def find_ids(db: Database, wanted: Wanted, *, before_id: int, limit: int) -> list[int]:
    """The rows that match, what was stored last first."""
    query = query_of(wanted.words) if wanted.words else f'"{wanted.number_part[-LONGEST_PART:]}"'
    if not query or (wanted.number_part and len(wanted.number_part) < SHORTEST_PART):
        return []
    first_id, last_id = _ids_of_days(db, wanted)
    values = {
        **wanted.values,
        "query": query,
        "part": wanted.number_part,
        "first_id": first_id,
        "limit": limit,
    }
    values["before_id"] = min(before_id, last_id + 1)
    if wanted.is_filtered and _is_common(db, wanted, values) and _is_sorted_soon(db, wanted, values):
        for most in (LATEST, FEW):
            latest = _latest(db, wanted, values, most + 1)
            found = _looked_through(db, wanted, latest[:most], query, limit)
            if len(latest) <= most or len(found) == limit:
                return found
    return _found(db, wanted, values)


def words_of(typed: str) -> list[str]:
    return re.findall(r"\w+", typed)[:MOST_WORDS]


def query_of(typed: str) -> str:
    """FTS5's language has operators; what people type has none: every word in quotes, all of them wanted."""
    return " ".join(f'"{word}"' for word in words_of(typed))


def _index(wanted: Wanted) -> str:
    if wanted.words:
        return "inbound_words" if wanted.is_received else "message_words"
    return "message_numbers"


def _condition(wanted: Wanted) -> str:
    is_long = len(wanted.number_part) > LONGEST_PART
    return f"{wanted.condition} AND {_WHOLE_PART}" if is_long else wanted.condition


def _ids_of_days(db: Database, wanted: Wanted) -> tuple[int, int]:
    """Between which rows everything of the days stands that are wanted."""
    if not (wanted.since or wanted.until):
        return 0, LARGEST_ROW_ID - 1
    found = row(
        db,
        "SELECT MIN(first_id) AS first_id, MAX(last_id) AS last_id FROM message_days "
        "WHERE day >= ? AND day <= ?",
        [
            time_text(wanted.since)[:10] if wanted.since else "",
            time_text(wanted.until) if wanted.until else "~",
        ],
    )
    return (found["first_id"], found["last_id"]) if found and found["last_id"] else (0, 0)


def _found(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    index = _index(wanted)
    # Its rows are read one after the other by id, and there are many more of the others.
    told = " INDEXED BY messages_failed_by_id" if wanted.is_failed else ""
    condition = f"{_condition(wanted)}{FAILED if wanted.is_failed else ''}"
    found = rows(
        db,
        f"SELECT messages.id FROM {index} CROSS JOIN messages{told} ON messages.id = {index}.rowid "  # noqa: S608
        f"WHERE {index} MATCH :query AND {index}.rowid >= :first_id AND {index}.rowid < :before_id "
        f"AND {condition} ORDER BY {index}.rowid DESC LIMIT :limit",
        values,
    )
    return [each["id"] for each in found]


def _is_common(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> bool:
    """Whether more than a few messages hold it, whatever else is wanted."""
    index = _index(wanted)
    found = row(
        db,
        f"SELECT 1 FROM {index} WHERE {index} MATCH :query AND rowid >= :first_id "  # noqa: S608 - our own words
        f"AND rowid < :before_id ORDER BY rowid DESC LIMIT 1 OFFSET {FEW}",
        values,
    )
    return found is not None


def _is_sorted_soon(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> bool:
    """Whether what the filter leaves is in the order of its rows, or little enough to be put into it."""
    return wanted.by_id is not None or _is_some(db, wanted, values)


def _is_some(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> bool:
    """Whether all else that is wanted, whatever it holds, is little enough to be sorted."""
    sql = f"SELECT 1 FROM messages WHERE {_within(wanted)} LIMIT 1 OFFSET {SOME}"  # noqa: S608 - our own words
    return row(db, sql, values) is None


def _latest(db: Database, wanted: Wanted, values: Mapping[str, Any], most: int) -> list[int]:
    """Of that what was stored last, the last first."""
    sql = f"SELECT id FROM messages WHERE {_within(wanted)} ORDER BY +id DESC LIMIT {most}"  # noqa: S608
    if wanted.by_id:
        within = f"{_condition(wanted)} AND id >= :first_id AND id < :before_id"
        told = f"messages INDEXED BY {wanted.by_id}"
        sql = f"SELECT id FROM {told} WHERE {within} ORDER BY id DESC LIMIT {most}"  # noqa: S608
    return [each["id"] for each in rows(db, sql, values)]


def _within(wanted: Wanted) -> str:
    return f"{_condition(wanted)} AND +id >= :first_id AND +id < :before_id"


def _looked_through(db: Database, wanted: Wanted, ids: list[int], query: str, limit: int) -> list[int]:
    found: list[int] = []
    for at in range(0, len(ids), ROWS_A_LOOK):
        found += _that_hold(db, wanted, ids[at : at + ROWS_A_LOOK], query)
        if len(found) >= limit:
            break
    return found[:limit]


def _that_hold(db: Database, wanted: Wanted, ids: list[int], query: str) -> list[int]:
    """Looked up in an index of these alone, of the same tokens: to ask the large one for each is slower."""
    places = ", ".join(map(str, ids))
    if wanted.number_part:
        part = f"id IN ({places}) AND {_WHOLE_PART} ORDER BY id DESC"
        return [each["id"] for each in rows(db, f"SELECT id FROM messages WHERE {part}", wanted.values)]  # noqa: S608
    texts = rows(db, f"SELECT id, content, tag FROM messages WHERE id IN ({places})")  # noqa: S608
    with closing(sqlite3.connect(":memory:")) as own:
        own.execute(f"CREATE VIRTUAL TABLE texts USING fts5 (content, tag, tokenize='{_TOKENS}')")
        own.executemany("INSERT INTO texts (rowid, content, tag) VALUES (?, ?, ?)", map(tuple, texts))
        holding = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid DESC"
        return [each[0] for each in own.execute(holding, [query])]
