"""What became of the texts of a batch, row by row."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from webapp.messaging.numbers import ERASED
from webapp.store.batch_rows import BatchRow, read_row
from webapp.store.connection import (
    json_text,
    read_bool_or_none,
    read_decimal_or_none,
    read_time,
    row,
    rows,
    short_writes,
    time_text,
    transaction,
    write,
)

NO_MESSAGE_YET = ""
"""The status of a valid row of which no message is known."""


@dataclass(frozen=True, slots=True)
class RowStatus:
    """What the provider says about the text of a row."""

    position: int
    message_id: str
    status: str
    failure_code: str | None
    failure_details: str | None
    failure_permanent: bool | None
    credits: Decimal | None


def record_statuses(db: Database, batch_id: int, statuses: Iterable[RowStatus], *, now: datetime) -> None:
    """What became of texts; the batch is touched, so that pages see that something has changed."""
    sql = (
        "UPDATE batch_rows SET message_id = ?, status = ?, failure_code = ?, failure_details = ?, "
        "failure_permanent = ?, credits = ? WHERE batch_id = ? AND position = ?"
    )
    with transaction(db):
        db.conn.executemany(sql, [(*_status_columns(each), batch_id, each.position) for each in statuses])
        write(db, "UPDATE batches SET updated_at = ? WHERE id = ?", [time_text(now), batch_id])


def list_by_status(
    db: Database, batch_id: int, statuses: Sequence[str], *, after: int = 0, limit: int
) -> list[BatchRow]:
    """Rows whose text has one of these statuses; NO_MESSAGE_YET finds those of which none is known.

    One status at a time, so that an index leads from one row to the next; rows that others come before are
    not read.
    """
    places = [at for status in statuses for at in _places_of(db, batch_id, status, after, limit)]
    found = rows(
        db,
        "SELECT * FROM batch_rows WHERE batch_id = ? "
        "AND position IN (SELECT value FROM json_each(?)) ORDER BY position",
        [batch_id, json_text(sorted(places)[:limit])],
    )
    return [read_row(each) for each in found]


def _places_of(db: Database, batch_id: int, status: str, after: int, limit: int) -> list[int]:
    condition = "verdict = 'valid' AND status IS NULL" if status == NO_MESSAGE_YET else "status = :status"
    found = rows(
        db,
        f"SELECT position FROM batch_rows WHERE batch_id = :batch_id AND {condition} "  # noqa: S608 - our own
        "AND position > :after ORDER BY position LIMIT :limit",
        {"batch_id": batch_id, "status": status, "after": after, "limit": limit},
    )
    return [each["position"] for each in found]


def count_by_status(db: Database, batch_id: int) -> dict[str, int]:
    """Valid rows by status; NO_MESSAGE_YET counts those of which no message is known."""
    found = rows(
        db,
        "SELECT status, SUM(texts) AS texts FROM batch_row_counts WHERE batch_id = ? "
        "AND verdict = 'valid' GROUP BY status HAVING SUM(texts) > 0",
        [batch_id],
    )
    return {each["status"] or NO_MESSAGE_YET: each["texts"] for each in found}


# Whose number was erased cannot be sent to again.
_FAILED = f"status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED') AND number NOT LIKE '{ERASED}-%'"


def texted_since_failing(db: Database, batch_id: int) -> list[tuple[BatchRow, datetime]]:
    """Rows whose text failed, and when, with a number to which anything went, or is to go, after that."""
    found = rows(
        db,
        "SELECT batch_rows.*, failed.created_at AS failed_at FROM batch_rows "  # noqa: S608 - our own words
        "JOIN messages AS failed ON failed.message_id = batch_rows.message_id "
        f"WHERE batch_rows.batch_id = ? AND batch_rows.{_FAILED} "
        "AND (EXISTS (SELECT 1 FROM messages AS later WHERE later.destination = number "
        "AND later.created_at > failed.created_at) "
        "OR EXISTS "
        "(SELECT 1 FROM outbox WHERE destination = number AND outbox.created_at > failed.created_at)) "
        "ORDER BY position",
        [batch_id],
    )
    return [(read_row(each), read_time(each["failed_at"])) for each in found]


def copy_rows(
    db: Database, from_id: int, to_id: int, *, temporary_only: bool, left_out: Sequence[int] = ()
) -> int:
    """Rows whose text failed, as the list of another batch; how many. Never the delivered or opted out.

    `left_out` are positions of rows that are not to be copied.
    """
    condition = "AND COALESCE(failure_permanent, 1) = 0" if temporary_only else ""
    sql = (
        "INSERT INTO batch_rows (batch_id, position, sheet_row, fields, number, verdict) "  # noqa: S608
        "SELECT ?, ROW_NUMBER() OVER (ORDER BY position), sheet_row, fields, number, 'valid' "
        f"FROM batch_rows WHERE batch_id = ? AND {_FAILED} {condition} "
        "AND position NOT IN (SELECT value FROM json_each(?)) ORDER BY position"
    )
    return write(db, sql, [to_id, from_id, json_text(list(left_out))])


def count_failed(db: Database, batch_id: int) -> tuple[int, int]:
    """How many texts failed for a time (the same number may work later), and how many in all."""
    found = row(
        db,
        "SELECT COALESCE(SUM(CASE permanent WHEN 0 THEN texts END), 0) AS temporary, "
        "COALESCE(SUM(texts), 0) AS failed FROM batch_row_counts WHERE batch_id = ? AND NOT is_erased "
        "AND status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')",
        [batch_id],
    )
    return (found["temporary"], found["failed"]) if found else (0, 0)


def mirror_single_texts(db: Database, *, since: datetime, now: datetime) -> int:
    """Take over what became of texts that were scheduled one by one since then; how many have changed."""
    found = rows(
        db,
        # SQLite only: a CROSS JOIN is made in this order, and not from every call to its batch.
        "SELECT outbox.batch_id, outbox.first_position, messages.* FROM batches "
        "INDEXED BY batches_held_there CROSS JOIN outbox ON outbox.batch_id = batches.id "
        "JOIN messages ON messages.outbox_id = outbox.id "
        "JOIN batch_rows ON batch_rows.batch_id = batches.id AND position = outbox.first_position "
        "WHERE batches.holding = 'provider' AND batches.confirmed_at IS NOT NULL AND batches.goes_at > ? "
        "AND outbox.operation = 'schedule_message' AND batch_rows.status IS NOT messages.status LIMIT 500",
        [time_text(since)],
    )
    for some in short_writes(found):
        with transaction(db):
            for each in some:
                record_statuses(db, each["batch_id"], [_mirrored(each)], now=now)
    return len(found)


def _mirrored(found: sqlite3.Row) -> RowStatus:
    return RowStatus(
        position=found["first_position"],
        message_id=found["message_id"],
        status=found["status"],
        failure_code=found["failure_code"],
        failure_details=found["failure_details"],
        failure_permanent=read_bool_or_none(found["failure_permanent"]),
        credits=read_decimal_or_none(found["credits"]),
    )


def _status_columns(status: RowStatus) -> tuple[Any, ...]:
    permanent, credits = status.failure_permanent, status.credits
    return (
        *(status.message_id, status.status, status.failure_code, status.failure_details),
        *(None if permanent is None else int(permanent), None if credits is None else str(credits)),
    )
