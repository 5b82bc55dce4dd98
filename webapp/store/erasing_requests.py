"""Numbers whose data somebody has asked to be erased: kept until nothing of them is left, and no longer."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import (
    insert,
    read_time,
    read_time_or_none,
    row,
    rows,
    time_text,
    transaction,
    write,
)


@dataclass(frozen=True, slots=True)
class ErasingRequest:
    """`number` is empty once it is finished."""

    id: int
    number: str
    asked_at: datetime
    asked_by: str
    tried_at: datetime | None
    finished_at: datetime | None


def add_request(db: Database, number: str, *, asked_by: str, now: datetime) -> int:
    """Its id; asked twice is asked once."""
    with transaction(db):
        known = row(db, "SELECT id FROM erasing_requests WHERE number = ?", [number])
        if known is not None:
            write(db, "UPDATE erasing_requests SET tried_at = NULL WHERE id = ?", [known["id"]])
            return int(known["id"])
        values = {"number": number, "asked_at": time_text(now), "asked_by": asked_by}
        return insert(db, "erasing_requests", values)


def get_request(db: Database, request_id: int) -> ErasingRequest:
    found = row(db, "SELECT * FROM erasing_requests WHERE id = ?", [request_id])
    if found is None:
        raise LookupError("there is no such request")
    return _read(found)


def list_requests(db: Database, *, limit: int) -> list[ErasingRequest]:
    """The latest first."""
    return [
        _read(each) for each in rows(db, "SELECT * FROM erasing_requests ORDER BY id DESC LIMIT ?", [limit])
    ]


def list_due(db: Database, *, tried_before: datetime) -> list[ErasingRequest]:
    """Not finished, and not tried since then."""
    sql = "SELECT * FROM erasing_requests WHERE finished_at IS NULL AND COALESCE(tried_at, '') < ?"
    return [_read(each) for each in rows(db, sql, [time_text(tried_before)])]


def record_try(db: Database, request_id: int, *, now: datetime, is_finished: bool) -> None:
    """Once nothing is left of the number, it is forgotten here, too."""
    write(
        db,
        "UPDATE erasing_requests SET tried_at = :now, number = CASE :done WHEN 1 THEN '' ELSE number END, "
        "finished_at = CASE :done WHEN 1 THEN :now END WHERE id = :id",
        {"id": request_id, "now": time_text(now), "done": int(is_finished)},
    )


def _read(found: sqlite3.Row) -> ErasingRequest:
    return ErasingRequest(
        id=found["id"],
        number=found["number"],
        asked_at=read_time(found["asked_at"]),
        asked_by=found["asked_by"],
        tried_at=read_time_or_none(found["tried_at"]),
        finished_at=read_time_or_none(found["finished_at"]),
    )
