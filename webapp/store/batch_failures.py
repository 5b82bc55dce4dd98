"""Batches of which something failed, for those who look for what failed of one."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import LARGEST_ROW_ID, read_time, row, rows


@dataclass(frozen=True, slots=True)
class FailedBatch:
    """`id` is for the store, `ref` for addresses. Nothing of it failed before `created_at`."""

    id: int
    ref: str
    name: str
    created_at: datetime


_BATCH = "SELECT batches.id, ref, name, created_at FROM"
_LATEST = """
    SELECT NULLIF(MAX(
        COALESCE((SELECT MAX(batch_id) FROM batch_failures WHERE batch_id < {below}), 0),
        COALESCE((SELECT MAX(batch_id) FROM outbox INDEXED BY outbox_failed_of_batch
            WHERE state = 'refused' AND batch_id IS NOT NULL AND batch_id < {below}), 0)
    ), 0) AS value
"""


def list_failed_batches(db: Database, *, limit: int) -> list[FailedBatch]:
    """The newest first; from one to the next in the index, for DISTINCT would read all of it."""
    found = rows(
        db,
        f"WITH RECURSIVE each (value) AS ({_LATEST.format(below=LARGEST_ROW_ID)} UNION ALL "  # noqa: S608
        f"SELECT ({_LATEST.format(below='each.value')}) FROM each WHERE each.value IS NOT NULL LIMIT :limit) "
        f"{_BATCH} each CROSS JOIN batches ON batches.id = value ORDER BY batches.id DESC",
        {"limit": limit},
    )
    return list(map(_read, found))


def find_failed_batch(db: Database, ref: str) -> FailedBatch | None:
    """By its reference; also one of which nothing failed."""
    found = row(db, f"{_BATCH} batches WHERE ref = ? AND state <> 'discarded'", [ref])
    return None if found is None else _read(found)


def _read(found: sqlite3.Row) -> FailedBatch:
    return FailedBatch(found["id"], found["ref"], found["name"], read_time(found["created_at"]))
