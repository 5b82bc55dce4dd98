"""Who did what, when: rows are only ever added."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import insert, json_text, read_time, rows, time_text


@dataclass(frozen=True, slots=True)
class AuditEntry:
    at: datetime
    user_name: str
    action: str
    subject: str | None
    details: Mapping[str, object]


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
    insert(
        db,
        "audit",
        {
            "at": time_text(now),
            "user_id": user_id,
            "user_name": user_name,
            "action": action,
            "subject": subject,
            "details": json_text(dict(details or {})),
        },
    )


def list_about(db: Database, subject: str) -> list[AuditEntry]:
    """Everything recorded about one thing, oldest first."""
    found = rows(db, "SELECT * FROM audit WHERE subject = ? ORDER BY id", [subject])
    return [
        AuditEntry(
            at=read_time(each["at"]),
            user_name=each["user_name"],
            action=each["action"],
            subject=each["subject"],
            details=json.loads(each["details"]),
        )
        for each in found
    ]
