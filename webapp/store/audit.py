"""Who did what, when: entries are only ever added, each chained to the one before (`audit_chain`)."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from webapp.store.audit_chain import hash_of, read_head
from webapp.store.connection import insert, json_text, read_time, rows, time_text, transaction

TEXTDESK = "Textdesk"
"""Who did what nobody asked for at that moment: the worker, by the rules it was given."""
COMMAND_LINE = "Command line"
"""Who did what was typed on the server."""
_READ_AT_FIRST, _READ_AT_ONCE = 50, 1000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`user_id` is None for `TEXTDESK`, `COMMAND_LINE` and whoever was not signed in."""

    id: int
    at: datetime
    user_id: int | None
    user_name: str
    action: str
    subject: str | None
    details: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Empty or None: whatever it is. `since` is included, `until` is not."""

    user_name: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Place(NamedTuple):
    """Where an entry stands in the list (keyset paging)."""

    at: datetime
    id: int


def record(
    db: Database,
    *,
    now: datetime,
    user_id: int | None,
    user_name: str,
    action: str,
    subject: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """`details` must not hold the text of a message or a whole phone number."""
    with transaction(db):
        # Under the write lock: nobody else adds an entry between reading the last one and writing this.
        head = read_head(db)
        entry = {
            "id": head.entries + 1,
            "at": time_text(now),
            "user_id": user_id,
            "user_name": user_name,
            "action": action,
            "subject": subject,
            "details": json_text(dict(details or {})),
        }
        insert(db, "audit", {**entry, "hash": hash_of(list(entry.values()), previous=head.hash)})


def record_own(
    db: Database, action: str, subject: str | None = None, *, now: datetime, **details: object
) -> None:
    """What Textdesk does by itself that changes something for people."""
    record(db, now=now, user_id=None, user_name=TEXTDESK, action=action, subject=subject, details=details)


def record_command(
    db: Database, action: str, subject: str | None = None, *, now: datetime, **details: object
) -> None:
    """What somebody who may run commands on the server has done."""
    record(db, now=now, user_id=None, user_name=COMMAND_LINE, action=action, subject=subject, details=details)


def list_about(db: Database, subject: str) -> list[AuditEntry]:
    """Everything recorded about one thing, oldest first."""
    return [_read(each) for each in rows(db, "SELECT * FROM audit WHERE subject = ? ORDER BY id", [subject])]


def list_entries(
    db: Database,
    wanted: AuditFilter,
    *,
    limit: int,
    before: Place | None = None,
    after: Place | None = None,
) -> list[AuditEntry]:
    """The latest first. `before`: the last one of the page before; `after`: the first of the page after."""
    if before and wanted.until:
        # Only the earlier of two upper bounds: SQLite may begin at the later one.
        is_within = before.at < wanted.until
        wanted, before = (replace(wanted, until=None), before) if is_within else (wanted, None)
    conditions, values = _conditions(wanted)
    if before:
        conditions.append("(at, id) < (:place_at, :place_id)")
        values |= {"place_at": time_text(before.at), "place_id": before.id}
    if after:
        conditions.append("(at, id) > (:place_at, :place_id)")
        values |= {"place_at": time_text(after.at), "place_id": after.id}
    order = "ASC" if after else "DESC"
    found = rows(
        db,
        f"SELECT * FROM audit WHERE {' AND '.join(conditions)} "  # noqa: S608 - our own words
        f"ORDER BY at {order}, id {order} LIMIT :limit",
        {**values, "limit": limit},
    )
    return [_read(each) for each in (found[::-1] if after else found)]


def each_entry(db: Database, wanted: AuditFilter) -> Iterator[AuditEntry]:
    """The latest first, as many as there are; no more than a thousand are held at once."""
    before, limit = None, _READ_AT_FIRST
    while found := list_entries(db, wanted, limit=limit, before=before):
        yield from found
        before, limit = Place(found[-1].at, found[-1].id), _READ_AT_ONCE


def known_people(db: Database) -> list[str]:
    """The names in the trail, each once. SQLite only: one step through the index a name."""
    return _each_once(db, "user_name")


def known_actions(db: Database) -> list[str]:
    """The actions in the trail, each once, as above."""
    return _each_once(db, "action")


def _each_once(db: Database, column: str) -> list[str]:
    found = rows(
        db,
        f"WITH RECURSIVE each(value) AS (SELECT MIN({column}) FROM audit UNION ALL "  # noqa: S608
        f"SELECT (SELECT MIN({column}) FROM audit WHERE {column} > value) FROM each WHERE value IS NOT NULL) "
        "SELECT value FROM each WHERE value IS NOT NULL",
    )
    return [each["value"] for each in found]


def _conditions(wanted: AuditFilter) -> tuple[list[str], dict[str, object]]:
    chosen: list[tuple[str, str, object]] = [
        ("user_name = :user_name", "user_name", wanted.user_name),
        ("action = :action", "action", wanted.action),
        ("subject = :subject", "subject", wanted.subject),
        ("at >= :since", "since", wanted.since and time_text(wanted.since)),
        ("at < :until", "until", wanted.until and time_text(wanted.until)),
    ]
    given = [(condition, name, value) for condition, name, value in chosen if value]
    conditions = [condition for condition, _, _ in given] or ["1"]
    return conditions, {name: value for _, name, value in given}


def _read(found: sqlite3.Row) -> AuditEntry:
    return AuditEntry(
        id=found["id"],
        at=read_time(found["at"]),
        user_id=found["user_id"],
        user_name=found["user_name"],
        action=found["action"],
        subject=found["subject"],
        details=json.loads(found["details"]),
        hash=found["hash"],
    )
