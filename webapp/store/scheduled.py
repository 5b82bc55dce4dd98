"""What is to go later: the provider's list as it was last read, and our own calls and batches beside it."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from sqlite_utils import Database

from webapp.store.calls import LARGEST_ID, Call, OutboxState, list_calls
from webapp.store.connection import (
    read_time,
    read_time_or_none,
    row,
    rows,
    time_text,
    time_text_or_none,
    transaction,
    write,
)


class Kind(IntEnum):
    """Where an entry of the timeline comes from; at one moment they stand in this order."""

    TEXT = 0
    BATCH = 1
    OTHER = 2


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A scheduled text or batch as the provider lists it. `people`: how many get it.

    `destination` is the first of them. `is_listed` is false once it no longer stands on the provider's list.
    """

    provider_id: str
    is_batch: bool
    status: str
    sender: str
    destination: str
    people: int
    content: str
    goes_at: datetime | None
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class ListState:
    """`version` grows with every change; `trouble`: why nothing has come since `asked_at`."""

    version: int
    asked_at: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands in the timeline (keyset paging); `key` names it on a page."""

    at: datetime
    kind: Kind
    id: int

    @property
    def key(self) -> str:
        return f"{self.kind.value}_{self.id}"


@dataclass(frozen=True, slots=True)
class Part:
    """How many texts of a batch are in calls of one state."""

    state: OutboxState
    schedule_status: str | None
    texts: int


def read_state(db: Database) -> ListState:
    """One read of one row: what an unchanged poll costs."""
    found = row(db, "SELECT * FROM scheduled_state WHERE id = 1")
    assert found is not None  # noqa: S101 - the migration makes it
    return ListState(found["version"], read_time_or_none(found["asked_at"]), found["trouble"])


def record_list(db: Database, items: Iterable[ListedItem], *, asked_at: datetime, since: datetime) -> None:
    """Take the provider's list over, whole. What is older than `since` and gone from it is forgotten."""
    with transaction(db):
        before = _fingerprint(db)
        write(db, "UPDATE scheduled_items SET is_listed = 0")
        db.conn.executemany(
            "INSERT INTO scheduled_items (provider_id, is_batch, status, sender, destination, people, "
            "content, goes_at, is_listed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1) "
            "ON CONFLICT (provider_id) DO UPDATE SET status = excluded.status, is_listed = 1, "
            "goes_at = COALESCE(excluded.goes_at, goes_at), people = MAX(excluded.people, people), "
            "content = CASE WHEN excluded.content = '' OR erased_at IS NOT NULL THEN content "
            "ELSE excluded.content END",
            [_columns(item) for item in items],
        )
        write(db, "DELETE FROM scheduled_items WHERE is_listed = 0 AND goes_at < ?", [time_text(since)])
        changed = int(before != _fingerprint(db))
        write(
            db,
            "UPDATE scheduled_state SET version = version + (? OR trouble <> ''), asked_at = ?, trouble = ''",
            [changed, time_text(asked_at)],
        )


def record_trouble(db: Database, trouble: str) -> None:
    """The provider did not answer; the version grows only if that is news."""
    write(
        db,
        "UPDATE scheduled_state SET trouble = :trouble, version = version + 1 WHERE trouble <> :trouble",
        {"trouble": trouble},
    )


def find_item(db: Database, provider_id: str) -> ListedItem | None:
    found = row(db, "SELECT * FROM scheduled_items WHERE provider_id = ?", [provider_id])
    return None if found is None else _read(found)


def list_items(db: Database, *, destination: str, is_batch: bool, limit: int) -> list[ListedItem]:
    """Texts, or batches, whose first recipient is that number, the soonest first."""
    found = rows(
        db,
        "SELECT * FROM scheduled_items WHERE destination = ? AND is_batch = ? ORDER BY goes_at LIMIT ?",
        [destination, int(is_batch), limit],
    )
    return [_read(each) for each in found]


def find_by_former_id(db: Database, provider_id: str) -> Call | None:
    """The part of a batch of ours that had this id of the provider's before it was scheduled anew."""
    condition = "id = (SELECT outbox_id FROM former_provider_ids WHERE provider_id = ?)"
    return next(iter(list_calls(db, condition, [provider_id])), None)


def list_places(
    db: Database, *, at: datetime, is_past: bool, since: datetime, after: Place | None, limit: int
) -> list[Place]:
    """What goes after `at`, the soonest first; or what went up to then since `since`, the latest first."""
    listed = [place for kind in Kind for place in _places(db, kind, at, is_past, since, after, limit)]
    listed.sort(key=_in_order, reverse=is_past)
    return listed[:limit]


def list_between(db: Database, since: datetime, until: datetime, *, limit: int) -> list[Place]:
    """What goes, or went, from `since` on and before `until`; the soonest first."""
    listed = [
        Place(read_time(each["goes_at"]), kind, each["id"])
        for kind in Kind
        for each in rows(
            db,
            f"SELECT goes_at, id FROM {_SOURCES[kind]} AND goes_at >= ? AND goes_at < ? "  # noqa: S608
            "ORDER BY goes_at, id LIMIT ?",
            [time_text(since), time_text(until), limit],
        )
    ]
    return sorted(listed, key=_in_order)[:limit]


def _in_order(place: Place) -> tuple[datetime, Kind, int]:
    return place.at, place.kind, place.id


def _places(
    db: Database,
    kind: Kind,
    at: datetime,
    is_past: bool,
    since: datetime,
    after: Place | None,
    limit: int,
) -> list[Place]:
    bound = Place(at, Kind.OTHER, LARGEST_ID) if after is None else after
    order, beyond = ("DESC", "<") if is_past else ("ASC", ">")
    # At the moment of the last one shown the kinds before its own stand before it, whichever way one reads.
    last_id = bound.id if kind == bound.kind else (LARGEST_ID if kind < bound.kind else -1)
    found = rows(
        db,
        f"SELECT goes_at, id FROM {_SOURCES[kind]} AND (goes_at, id) {beyond} (:at, :id) "  # noqa: S608
        f"AND goes_at > :since ORDER BY goes_at {order}, id {order} LIMIT :limit",
        {"at": time_text(bound.at), "id": last_id, "since": time_text(since), "limit": limit},
    )
    return [Place(read_time(each["goes_at"]), kind, each["id"]) for each in found]


_SOURCES = {
    # SQLite only: told which index to use, since it would read all calls that are of no batch.
    Kind.TEXT: "outbox INDEXED BY outbox_timeline WHERE operation = 'schedule_message' AND batch_id IS NULL",
    Kind.BATCH: "batches WHERE confirmed_at IS NOT NULL AND scheduled_at IS NOT NULL",
    Kind.OTHER: "scheduled_items WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE message_id = provider_id) "
    "AND NOT EXISTS (SELECT 1 FROM outbox WHERE provider_batch_id = provider_id) "
    "AND NOT EXISTS (SELECT 1 FROM former_provider_ids AS former "
    "WHERE former.provider_id = scheduled_items.provider_id)",
}


def map_calls(db: Database, ids: Sequence[int]) -> dict[int, Call]:
    places = ", ".join("?" * len(ids))
    return {call.id: call for call in list_calls(db, f"id IN ({places})", list(ids))}


def map_items(db: Database, ids: Sequence[int]) -> dict[int, ListedItem]:
    places = ", ".join("?" * len(ids))
    found = rows(db, f"SELECT * FROM scheduled_items WHERE id IN ({places})", list(ids))  # noqa: S608
    return {each["id"]: _read(each) for each in found}


def parts_of_batches(db: Database, batch_ids: Sequence[int]) -> dict[int, list[Part]]:
    """By batch id: how far the calls of each have come."""
    places = ", ".join("?" * len(batch_ids))
    found = rows(
        db,
        "SELECT batch_id, state, schedule_status, SUM(message_count) AS texts FROM outbox "  # noqa: S608
        f"WHERE batch_id IN ({places}) GROUP BY 1, 2, 3",
        list(batch_ids),
    )
    parts: dict[int, list[Part]] = {batch_id: [] for batch_id in batch_ids}
    for each in found:
        part = Part(OutboxState(each["state"]), each["schedule_status"], each["texts"])
        parts[each["batch_id"]].append(part)
    return parts


def list_unlisted(db: Database, *, now: datetime, asked_at: datetime, limit: int = 50) -> list[Call]:
    """Ours that the provider took on before it was asked, that are still to go, and that it did not list."""
    return list_calls(
        db,
        "schedule_status = 'SCHEDULED' AND goes_at > ? AND ended_at < ? AND NOT EXISTS "
        "(SELECT 1 FROM scheduled_items WHERE is_listed = 1 "
        "AND provider_id = COALESCE(outbox.message_id, outbox.provider_batch_id)) ORDER BY goes_at LIMIT ?",
        [time_text(now), time_text(asked_at), limit],
    )


def _fingerprint(db: Database) -> list[tuple[str, ...]]:
    return [tuple(each) for each in rows(db, "SELECT * FROM scheduled_items ORDER BY id")]


def _columns(item: ListedItem) -> tuple[object, ...]:
    return (
        *(item.provider_id, int(item.is_batch), item.status, item.sender, item.destination, item.people),
        *(item.content, time_text_or_none(item.goes_at)),
    )


def _read(found: sqlite3.Row) -> ListedItem:
    return ListedItem(
        provider_id=found["provider_id"],
        is_batch=bool(found["is_batch"]),
        status=found["status"],
        sender=found["sender"],
        destination=found["destination"],
        people=found["people"],
        content=found["content"],
        goes_at=read_time_or_none(found["goes_at"]),
        is_listed=bool(found["is_listed"]),
    )
