"""What a filter leaves of the messages, looked through for what is searched for."""

import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from webapp.store.connection import row, rows, time_text
from webapp.store.search_indexes import METADATA, index_of_pair, query_of, words_of

# In pieces, of which as a rule one fills the page; more than some are not looked through.
ROWS_A_LOOK, PAIRS_A_LOOK, SOME = 75, 300, 1000
# However little was found so far: a stretch that reaches too far costs more than another one.
MOST_TIMES_LONGER = 2
WHOLE_PART = "(INSTR(messages.destination, :part) OR INSTR(messages.sender, :part))"
_BARE = "content='', columnsize=0"
_TOKENS = "porter unicode61 remove_diacritics 2"
_of_thread = threading.local()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words as typed, or digits in a row; and what else must be true of a message (`condition`, `values`).

    `metadata` is a key and, unless any will do, its value; beside words or digits, or alone.

    `is_filtered`: whether the condition leaves anything out. `is_failed`: whether it leaves nothing but what
    failed, of which there is an index, and `is_received`: nothing but what came in. `is_of_batch`: whether it
    asks for a batch; `our_batch_id`, for which of ours. The times are those of the condition.
    """

    words: str
    number_part: str
    metadata: tuple[str, str | None] | None
    condition: str
    values: Mapping[str, Any]
    is_filtered: bool
    is_failed: bool
    is_received: bool
    is_of_batch: bool
    our_batch_id: int | None
    since: datetime | None
    until: datetime | None

    @property
    def has_both(self) -> bool:
        return self.metadata is not None and bool(self.words or self.number_part)

    @property
    def that_has_pair(self) -> str:
        """Beside words or digits: a condition that the metadata is there, too."""
        if not self.has_both:
            return ""
        asked = index_of_pair(self.metadata).asked
        return f" AND EXISTS (SELECT 1 FROM {METADATA} WHERE {asked} AND {METADATA}.id = messages.id)"  # noqa: S608


def pieces(
    db: Database, wanted: Wanted, values: Mapping[str, Any], rows_of: float
) -> Iterator[tuple[list[int], int]]:
    """What the filter leaves, the latest first and enough for a look, with the row down to which that is all.

    It ends early once that is more than some. `rows_of`: how many rows there are for each of it, which tells
    how long the stretches are to be in which it is read.
    """
    left: list[int] = []
    end, seen = values["before_id"], 0
    while end > values["first_id"]:
        start = max(values["first_id"], end - int(rows_of * ROWS_A_LOOK) - 1)
        left += left_of(db, wanted, {**values, "first_id": start, "before_id": end}, SOME + 1 - seen)
        end = start
        if seen + len(left) > SOME:
            return
        if len(left) >= ROWS_A_LOOK or end == values["first_id"]:
            yield left, end
            left, seen = [], seen + len(left)
        found_of = (values["before_id"] - end) / (seen + len(left) + 1)
        rows_of = min(found_of, rows_of * MOST_TIMES_LONGER)


def left_of(db: Database, wanted: Wanted, values: Mapping[str, Any], most: int) -> list[int]:
    """What the filter leaves, the latest first unless that is `most`; by the days in which those rows are."""
    first_day, last_day = _days_of(db, values)
    # Of two bounds of a time SQLite may begin at the one further away: there is one on each side.
    since = max(time_text(wanted.since) if wanted.since else "", first_day)
    until = min(time_text(wanted.until) if wanted.until else "~", f"{last_day}~")
    condition = f"{wanted.condition}{wanted.that_has_pair}"
    condition += "" if wanted.since else " AND messages.created_at >= :since"
    condition += "" if wanted.until else " AND messages.created_at < :until"
    # As one value: to fetch hundreds of rows takes as long as to find them.
    found = row(
        db,
        f"SELECT json_group_array(id) FROM (SELECT id FROM messages WHERE {condition} "  # noqa: S608
        f"AND +id >= :first_id AND +id < :before_id LIMIT :most)",
        {**values, "since": since, "until": until, "most": most},
    )
    return sorted(json.loads(found[0]) if found else [], reverse=True)


def _days_of(db: Database, values: Mapping[str, Any]) -> tuple[str, str]:
    """The earliest and the latest day that rows between those two may be of."""
    found = row(
        db,
        "SELECT (SELECT MIN(day) FROM message_days WHERE day >= '' AND last_id >= :first_id), "
        "(SELECT MAX(day) FROM message_days WHERE day >= '' AND first_id < :before_id)",
        values,
    )
    return (found[0] or "", found[1] or "") if found else ("", "")


def looked_through(db: Database, wanted: Wanted, ids: list[int], values: Mapping[str, Any]) -> list[int]:
    found: list[int] = []
    size = ROWS_A_LOOK if wanted.words else PAIRS_A_LOOK
    for at in range(0, len(ids), size):
        found += _that_hold(db, wanted, ids[at : at + size], values)
        if len(found) >= values["limit"]:
            break
    return found[: values["limit"]]


def _that_hold(db: Database, wanted: Wanted, ids: list[int], values: Mapping[str, Any]) -> list[int]:
    places = ", ".join(map(str, ids))
    if not (wanted.words or wanted.number_part):
        pair = f"{index_of_pair(wanted.metadata).asked} AND id IN ({places})"
        return ids_of(db, f"SELECT id FROM {METADATA} WHERE {pair} ORDER BY id DESC", values)  # noqa: S608
    if wanted.number_part:
        part = f"id IN ({places}) AND {WHOLE_PART}"
        return ids_of(db, f"SELECT id FROM messages WHERE {part} ORDER BY id DESC", values)  # noqa: S608
    texts = rows(db, f"SELECT id, content, tag FROM messages WHERE id IN ({places})")  # noqa: S608
    return sorted(texts_that_hold(list(map(tuple, texts)), wanted.words), reverse=True)


def texts_that_hold(texts: Sequence[tuple[int, str, str | None]], words: str) -> list[int]:
    """Of rows with their content and tag those that hold every word, in whatever form; in no order."""
    as_typed = [_as_typed(word) for word in words_of(words)]
    sure = {each[0] for each in texts if all(word and word.search(each[1]) for word in as_typed)}
    return [*sure, *_that_match([each for each in texts if each[0] not in sure], query_of(words))]


def _as_typed(word: str) -> re.Pattern[str] | None:
    """A text with the word itself holds it, and needs no index to say so; None if that is not certain."""
    if not (word.isascii() and word.isalnum()):
        return None
    return re.compile(
        rf"(?<![^\x00-/:-@\[-`{{-\x7f]){word}(?![^\x00-/:-@\[-`{{-\x7f])", re.ASCII | re.IGNORECASE
    )


def _that_match(texts: Sequence[tuple[int, str, str | None]], query: str) -> list[int]:
    """Looked up in an index of these alone, of the same tokens: to ask the large one for each is slower."""
    if not texts:
        return []
    own = _index_of_few()
    own.execute("BEGIN")
    try:
        own.executemany("INSERT INTO texts (rowid, content, tag) VALUES (?, ?, ?)", texts)
        return [each[0] for each in own.execute("SELECT rowid FROM texts WHERE texts MATCH ?", [query])]
    finally:
        own.execute("ROLLBACK")


class _IndexOfFew(sqlite3.Connection):
    """Closed with the thread that made it."""

    def __del__(self) -> None:
        self.close()


def _index_of_few() -> sqlite3.Connection:
    """Always empty, and kept by each thread: to make it takes longer than to fill it."""
    if not hasattr(_of_thread, "index_of_few"):
        made = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, factory=_IndexOfFew)
        made.execute(f"CREATE VIRTUAL TABLE texts USING fts5 (content, tag, {_BARE}, tokenize='{_TOKENS}')")
        _of_thread.index_of_few = made
    index: sqlite3.Connection = _of_thread.index_of_few
    return index


def ids_of(db: Database, sql: str, values: Mapping[str, Any]) -> list[int]:
    return [each[0] for each in rows(db, sql, values)]
