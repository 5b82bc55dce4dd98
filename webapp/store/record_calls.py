"""Finding calls of ours that have become no message, by words, a part of a number, or metadata.

Those that are over have indexes of their own. What waits is in none, for most of it becomes a message soon:
that is looked through. With a filter the index goes first if it holds little, else the filter if it leaves
little.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from sqlite_utils import Database

from webapp.store.calls import Call, OutboxState, list_calls
from webapp.store.connection import rows
from webapp.store.record_conditions import RecordFilter, is_of_messages_only, of_calls
from webapp.store.record_conditions import values as values_of
from webapp.store.search_filtered import texts_that_hold
from webapp.store.search_indexes import LONGEST_PART, query_of, query_of_part

# Of a search: more calls than this without a message wait only in a long breakdown.
MOST_CALLS_FOUND = 20
CALLS = "outbox_without_message"
# If the index holds no more, or the filter leaves no more, those are looked at.
FEW = 100
_READ = "SELECT id, COALESCE(said, ''), said_tag, destination, state FROM outbox"
# Quickly whether the key stands there at all, and then what it says.
_SAID_METADATA = (
    "said_metadata IS NOT NULL AND INSTR(LOWER(said_metadata), LOWER(json_quote(:key))) "
    "AND EXISTS (SELECT 1 FROM json_each(said_metadata) "
    "WHERE json_extract(json_each.value, '$.key') = :key COLLATE NOCASE AND (:value IS NULL "
    "OR json_extract(json_each.value, '$.value') = :value COLLATE NOCASE))"
)


def calls_found(db: Database, wanted: RecordFilter) -> list[Call]:
    """The latest first, and of many not all."""
    query = _query(wanted)
    if is_of_messages_only(wanted) or query is None:
        return []
    is_filtered = replace(wanted, words="", number_part="") != RecordFilter()
    found = (_among_filtered if is_filtered else _among_all)(db, wanted, query)
    places = ", ".join(map(str, found))
    return list_calls(db, f"id IN ({places}) ORDER BY created_at DESC, id DESC", []) if found else []


def _query(wanted: RecordFilter) -> str | None:
    """What the index of words or of numbers is asked, if it is; None if it holds no such."""
    if wanted.words:
        query, of_tag = query_of(wanted.words), query_of(wanted.tag)
        return f"({query}) AND said_tag : ({of_tag})" if query and of_tag else query or None
    if wanted.number_part:
        return query_of_part(wanted.number_part)
    return ""


def _among_all(db: Database, wanted: RecordFilter, query: str) -> list[int]:
    """No filter but that."""
    found = rows(
        db,
        f"{_held(wanted)} ORDER BY 1 DESC LIMIT {MOST_CALLS_FOUND}",
        {**values_of(wanted), "query": query},
    )
    return _latest(_waiting(db, wanted, "1"), [each[0] for each in found])


def _among_filtered(db: Database, wanted: RecordFilter, query: str) -> list[int]:
    told = f"INDEXED BY {'outbox_with_metadata' if wanted.metadata else CALLS}"
    condition = f"{of_calls(wanted)}{f' AND {_SAID_METADATA}' if wanted.metadata else ''}"
    latest = "ORDER BY created_at DESC, id DESC LIMIT"
    values = {**values_of(wanted), "query": query}
    held = rows(db, f"{_held(wanted)} LIMIT {FEW + 1}", values) if query else []
    if query and len(held) <= FEW:
        places = ", ".join(str(each[0]) for each in held)
        found = rows(db, f"SELECT id FROM outbox WHERE id IN ({places}) AND {condition}", values)  # noqa: S608
        return _latest(_waiting(db, wanted, condition), [each[0] for each in found])
    left = rows(db, f"{_READ} {told} WHERE {condition} {latest} {FEW + 1}", values)
    if len(left) <= FEW or not query:
        return _that_hold(db, left, wanted)[:MOST_CALLS_FOUND]
    both = f"{condition} AND id IN ({_held(wanted)})"
    found = rows(db, f"SELECT id FROM outbox {told} WHERE {both} {latest} {MOST_CALLS_FOUND}", values)  # noqa: S608
    return _latest(_waiting(db, wanted, condition), [each[0] for each in found])


def _waiting(db: Database, wanted: RecordFilter, condition: str) -> list[int]:
    waits = "batch_id IS NULL AND state IN ('queued', 'in_flight')"
    sql = f"{_READ} INDEXED BY outbox_waiting WHERE {waits} AND {condition}"
    return _that_hold(db, rows(db, sql, values_of(wanted)), wanted)


def _latest(*found: list[int]) -> list[int]:
    return sorted({each for some in found for each in some}, reverse=True)[:MOST_CALLS_FOUND]


def _held(wanted: RecordFilter) -> str:
    """A query of the calls that an index holds."""
    if wanted.words:
        return "SELECT rowid FROM call_words WHERE call_words MATCH :query"
    if len(wanted.number_part) <= LONGEST_PART:
        return "SELECT rowid FROM call_numbers WHERE call_numbers MATCH :query"
    return (
        "SELECT call_numbers.rowid FROM call_numbers CROSS JOIN outbox ON outbox.id = call_numbers.rowid "
        "WHERE call_numbers MATCH :query AND INSTR(outbox.destination, :part)"
    )


def _that_hold(db: Database, left: Sequence[sqlite3.Row], wanted: RecordFilter) -> list[int]:
    """In the order of what is left."""
    if not wanted.words:
        return [each[0] for each in left if wanted.number_part in each[3]]
    waiting = [tuple(each)[:3] for each in left if each[4] in (OutboxState.QUEUED, OutboxState.IN_FLIGHT)]
    holding = set(texts_that_hold(waiting, wanted.words))
    if len(waiting) < len(left):
        ids = [each[0] for each in left]
        between = f"{_held(wanted)} AND rowid BETWEEN :first AND :last"
        asked = {"query": query_of(wanted.words), "first": min(ids), "last": max(ids)}
        holding.update(each[0] for each in rows(db, between, asked))
    return [each[0] for each in left if each[0] in holding]
