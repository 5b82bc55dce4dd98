"""Rows of the message log: storing texts that were taken on, finding them, changing what became of them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

from sqlite_utils import Database

from .validation import Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """One row of the log. Times in milliseconds, credits in thousandths; "" and None mean there is none.

    step: which step of its ending comes next; due_at: when.
    """

    id: int
    batch_id: int | None = None
    status: str
    sender: str
    destination: str
    content: str
    tag: str = ""
    keyword: str = ""
    credits: int = 0
    created_at: int
    modified_at: int
    scheduled_at: int | None = None
    delivery_report_url: str = ""
    metadata: str = "[]"
    failure_code: int | None = None
    failure_details: str | None = None
    failure_permanent: int | None = None
    unread: int = 0
    step: int = 0
    due_at: int | None = None

    @property
    def pairs(self) -> Pairs:
        return tuple((key, value) for key, value in json.loads(self.metadata))


NAMES = tuple(field.name for field in fields(StoredMessage))
COLUMNS = ", ".join(NAMES)
ROW = attrgetter(*NAMES)
PLACES = ", ".join("?" for _ in NAMES)
OUTCOME = ("status", "modified_at", "failure_code", "failure_details", "failure_permanent", "step", "due_at")
SET_OUTCOME = ", ".join(f"{name} = ?" for name in OUTCOME)


def pairs_as_text(pairs: Pairs) -> str:
    return json.dumps(pairs, ensure_ascii=False)


def insert_messages(db: Database, messages: Sequence[StoredMessage]) -> None:
    db.conn.executemany(
        f"INSERT INTO messages ({COLUMNS}) VALUES ({PLACES})",  # noqa: S608 - our own column names
        map(ROW, messages),
    )
    tagged = (message for message in messages if message.metadata != "[]")
    pairs = ((key, value, message.id) for message in tagged for key, value in message.pairs)
    db.conn.executemany("INSERT INTO message_metadata (key, value, message_id) VALUES (?, ?, ?)", pairs)


def select_messages(db: Database, rest: str, values: Sequence[object] = ()) -> list[StoredMessage]:
    """The messages for the rest of a SELECT: WHERE, ORDER BY, LIMIT."""
    rows = db.execute(f"SELECT {COLUMNS} FROM messages {rest}", list(values))  # noqa: S608 - our own SQL
    return [StoredMessage(**dict(zip(NAMES, row, strict=True))) for row in rows]


def find_message(db: Database, message_id: int) -> StoredMessage | None:
    found = select_messages(db, "WHERE id = ?", [message_id])
    return found[0] if found else None


def find_batch(db: Database, batch_id: int) -> list[StoredMessage]:
    return select_messages(db, "WHERE batch_id = ? ORDER BY id", [batch_id])


def save_outcomes(db: Database, messages: Iterable[StoredMessage]) -> None:
    """Writes what has become of the messages: status, failure, next step."""
    rows = ((*(getattr(message, name) for name in OUTCOME), message.id) for message in messages)
    db.conn.executemany(f"UPDATE messages SET {SET_OUTCOME} WHERE id = ?", rows)  # noqa: S608 - our own SQL


def delete_message(db: Database, message_id: int) -> bool:
    db.execute("DELETE FROM message_metadata WHERE message_id = ?", [message_id])
    return bool(db.execute("DELETE FROM messages WHERE id = ?", [message_id]).rowcount)


def count_sent_since(db: Database, moment: int) -> int:
    row = db.execute(
        "SELECT count(*) FROM messages WHERE created_at >= ? AND status <> 'INCOMING'", [moment]
    ).fetchone()
    return int(row[0])


def mark_read(db: Database, message_ids: Iterable[int]) -> None:
    db.conn.executemany("UPDATE messages SET unread = 0 WHERE id = ?", ((number,) for number in message_ids))
