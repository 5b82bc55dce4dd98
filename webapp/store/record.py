"""Finding messages: everything the record holds, and the calls of ours that have become no message."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple

from sqlite_utils import Database

from webapp.messaging.status import FAILED, MessageStatus
from webapp.store import record_search
from webapp.store.calls import LARGEST_ID, Call, OutboxState, list_calls
from webapp.store.connection import read_time, rows, time_text
from webapp.store.messages import StoredMessage, list_messages
from webapp.store.record_calls import CALLS, calls_found
from webapp.store.record_conditions import (
    Direction,
    Group,
    RecordFilter,
    is_of_messages_only,
    may_hold,
    of_calls,
    of_messages,
)
from webapp.store.record_conditions import values as values_of
from webapp.store.search_filtered import Wanted


class Source(IntEnum):
    """At one moment they stand in this order."""

    MESSAGE = 0
    CALL = 1


class Place(NamedTuple):
    """Where an entry stands (keyset paging). A search goes by `id` alone."""

    at: datetime
    source: Source
    id: int


class RecordEntry(NamedTuple):
    """A message, the call of ours that sent it, or both; of a batch, `call` brought it to others too."""

    place: Place
    message: StoredMessage | None
    call: Call | None


def list_record(
    db: Database, wanted: RecordFilter, *, limit: int, before: Place | None = None
) -> list[RecordEntry]:
    """The latest first; of a search, what was stored last first. `before`: the last of the page before."""
    if not may_hold(db, wanted):
        return []
    if wanted.is_search:
        found = [] if before else list(map(_of_call, calls_found(db, wanted)))[:limit]
        # No more than the page has room for: each is read whole, and the call that it comes from.
        room = limit - len(found)
        messages = _messages_found(db, wanted, before.id if before else LARGEST_ID, room) if room else []
        return [*found, *with_calls(db, messages)]
    wanted, before = _one_bound(wanted, before)
    if is_of_messages_only(wanted) and wanted.group is None:
        return with_calls(db, list_messages(db, *_latest(wanted, before, limit)))
    return _entries_at(db, _places(db, wanted, before, limit))


def _places(db: Database, wanted: RecordFilter, before: Place | None, limit: int) -> list[Place]:
    """Where what is wanted stands: only what is shown is read whole."""
    places = _places_of_messages(db, wanted, before, limit)
    # Calls from before the last of a whole page would be read for nothing.
    oldest = places[-1].at if len(places) == limit else None
    if oldest and (wanted.since is None or wanted.since < oldest):
        wanted = replace(wanted, since=oldest)
    return sorted([*places, *_places_of_calls(db, wanted, before, limit)], reverse=True)[:limit]


def _entries_at(db: Database, places: list[Place]) -> list[RecordEntry]:
    ids = {source: ", ".join(str(each.id) for each in places if each.source is source) for source in Source}
    messages = list_messages(db, f"id IN ({ids[Source.MESSAGE]})", [])
    calls = list_calls(db, f"id IN ({ids[Source.CALL]})", [])
    entries = [*with_calls(db, messages), *map(_of_call, calls)]
    return sorted(entries, key=lambda entry: entry.place, reverse=True)


def _one_bound(wanted: RecordFilter, before: Place | None) -> tuple[RecordFilter, Place | None]:
    """Only the earlier of two upper bounds: SQLite may begin at the later one, and walk to the page from it.

    Then each page of an export would take longer than the one before.
    """
    if before is None or wanted.until is None:
        return wanted, before
    return (replace(wanted, until=None), before) if before.at < wanted.until else (wanted, None)


def group_of(status: str) -> Group | None:
    """Which group a status of the provider's is in; delivered texts and those that came in are in none."""
    if status in FAILED:
        return Group.FAILED
    is_done = status in (MessageStatus.DELIVERED, MessageStatus.INCOMING)
    return None if is_done else Group.WAITING


def known_statuses(db: Database) -> list[str]:
    """Every status in the record, from one value to the next in the index: DISTINCT would read all of it."""
    found = rows(
        db,
        "WITH RECURSIVE each (value) AS (SELECT MIN(status) FROM messages UNION ALL "
        "SELECT (SELECT MIN(status) FROM messages WHERE status > each.value) FROM each "
        "WHERE each.value IS NOT NULL LIMIT 50) SELECT value FROM each WHERE value IS NOT NULL",
    )
    return [each["value"] for each in found]


def _places_of_messages(db: Database, wanted: RecordFilter, before: Place | None, limit: int) -> list[Place]:
    """Of a group one status after the other: each has its indexes, several together have none."""
    if wanted.status in set(OutboxState):
        return []
    each = [wanted]
    if wanted.group in (Group.FAILED, Group.WAITING):
        each = [replace(wanted, group=None, status=status) for status in _statuses_of(db, wanted.group)]
    places: list[Place] = []
    for one in each:
        latest, values = _latest(one, before, limit)
        found = rows(db, f"SELECT created_at, id FROM messages WHERE {latest}", values)  # noqa: S608
        places += [Place(read_time(at), Source.MESSAGE, row_id) for at, row_id in found]
    return sorted(places, reverse=True)[:limit]


def _latest(wanted: RecordFilter, before: Place | None, limit: int) -> tuple[str, dict[str, Any]]:
    """The end of a query of the messages that are wanted, from its condition on, and its values."""
    values = {**values_of(wanted), **_bound(Source.MESSAGE, before), "limit": limit}
    return f"{of_messages(wanted)}{_beyond(before)} ORDER BY created_at DESC, id DESC LIMIT :limit", values


def _statuses_of(db: Database, group: Group | None) -> list[str]:
    return [status for status in known_statuses(db) if group_of(status) is group]


def _of_group(db: Database, group: Group | None) -> tuple[str, dict[str, str]]:
    """A condition that can use an index, and its values."""
    if group not in (Group.FAILED, Group.WAITING):
        return "", {}
    values = {f"status{at}": status for at, status in enumerate(_statuses_of(db, group))}
    return f" AND messages.status IN ({', '.join(f':{name}' for name in values)})", values


def _places_of_calls(db: Database, wanted: RecordFilter, before: Place | None, limit: int) -> list[Place]:
    if is_of_messages_only(wanted):
        return []
    conditions = f"{of_calls(wanted)}{_beyond(before)}"
    values = {**values_of(wanted), **_bound(Source.CALL, before), "limit": limit}
    found = rows(
        db,
        f"SELECT created_at, id FROM outbox INDEXED BY {CALLS} "  # noqa: S608 - our own words
        f"WHERE {conditions} ORDER BY created_at DESC, id DESC LIMIT :limit",
        values,
    )
    return [Place(read_time(at), Source.CALL, row_id) for at, row_id in found]


def _messages_found(db: Database, wanted: RecordFilter, before_id: int, limit: int) -> list[StoredMessage]:
    if wanted.status in set(OutboxState):
        return []
    of_group, statuses = _of_group(db, wanted.group)
    filtered = replace(wanted, words="", number_part="", metadata=None)
    search = Wanted(
        words=wanted.words,
        number_part=wanted.number_part,
        metadata=wanted.metadata,
        condition=f"{of_messages(wanted)}{of_group}",
        values={**values_of(wanted), **statuses},
        is_filtered=filtered != RecordFilter(),
        is_failed=wanted.status in FAILED or wanted.group is Group.FAILED,
        is_received=wanted.direction is Direction.IN or wanted.status == MessageStatus.INCOMING,
        is_of_batch=wanted.is_of_batch,
        our_batch_id=wanted.batch_id,
        since=wanted.since,
        until=wanted.until,
    )
    found = record_search.find_ids(db, search, before_id=before_id, limit=limit)
    places = ", ".join(map(str, found))
    return list_messages(db, f"id IN ({places}) ORDER BY id DESC", []) if found else []


def with_calls(db: Database, messages: Sequence[StoredMessage]) -> list[RecordEntry]:
    """Messages with the calls of ours that they come from, if they do."""
    ids = sorted({message.outbox_id for message in messages if message.outbox_id is not None})
    places = ", ".join(map(str, ids))
    known = {call.id: call for call in list_calls(db, f"id IN ({places})", [])} if ids else {}
    return [
        RecordEntry(Place(one.report.created_at, Source.MESSAGE, one.id), one, known.get(one.outbox_id or 0))
        for one in messages
    ]


def _of_call(call: Call) -> RecordEntry:
    return RecordEntry(Place(call.created_at, Source.CALL, call.id), None, call)


def _beyond(before: Place | None) -> str:
    return " AND (created_at, id) < (:at, :last_id)" if before else ""


def _bound(source: Source, before: Place | None) -> dict[str, Any]:
    if before is None:
        return {}
    last_id = before.id if source == before.source else (LARGEST_ID if source < before.source else -1)
    return {"at": time_text(before.at), "last_id": last_id}
