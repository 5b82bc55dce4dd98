"""Batches to choose from, for those who look for messages of one, or for what failed of it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import LARGEST_ROW_ID, read_time, row, rows
from webapp.store.failures import FAILED


@dataclass(frozen=True, slots=True)
class BatchChoice:
    """`ref` is for addresses, `id` for the store. Nothing of it happened before `created_at`.

    Of a batch that another program sent, `ref` is the provider's id, and there is no `id` and no `name`.
    """

    id: int | None
    ref: str
    name: str
    created_at: datetime


_BATCH = "SELECT batches.id, ref, name, created_at FROM"
_LATEST_FAILED = f"""
    SELECT NULLIF(MAX(
        COALESCE((SELECT MAX(our_batch_id) FROM messages INDEXED BY messages_failed_of_batch
            WHERE {FAILED} AND our_batch_id < {{below}}), 0),
        COALESCE((SELECT MAX(batch_id) FROM outbox INDEXED BY outbox_failed_of_batch
            WHERE state = 'refused' AND batch_id IS NOT NULL AND batch_id < {{below}}), 0)
    ), 0) AS value
"""  # noqa: S608 - our own words


def list_confirmed(db: Database, *, limit: int) -> list[BatchChoice]:
    """Those that were sent, or are to be; the newest first."""
    sql = f"{_BATCH} batches WHERE confirmed_at IS NOT NULL ORDER BY id DESC LIMIT ?"
    return list(map(_read, rows(db, sql, [limit])))


def list_failed(db: Database, *, limit: int) -> list[BatchChoice]:
    """Those of which something failed, the newest first.

    From one to the next in the index, for DISTINCT would read all of it.
    """
    found = rows(
        db,
        f"WITH RECURSIVE each (value) AS ({_LATEST_FAILED.format(below=LARGEST_ROW_ID)} UNION ALL "  # noqa: S608
        f"SELECT ({_LATEST_FAILED.format(below='each.value')}) FROM each WHERE each.value IS NOT NULL "
        f"LIMIT :limit) {_BATCH} each CROSS JOIN batches ON batches.id = value ORDER BY batches.id DESC",
        {"limit": limit},
    )
    return list(map(_read, found))


def find_choice(db: Database, ref: str) -> BatchChoice | None:
    """A batch of ours by its reference, also one of which nothing failed."""
    found = row(db, f"{_BATCH} batches WHERE ref = ? AND state <> 'discarded'", [ref])
    return None if found is None else _read(found)


def map_choices(db: Database, ids: Sequence[int]) -> dict[int, BatchChoice]:
    """Batches of ours, by id."""
    places = ", ".join("?" * len(ids))
    found = map(_read, rows(db, f"{_BATCH} batches WHERE id IN ({places})", list(ids)))
    return {each.id: each for each in found if each.id is not None}


def find_by_provider_id(db: Database, provider_id: str) -> BatchChoice | None:
    """The batch with that id of the provider's: ours, or another program's of which the record has texts."""
    of_call = "SELECT batch_id FROM outbox WHERE provider_batch_id = ?"
    ours = row(db, f"{_BATCH} batches WHERE id = ({of_call})", [provider_id])
    if ours is not None:
        return _read(ours)
    first = row(
        db,
        "SELECT created_at FROM messages WHERE batch_id = ? AND outbox_id IS NULL "
        "ORDER BY created_at, id LIMIT 1",
        [provider_id],
    )
    return None if first is None else BatchChoice(None, provider_id, "", read_time(first["created_at"]))


def _read(found: sqlite3.Row) -> BatchChoice:
    return BatchChoice(found["id"], found["ref"], found["name"], read_time(found["created_at"]))
