"""Whether a number has got a text meanwhile, or may still get it."""

from datetime import datetime

from sqlite_utils import Database

from webapp.store.calls import SAID_SENT
from webapp.store.connection import row, rows, time_text
from webapp.store.drafts import content_hash


def went_since(db: Database, number: str, content: str, *, after: datetime) -> bool:
    """Whether the same words went to that number after then, and arrived or are on their way."""
    hashed = content_hash(content)
    found = rows(
        db,
        "SELECT content FROM messages WHERE destination = ? AND created_at > ? "
        "AND status NOT IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED', 'INCOMING')",
        [number, time_text(after)],
    )
    if any(content_hash(each["content"]) == hashed for each in found):
        return True
    waiting = row(
        db,
        "SELECT 1 FROM outbox WHERE content_hash = ? AND destination = ? AND created_at > ? "
        "AND (state IN ('queued', 'in_flight', 'unknown') OR schedule_status = 'SCHEDULED' "
        "OR error_code = ?)",
        [hashed, number, time_text(after), SAID_SENT],
    )
    return waiting is not None
