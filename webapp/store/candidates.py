"""What of the record may be a call whose outcome nobody knows: texts to its number, batches to its people."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.calls import Call
from webapp.store.connection import read_time, row, rows, time_text, transaction, write
from webapp.store.message_metadata import keep_metadata
from webapp.store.messages import StoredMessage, list_messages
from webapp.store.scheduled import ListedItem, list_items


@dataclass(frozen=True, slots=True)
class SeenBatch:
    """A batch of the provider as far as the record shows it: `people` of the call are in it."""

    batch_id: str
    people: int
    sender: str
    content: str
    first_at: datetime


def texts_to(db: Database, call: Call, *, since: datetime, limit: int) -> list[StoredMessage]:
    """Texts that went to the call's number since then, the oldest first."""
    return list_messages(
        db,
        "destination = ? AND created_at >= ? AND status <> 'INCOMING' AND deleted_at IS NULL "
        "ORDER BY created_at, id LIMIT ?",
        [call.destination, time_text(since), limit],
    )


def scheduled_to(db: Database, call: Call, *, limit: int) -> list[ListedItem]:
    """What the provider's scheduled list, as last read, holds for the number a call goes to first."""
    return list_items(db, destination=call.destination, is_batch=call.operation.is_batch, limit=limit)


def batches_to(db: Database, call: Call, *, since: datetime, limit: int) -> list[SeenBatch]:
    """Batches since then that hold people of this part of a list, those with the most of them first."""
    found = rows(
        db,
        "SELECT messages.batch_id, COUNT(DISTINCT messages.destination) AS people, "
        "MIN(created_at) AS first_at, sender, content FROM batch_rows "
        "JOIN messages ON messages.destination = batch_rows.number AND messages.created_at >= :since "
        "WHERE batch_rows.batch_id = :batch_id "
        "AND position BETWEEN :first AND :last AND verdict = 'valid' AND messages.batch_id IS NOT NULL "
        "GROUP BY messages.batch_id ORDER BY people DESC LIMIT :limit",
        {
            **{"since": time_text(since), "batch_id": call.batch_id, "limit": limit},
            **{"first": call.first_position, "last": call.last_position},
        },
    )
    return [
        SeenBatch(
            batch_id=each["batch_id"],
            people=each["people"],
            sender=each["sender"],
            content=each["content"],
            first_at=read_time(each["first_at"]),
        )
        for each in found
    ]


def take_for(db: Database, call: Call, message_id: str) -> None:
    """That message is what the call became."""
    with transaction(db):
        write(
            db,
            "UPDATE messages SET outbox_id = ? WHERE message_id = ? AND outbox_id IS NULL",
            [call.id, message_id],
        )
        taken = row(
            db,
            "SELECT id FROM messages WHERE message_id = ? AND outbox_id = ? "
            "AND deleted_at IS NULL AND erased_at IS NULL",
            [message_id, call.id],
        )
        if taken:
            keep_metadata(db, taken["id"], {}, outbox_id=call.id)
