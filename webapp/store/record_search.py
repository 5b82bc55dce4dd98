"""Finding messages by words, a part of a number or metadata: an index of those is read from the latest on.

For words and numbers SQLite only: its FTS5. A word that stands everywhere costs no more than a rare one, for
the list is full soon. Only with a filter that leaves next to nothing would it be looked up a million times in
vain: then the few are looked through.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from webapp.store.connection import LARGEST_ROW_ID, row, rows, time_text
from webapp.store.search_indexes import METADATA, Index, index_of_pair, index_of_text, query_of

# The index holds every three characters in a row: fewer cannot be looked up in it.
SHORTEST_PART = 3
# Of a longer part the last digits find few, the first ones nearly everybody: they are compared afterwards.
LONGEST_PART = 6
# What a filter leaves is looked through in pieces, if that is no more than some: first the latest, which as a
# rule fill the page, then as many as are few.
ROWS_A_LOOK, PAIRS_A_LOOK = 100, 500
LATEST, FEW, SOME = 200, 1000, 8000
# Of metadata that more than so many have, what a filter leaves is looked through: that part of all rows which
# came last, and then larger ones, as long as no more is left of the first than so much.
OF_PAIR, PARTS, OF_PART = 500, (16, 8, 4, 2, 1), 800
# As the index has it, word for word.
FAILED = " AND messages.status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')"
_TOKENS = "porter unicode61 remove_diacritics 2"
_WHOLE_PART = "(INSTR(messages.destination, :part) OR INSTR(messages.sender, :part))"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words as typed, or digits in a row; and what else must be true of a message (`condition`, `values`).

    `metadata` is a key and, unless any will do, its value; beside words or digits, or alone.

    `is_filtered`: whether the condition leaves anything out. `is_failed`: whether it leaves nothing but what
    failed, of which there is an index, and `is_received`: nothing but what came in. `by_id` is an index that
    has what it leaves by row, if there is one. The times are those of the condition.
    """

    words: str
    number_part: str
    metadata: tuple[str, str | None] | None
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
    query = _query(wanted)
    if query is None:
        return []
    first_id, last_id = _ids_of_days(db, wanted)
    key, value = wanted.metadata or (None, None)
    values = {
        **wanted.values,
        **{"query": query, "part": wanted.number_part, "key": key, "value": value},
        **{"first_id": first_id, "before_id": min(before_id, last_id + 1), "limit": limit},
    }
    if wanted.metadata and not _has_both(wanted):
        return _found_by_metadata(db, wanted, values)
    if _is_narrowed(wanted) and _is_common(db, wanted, values) and _is_sorted_soon(db, wanted, values):
        return _found_among(db, wanted, values)
    return _found(db, wanted, values)


def _found_by_metadata(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    """Of a pair that many have: what the filter leaves, as long as that is little; else those that have it.

    The rows are taken in stretches, the latest of them first: as a rule one or two fill the page.
    """
    is_common = wanted.is_filtered and _nth(db, wanted, values, OF_PAIR) is not None
    latest = _nth(db, wanted, values, 0) if is_common else None
    if latest is None:
        return _found(db, wanted, values)
    found: list[int] = []
    end, first_id = latest + 1, int(values["first_id"])
    for part in PARTS:
        start = latest + 1 - (latest + 1 - first_id) // part
        most = OF_PART * PARTS[0] // part
        stretch = {**values, "first_id": start, "before_id": end, "limit": values["limit"] - len(found)}
        left = _left_of_stretch(db, wanted, stretch, most + 1)
        if len(left) > most:
            break
        found += _looked_through(db, wanted, left, stretch)
        if len(found) == values["limit"] or start == first_id:
            return found
        end = start
    rest = {**values, "before_id": end, "limit": values["limit"] - len(found)}
    return found + _found(db, wanted, rest)


def _left_of_stretch(db: Database, wanted: Wanted, values: Mapping[str, Any], most: int) -> list[int]:
    """The latest first, unless there are more than `most`; by the days in which those rows can be."""
    day = _first_day(db, values["first_id"])
    # Of two lower bounds of a time SQLite may begin at the one further away.
    from_day = "" if wanted.since else " AND messages.created_at >= :day"
    since = max(time_text(wanted.since), day) if wanted.since else None
    found = rows(
        db,
        f"SELECT id FROM messages WHERE {_within(wanted)}{from_day} LIMIT {most}",  # noqa: S608 - our own words
        {**values, "day": day, "since": since},
    )
    return sorted((each["id"] for each in found), reverse=True)


def _first_day(db: Database, first_id: int) -> str:
    """The earliest day of those from which there are rows from that one on."""
    sql = "SELECT MIN(day) AS day FROM message_days WHERE day >= '' AND last_id >= ?"
    found = row(db, sql, [first_id])
    return (found["day"] if found else None) or ""


def _found_among(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    """Looking through what the filter leaves, the latest first."""
    for most in (LATEST, FEW):
        latest = _latest(db, wanted, values, most + 1)
        found = _looked_through(db, wanted, latest[:most], values)
        if len(latest) <= most or len(found) == values["limit"]:
            return found
    return _found(db, wanted, values)


def _query(wanted: Wanted) -> str | None:
    """What the index of words or of numbers is asked; None if nothing can be found in it."""
    if wanted.words or not wanted.number_part:
        return query_of(wanted.words) or (None if wanted.words or not wanted.metadata else "")
    return f'"{wanted.number_part[-LONGEST_PART:]}"' if len(wanted.number_part) >= SHORTEST_PART else None


def _is_narrowed(wanted: Wanted) -> bool:
    """Whether more is wanted than what the index that leads is asked for."""
    return wanted.is_filtered or _has_both(wanted)


def _has_both(wanted: Wanted) -> bool:
    return wanted.metadata is not None and bool(wanted.words or wanted.number_part)


def _index(wanted: Wanted) -> Index:
    if not (wanted.words or wanted.number_part):
        return index_of_pair(wanted.metadata)
    of_words = "inbound_words" if wanted.is_received else "message_words"
    return index_of_text(of_words if wanted.words else "message_numbers")


def _condition(wanted: Wanted) -> str:
    conditions = [wanted.condition]
    if len(wanted.number_part) > LONGEST_PART:
        conditions.append(_WHOLE_PART)
    if _has_both(wanted):
        conditions.append(_has_pair(wanted))
    return " AND ".join(conditions)


def _has_pair(wanted: Wanted) -> str:
    asked = index_of_pair(wanted.metadata).asked
    return f"EXISTS (SELECT 1 FROM message_metadata WHERE {asked} AND message_metadata.id = messages.id)"  # noqa: S608


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
    return _by_index(db, _index(wanted), wanted, values)


def _by_index(db: Database, index: Index, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    # Its rows are read one after the other by id, and of words there are many more of the others.
    is_failed = wanted.is_failed and index.table != METADATA
    told = " INDEXED BY messages_failed_by_id" if is_failed else ""
    condition = f"{_condition(wanted)}{FAILED if is_failed else ''}"
    listed = f"{index.table}{index.told} CROSS JOIN messages{told} ON messages.id = {index.row}"
    found = rows(
        db,
        f"SELECT messages.id FROM {listed} "  # noqa: S608 - our own words
        f"WHERE {index.asked} AND {index.row} >= :first_id AND {index.row} < :before_id "
        f"AND {condition} ORDER BY {index.row} DESC LIMIT :limit",
        values,
    )
    return [each["id"] for each in found]


def _is_common(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> bool:
    """Whether more than a few messages hold it, whatever else is wanted."""
    return _nth(db, wanted, values, FEW) is not None


def _nth(db: Database, wanted: Wanted, values: Mapping[str, Any], count: int) -> int | None:
    """The row that holds it after so many others, read from the latest on."""
    index = _index(wanted)
    held = f"{index.table}{index.told} WHERE {index.asked}"
    found = row(
        db,
        f"SELECT {index.row} AS id FROM {held} AND {index.row} >= :first_id "  # noqa: S608 - our own words
        f"AND {index.row} < :before_id ORDER BY {index.row} DESC LIMIT 1 OFFSET {count}",
        values,
    )
    return found["id"] if found else None


def _is_sorted_soon(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> bool:
    """Whether what the filter leaves is in the order of its rows, or little enough to be put into it."""
    is_in_order = _has_both(wanted) or wanted.by_id is not None
    return is_in_order or _leaves_at_most(db, wanted, values, SOME)


def _leaves_at_most(db: Database, wanted: Wanted, values: Mapping[str, Any], count: int) -> bool:
    """Whether no more than so many are left by all else that is wanted."""
    sql = f"SELECT 1 FROM messages WHERE {_within(wanted)} LIMIT 1 OFFSET {count}"  # noqa: S608 - our own words
    return row(db, sql, values) is None


def _latest(db: Database, wanted: Wanted, values: Mapping[str, Any], most: int) -> list[int]:
    """Of that what was stored last, the last first."""
    if _has_both(wanted):
        return _by_index(db, index_of_pair(wanted.metadata), wanted, {**values, "limit": most})
    sql = f"SELECT id FROM messages WHERE {_within(wanted)} ORDER BY +id DESC LIMIT {most}"  # noqa: S608
    if wanted.by_id:
        within = f"{_condition(wanted)} AND id >= :first_id AND id < :before_id"
        told = f"messages INDEXED BY {wanted.by_id}"
        sql = f"SELECT id FROM {told} WHERE {within} ORDER BY id DESC LIMIT {most}"  # noqa: S608
    return [each["id"] for each in rows(db, sql, values)]


def _within(wanted: Wanted) -> str:
    return f"{_condition(wanted)} AND +id >= :first_id AND +id < :before_id"


def _looked_through(db: Database, wanted: Wanted, ids: list[int], values: Mapping[str, Any]) -> list[int]:
    found: list[int] = []
    size = ROWS_A_LOOK if wanted.words else PAIRS_A_LOOK
    for at in range(0, len(ids), size):
        found += _that_hold(db, wanted, ids[at : at + size], values)
        if len(found) >= values["limit"]:
            break
    return found[: values["limit"]]


def _that_hold(db: Database, wanted: Wanted, ids: list[int], values: Mapping[str, Any]) -> list[int]:
    """Looked up in an index of these alone, of the same tokens: to ask the large one for each is slower."""
    places = ", ".join(map(str, ids))
    if not (wanted.words or wanted.number_part):
        index = index_of_pair(wanted.metadata)
        pair = f"{index.asked} AND id IN ({places}) ORDER BY id DESC"
        return [each["id"] for each in rows(db, f"SELECT id FROM {METADATA} WHERE {pair}", values)]  # noqa: S608
    if wanted.number_part:
        part = f"id IN ({places}) AND {_WHOLE_PART} ORDER BY id DESC"
        return [each["id"] for each in rows(db, f"SELECT id FROM messages WHERE {part}", values)]  # noqa: S608
    texts = rows(db, f"SELECT id, content, tag FROM messages WHERE id IN ({places})")  # noqa: S608
    with closing(sqlite3.connect(":memory:")) as own:
        own.execute(f"CREATE VIRTUAL TABLE texts USING fts5 (content, tag, tokenize='{_TOKENS}')")
        own.executemany("INSERT INTO texts (rowid, content, tag) VALUES (?, ?, ?)", map(tuple, texts))
        holding = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid DESC"
        return [each[0] for each in own.execute(holding, [values["query"]])]
