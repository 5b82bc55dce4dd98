"""Approvals: a batch that its author wants sent waits for the yes of somebody else.

waiting -> approved | sent back | withdrawn. A request whose batch has changed since speaks of a version that
is no more: it waits for nobody, and asking again makes a new one.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from webapp.store.batches import Batch, map_batches
from webapp.store.connection import read_time, read_time_or_none, row, rows, time_text, write
from webapp.store.users import NO_PASSWORD, Role

_STANDS = (
    "JOIN batches ON batches.id = approvals.batch_id AND batches.version = approvals.batch_version "
    "AND batches.state = 'ready'"
)


class ApprovalState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    SENT_BACK = "sent back"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Approval:
    """`decided_by` approved it, sent it back (then `reason` says why) or withdrew it; None while it waits."""

    id: int
    batch_id: int
    batch_version: int
    state: ApprovalState
    asked_by: int
    asked_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """An approval with its batch as it is now."""

    approval: Approval
    batch: Batch


def ask(db: Database, batch: Batch, *, asked_by: int, now: datetime) -> bool:
    """Have this version of a batch wait for approval; False if it does already, or is not as it was."""
    added = write(
        db,
        "INSERT INTO approvals (batch_id, batch_version, asked_by, asked_at) "
        "SELECT id, version, ?, ? FROM batches WHERE id = ? AND version = ? AND state = 'ready' "
        "AND NOT EXISTS (SELECT 1 FROM approvals WHERE batch_id = batches.id "
        "AND batch_version = batches.version AND state = 'waiting')",
        [asked_by, time_text(now), batch.id, batch.version],
    )
    return added == 1


def find_waiting(db: Database, batch_id: int) -> Approval | None:
    """The request that a batch waits for as it is now."""
    sql = f"SELECT approvals.* FROM approvals {_STANDS} WHERE approvals.state = 'waiting' AND batch_id = ?"  # noqa: S608
    found = row(db, sql, [batch_id])
    return None if found is None else _read(found)


def find_last(db: Database, batch_id: int) -> Approval | None:
    """What was asked last about a batch, whatever became of it and whichever version it was."""
    found = row(db, "SELECT * FROM approvals WHERE batch_id = ? ORDER BY id DESC LIMIT 1", [batch_id])
    return None if found is None else _read(found)


def list_waiting(db: Database) -> list[Request]:
    """Whatever waits for somebody's yes, oldest request first."""
    return _requests(db, "approvals.state = 'waiting'", [])


def list_sent_back(db: Database, *, asked_by: int) -> list[Request]:
    """What this person asked for and was sent back, until they change it, ask again or discard it."""
    newest = "NOT EXISTS (SELECT 1 FROM approvals AS later WHERE later.batch_id = approvals.batch_id "
    condition = f"approvals.state = 'sent back' AND asked_by = ? AND {newest} AND later.id > approvals.id)"
    return _requests(db, condition, [asked_by])


def list_deciders(db: Database, *, other_than: int | None, limit: int) -> list[str]:
    """The names of people who may decide, but for whoever asks."""
    found = rows(
        db,
        "SELECT name FROM users WHERE role IN (?, ?) AND disabled_at IS NULL AND password_hash <> ? "
        "AND id IS NOT ? ORDER BY name LIMIT ?",
        [Role.SENDER, Role.ADMIN, NO_PASSWORD, other_than, limit],
    )
    return [each["name"] for each in found]


def end(
    db: Database, approval: Approval, to: ApprovalState, *, decided_by: int, now: datetime, reason: str = ""
) -> bool:
    """Decide about a request or withdraw it; False if that has been done meanwhile.

    Raises sqlite3.IntegrityError for a decision about one's own request.
    """
    changed = write(
        db,
        "UPDATE approvals SET state = ?, decided_by = ?, decided_at = ?, reason = ? "
        "WHERE id = ? AND state = 'waiting'",
        [to, decided_by, time_text(now), reason, approval.id],
    )
    return changed == 1


def forget_reasons(db: Database, batch_id: int) -> None:
    """What people wrote about a batch may name somebody on its list: it is erased along with that."""
    write(db, "UPDATE approvals SET reason = '' WHERE batch_id = ?", [batch_id])


def _requests(db: Database, condition: str, values: list[object]) -> list[Request]:
    """Each with its batch, found by two looks that need no more than an index."""
    sql = f"SELECT approvals.* FROM approvals {_STANDS} WHERE {condition} ORDER BY approvals.id"  # noqa: S608
    found = [_read(each) for each in rows(db, sql, values)]
    batches = map_batches(db, [approval.batch_id for approval in found]) if found else {}
    return [Request(approval, batches[approval.batch_id]) for approval in found]


def _read(found: sqlite3.Row) -> Approval:
    return Approval(
        id=found["id"],
        batch_id=found["batch_id"],
        batch_version=found["batch_version"],
        state=ApprovalState(found["state"]),
        asked_by=found["asked_by"],
        asked_at=read_time(found["asked_at"]),
        decided_by=found["decided_by"],
        decided_at=read_time_or_none(found["decided_at"]),
        reason=found["reason"],
    )
