"""Reading the outbox: what each call to the provider is, and how far it has come."""

import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlite_utils import Database

from webapp.store.connection import (
    Parameters,
    read_decimal_or_none,
    read_time,
    read_time_or_none,
    row,
    rows,
    time_text,
)
from webapp.store.json_mapping import JsonMapping

log = logging.getLogger("textdesk.store")
LARGEST_ID = 2**63 - 1


class OutboxState(StrEnum):
    QUEUED = "queued"
    IN_FLIGHT = "in_flight"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Operation(StrEnum):
    """The provider call a row makes; the names are those of the client's methods."""

    SEND_MESSAGE = "send_message"
    SEND_FLASH = "send_flash"
    SCHEDULE_MESSAGE = "schedule_message"
    SEND_BATCH = "send_batch"
    SCHEDULE_BATCH = "schedule_batch"
    SEND_COLLECTION = "send_collection"

    @property
    def is_batch(self) -> bool:
        """Whether one call brings a text to many."""
        return self in (Operation.SEND_BATCH, Operation.SCHEDULE_BATCH, Operation.SEND_COLLECTION)

    @property
    def is_scheduled(self) -> bool:
        """Whether the provider keeps what is sent until its time."""
        return self in (Operation.SCHEDULE_MESSAGE, Operation.SCHEDULE_BATCH)


# A batch may be paused or stopped at any time. A record that was put back waits for its sweep (`restores`).
MAY_GO = (
    "(batch_id IS NULL OR batch_id IN (SELECT batches.id FROM batches WHERE batches.state = 'sending')) "
    "AND NOT EXISTS (SELECT 1 FROM restores WHERE restores.swept_at IS NULL)"
)
_QUEUED = "outbox INDEXED BY outbox_queued WHERE state = 'queued'"
_KNOWN_OPERATIONS = ", ".join(f"'{operation}'" for operation in Operation)
FORGOTTEN = "forgotten"
"""The error code of a call that a person closed without knowing whether it was sent."""
SAID_SENT = "said_sent"
"""The error code of an accepted call of which only a person said that, and perhaps as what, it was sent."""


class Purpose(StrEnum):
    """A copy goes to the author's own phone before the real thing is confirmed."""

    SEND = "send"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class NewCall:
    """What is put into the outbox: `payload_text` is the body as JSON, `payload_hash` its SHA-256.

    The address for delivery reports, which holds a secret, is added only as the call is made.

    `goes_at` is when the text is meant to reach people: now, or the time it is scheduled for.
    It comes from a draft or from the rows `first_position` to `last_position` of a batch, of which
    `message_count` get a text; `destination` is the first of them.
    """

    ref: str
    purpose: Purpose
    operation: Operation
    destination: str
    payload_text: str
    payload_hash: str
    content_hash: str
    estimated_credits: Decimal
    give_up_at: datetime
    goes_at: datetime
    created_by: int
    draft_id: str | None = None
    draft_version: int = 1
    batch_id: int | None = None
    first_position: int | None = None
    last_position: int | None = None
    message_count: int = 1
    next_attempt_at: datetime | None = None


# As those of `messages`, a tuple.
class Call(NamedTuple):
    """An outbox row. `attempts` counts the attempts begun; `needs_person` says why one must decide, if so.

    `wanted_again_at`: when a person said to send it again, if it is still not there.
    """

    id: int
    ref: str
    draft_id: str | None
    draft_version: int
    batch_id: int | None
    first_position: int | None
    last_position: int | None
    message_count: int
    provider_batch_id: str | None
    purpose: Purpose
    operation: Operation
    destination: str
    payload: Mapping[str, Any]
    estimated_credits: Decimal
    state: OutboxState
    attempts: int
    next_attempt_at: datetime
    give_up_at: datetime
    goes_at: datetime
    in_flight_at: datetime | None
    unknown_at: datetime | None
    looks: int
    needs_person: str | None
    wanted_again_at: datetime | None
    ended_at: datetime | None
    message_id: str | None
    schedule_status: str | None
    credits_used: Decimal | None
    error_code: str | None
    error_message: str | None
    created_by: int
    created_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallEvent:
    at: datetime
    event: str
    detail: str


def list_due(db: Database, *, now: datetime, limit: int) -> list[int]:
    """Ids of queued calls to attempt now, oldest first. One that only a newer release knows is left to it."""
    found = rows(
        db,
        f"SELECT id FROM {_QUEUED} AND next_attempt_at <= ? "  # noqa: S608 - our own words
        f"AND operation IN ({_KNOWN_OPERATIONS}) AND {MAY_GO} ORDER BY next_attempt_at, id LIMIT ?",
        [time_text(now), limit],
    )
    return [each["id"] for each in found]


def list_events(db: Database, call_id: int) -> list[CallEvent]:
    """Oldest first."""
    found = rows(db, "SELECT * FROM outbox_events WHERE outbox_id = ? ORDER BY id", [call_id])
    return [CallEvent(read_time(each["at"]), each["event"], each["detail"]) for each in found]


def get_call(db: Database, call_id: int) -> Call | None:
    found = row(db, f"SELECT {_COLUMNS} FROM outbox WHERE id = ?", [call_id])  # noqa: S608
    return None if found is None else _read(found)


def find_call(db: Database, reference: str) -> Call | None:
    """By our ref or by the provider's message id."""
    sql = f"SELECT {_COLUMNS} FROM outbox WHERE ref = ? OR message_id = ?"  # noqa: S608
    found = row(db, sql, [reference, reference])
    return None if found is None else _read(found)


def find_by_provider_batch(db: Database, provider_batch_id: str) -> Call | None:
    sql = f"SELECT {_COLUMNS} FROM outbox WHERE provider_batch_id = ?"  # noqa: S608
    found = row(db, sql, [provider_batch_id])
    return None if found is None else _read(found)


def list_overdue(db: Database, *, now: datetime) -> list[Call]:
    """Queued single texts that nobody waits for any more."""
    condition = "state = 'queued' AND batch_id IS NULL AND give_up_at <= ?"
    return list_calls(db, condition, [time_text(now)], index="outbox_queued")


def overdue_batches(db: Database, *, now: datetime) -> list[int]:
    """Ids of the batches that are being sent and of which a call waits for too long."""
    sql = f"SELECT DISTINCT batch_id FROM {_QUEUED} AND give_up_at <= ? AND {MAY_GO} "  # noqa: S608
    return [each["batch_id"] for each in rows(db, f"{sql} AND batch_id IS NOT NULL", [time_text(now)])]


def list_for_draft(db: Database, draft_id: str, *, purpose: Purpose) -> list[Call]:
    return list_calls(db, "draft_id = ? AND purpose = ? ORDER BY id", [draft_id, purpose])


def count_unknown(db: Database) -> int:
    """How many outcomes are not known."""
    found = row(db, "SELECT COUNT(*) AS unknown FROM outbox WHERE state = 'unknown'")
    return int(found["unknown"]) if found else 0


def list_recent(db: Database, *, limit: int, before_id: int | None = None) -> list[Call]:
    """Single texts, newest first; `before_id` is the last id of the page before (keyset paging)."""
    before = LARGEST_ID if before_id is None else before_id
    condition = "batch_id IS NULL AND id < ? ORDER BY id DESC LIMIT ?"
    return list_calls(db, condition, [before, limit], index="outbox_single")


def list_unknown(db: Database, *, limit: int) -> list[Call]:
    """Calls whose outcome is not known, those that wait for a person first."""
    return list_calls(db, "state = 'unknown' ORDER BY needs_person IS NULL, id LIMIT ?", [limit])


def list_of_batch(db: Database, batch_id: int) -> list[Call]:
    """In the order of the list."""
    return list_calls(db, "batch_id = ? ORDER BY first_position", [batch_id])


def count_of_batch(db: Database, batch_id: int) -> dict[OutboxState, int]:
    """How many texts of a batch are in calls of each state."""
    sql = "SELECT state, SUM(message_count) AS texts FROM outbox WHERE batch_id = ? GROUP BY state"
    return {OutboxState(each["state"]): each["texts"] for each in rows(db, sql, [batch_id])}


def list_missing(db: Database, *, since: datetime) -> list[Call]:
    """Scheduled texts whose time has come since then and of which no message ever did."""
    return list_calls(
        db, "schedule_status = 'MISSING' AND goes_at > ? ORDER BY goes_at DESC LIMIT 50", [time_text(since)]
    )


def list_calls(
    db: Database, condition: str, parameters: Parameters, *, index: str | None = None
) -> list[Call]:
    """`condition` and `index` come from this package, never from input.

    SQLite only: told which `index` to use where it would take one that leads it through all calls, such as
    that of each batch for those of none.
    A row that only a newer release can read is left out: it must not keep the others from being sent.
    """
    told = f" INDEXED BY {index}" if index else ""
    found = rows(db, f"SELECT {_COLUMNS} FROM outbox{told} WHERE {condition}", parameters)  # noqa: S608
    return [call for call in map(_read_or_none, found) if call is not None]


def _read_or_none(found: sqlite3.Row) -> Call | None:
    try:
        return _read(found)
    except (LookupError, ValueError, ArithmeticError):
        log.warning("outbox row %d cannot be read", found["id"])
        return None


def _read(found: sqlite3.Row) -> Call:
    values = list(found)
    for at, read in _READERS:
        values[at] = read(values[at])
    return Call(*values)


# In the order of the class's fields: a page reads fifty rows, and looks no column up by its name.
_NAMES = list(Call._fields)
_COLUMNS = ", ".join(_NAMES)
_KINDS: dict[str, type[StrEnum]] = {"purpose": Purpose, "operation": Operation, "state": OutboxState}
_READERS_BY_NAME: dict[str, Callable[[Any], Any]] = {
    **{name: {str(each): each for each in kind}.__getitem__ for name, kind in _KINDS.items()},
    "payload": JsonMapping,
    "estimated_credits": Decimal,
    "credits_used": read_decimal_or_none,
    **dict.fromkeys(("next_attempt_at", "give_up_at", "goes_at", "created_at"), read_time),
    **dict.fromkeys(
        ("in_flight_at", "unknown_at", "wanted_again_at", "ended_at", "erased_at"), read_time_or_none
    ),
}
_READERS = [(_NAMES.index(name), read) for name, read in _READERS_BY_NAME.items()]
