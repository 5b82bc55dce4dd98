"""How the status of a message changed, as far as was seen."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import insert, read_time, rows, time_text


@dataclass(frozen=True, slots=True)
class StatusChange:
    at: datetime
    status: str
    detail: str


def add_change(db: Database, row_id: int, change: StatusChange) -> None:
    values = {"at": time_text(change.at), "status": change.status, "detail": change.detail}
    insert(db, "message_events", {"message_row_id": row_id, **values})


def list_changes(db: Database, row_id: int) -> list[StatusChange]:
    """Oldest first."""
    found = rows(db, "SELECT * FROM message_events WHERE message_row_id = ? ORDER BY id", [row_id])
    return [StatusChange(read_time(each["at"]), each["status"], each["detail"]) for each in found]
