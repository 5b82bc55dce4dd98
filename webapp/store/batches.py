"""Batches: a list of people, the text they are to get, and how far that has come."""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from webapp.store.calls import LARGEST_ID
from webapp.store.connection import (
    insert,
    named,
    read_time,
    read_time_or_none,
    row,
    rows,
    time_text,
    write,
)
from webapp.store.json_mapping import JsonMapping

OWN_TAG = "textdesk-"
"""How the tag begins of a batch that was given none: one of ours, to find it again if it is lost."""


class BatchState(StrEnum):
    """reading -> draft -> counting -> ready -> sending <-> paused -> sent, or one of the other ends."""

    READING = "reading"
    REFUSED = "refused"
    DRAFT = "draft"
    COUNTING = "counting"
    READY = "ready"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    SENT = "sent"
    DISCARDED = "discarded"


UNSENT = (BatchState.READING, BatchState.REFUSED, BatchState.DRAFT, BatchState.COUNTING, BatchState.READY)
CONFIRMED = (BatchState.SENDING, BatchState.PAUSED, BatchState.STOPPED, BatchState.SENT)


class Holding(StrEnum):
    """Who keeps a personalised list until its time: Textdesk, or the provider text by text."""

    TEXTDESK = "textdesk"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class BatchText:
    """What everybody on the list gets. `typed` is the form as it was typed, `options` the provider's."""

    sender: str
    content: str
    scheduled_at: datetime | None
    holding: Holding
    options: Mapping[str, Any]
    typed: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """`id` is for the store, `ref` for addresses. `problem` says why a file was refused or sending paused.

    `facts` are what was found out about the file, `tally` the verdicts of its rows added up. `goes_at` is
    when the texts are meant to reach people. `header_row` is the sheet row of the headings if somebody
    chose it, 0 for none; columns are counted from 0.
    """

    id: int
    ref: str
    version: int
    parent_id: int | None
    author_id: int
    name: str
    state: BatchState
    problem: str | None
    file_name: str | None
    sheet: str | None
    facts: Mapping[str, Any]
    headers: tuple[str, ...]
    header_row: int | None
    number_column: int | None
    rows_read: int
    tally: Mapping[str, Any]
    text: BatchText
    list_hash: str | None
    job_attempts: int
    created_at: datetime
    updated_at: datetime
    confirmed_at: datetime | None
    confirmed_by: int | None
    goes_at: datetime | None
    ended_at: datetime | None
    erased_at: datetime | None


def add_batch(
    db: Database,
    *,
    author_id: int,
    name: str,
    file_name: str | None,
    now: datetime,
    state: BatchState = BatchState.READING,
    parent_id: int | None = None,
) -> Batch:
    """A new batch whose list is to be read from the private file `file_name`."""
    ref = secrets.token_urlsafe(12)
    stamps = {"created_at": time_text(now), "updated_at": time_text(now)}
    insert(
        db,
        "batches",
        {
            **{"ref": ref, "author_id": author_id, "name": name, "state": state, **stamps},
            **{"file_name": file_name, "parent_id": parent_id},
        },
    )
    batch = find_batch(db, ref)
    assert batch is not None  # noqa: S101 - it was inserted above
    return batch


def find_batch(db: Database, ref: str) -> Batch | None:
    found = row(db, "SELECT * FROM batches WHERE ref = ? AND state <> 'discarded'", [ref])
    return None if found is None else read_batch(found)


def get_batch(db: Database, batch_id: int) -> Batch | None:
    found = row(db, "SELECT * FROM batches WHERE id = ?", [batch_id])
    return None if found is None else read_batch(found)


def map_batches(db: Database, ids: Sequence[int]) -> dict[int, Batch]:
    """By id."""
    places = ", ".join("?" * len(ids))
    found = rows(db, f"SELECT * FROM batches WHERE id IN ({places})", list(ids))  # noqa: S608
    return {each["id"]: read_batch(each) for each in found}


def list_batches(db: Database, *, limit: int, before_id: int | None = None) -> list[Batch]:
    """Newest first; `before_id` is the last id of the page before (keyset paging)."""
    sql = "SELECT * FROM batches WHERE id < ? AND state <> 'discarded' ORDER BY id DESC LIMIT ?"
    return [
        read_batch(found) for found in rows(db, sql, [LARGEST_ID if before_id is None else before_id, limit])
    ]


def list_in_state(db: Database, *states: BatchState) -> list[Batch]:
    """Oldest first."""
    places = ", ".join("?" * len(states))
    sql = f"SELECT * FROM batches WHERE state IN ({places}) ORDER BY id"  # noqa: S608 - only places
    return [read_batch(found) for found in rows(db, sql, list(states))]


def touch(db: Database, batch_id: int, *, now: datetime) -> None:
    """Pages that show the batch are to look again."""
    write(db, "UPDATE batches SET updated_at = ? WHERE id = ?", [time_text(now), batch_id])


def list_abandoned(db: Database, *, before: datetime) -> list[Batch]:
    """Batches that were last touched before then and never confirmed."""
    unsent = "confirmed_at IS NULL AND state <> 'discarded'"
    sql = f"SELECT * FROM batches WHERE updated_at < ? AND {unsent} LIMIT 20"  # noqa: S608 - our own words
    return [read_batch(found) for found in rows(db, sql, [time_text(before)])]


def find_same(db: Database, batch: Batch, *, after: datetime, before: datetime) -> Batch | None:
    """Another confirmed batch with the same words to the same list between the two times."""
    found = row(
        db,
        "SELECT * FROM batches WHERE content_hash = (SELECT content_hash FROM batches WHERE id = ?) "
        "AND list_hash = ? AND goes_at > ? AND goes_at < ? AND confirmed_at IS NOT NULL AND id <> ? "
        "AND EXISTS (SELECT 1 FROM outbox WHERE outbox.batch_id = batches.id AND outbox.state <> 'refused')",
        [batch.id, batch.list_hash, time_text(after), time_text(before), batch.id],
    )
    return None if found is None else read_batch(found)


def read_batch(stored: sqlite3.Row) -> Batch:
    """The batch that a row of the table holds."""
    found = named(stored)
    return Batch(
        id=found["id"],
        ref=found["ref"],
        version=found["version"],
        parent_id=found["parent_id"],
        author_id=found["author_id"],
        name=found["name"],
        state=BatchState(found["state"]),
        problem=found["problem"],
        file_name=found["file_name"],
        sheet=found["sheet"],
        facts=JsonMapping(found["facts"]),
        headers=tuple(json.loads(found["headers"])),
        header_row=found["header_row"],
        number_column=found["number_column"],
        rows_read=found["rows_read"],
        tally=json.loads(found["tally"]),
        text=_read_text(found),
        list_hash=found["list_hash"],
        job_attempts=found["job_attempts"],
        created_at=read_time(found["created_at"]),
        updated_at=read_time(found["updated_at"]),
        confirmed_at=read_time_or_none(found["confirmed_at"]),
        confirmed_by=found["confirmed_by"],
        goes_at=read_time_or_none(found["goes_at"]),
        ended_at=read_time_or_none(found["ended_at"]),
        erased_at=read_time_or_none(found["erased_at"]),
    )


def _read_text(found: Mapping[str, Any]) -> BatchText:
    return BatchText(
        sender=found["sender"],
        content=found["content"],
        scheduled_at=read_time_or_none(found["scheduled_at"]),
        holding=Holding(found["holding"]),
        options=JsonMapping(found["options"]),
        typed=JsonMapping(found["typed"]),
    )
