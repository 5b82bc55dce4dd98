"""The texts of one conversation: what came in, and what went to the number from here or from elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.calls import Call, list_calls
from webapp.store.connection import read_time, read_time_or_none, row, rows, time_text
from webapp.store.inbox import Hint
from webapp.store.messages import StoredMessage, list_messages

_LATEST = "~"


@dataclass(frozen=True, slots=True)
class InboundRow:
    """A text that came in. `read_by`: the name of who marked it read, "" while it is unread."""

    row_id: int
    message_id: str
    content: str
    received_at: datetime
    reply_number: str
    keyword: str
    read_at: datetime | None
    read_by: str
    hint: Hint | None
    is_deleted: bool
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Other words that the provider later gave for the same text."""

    at: datetime
    number: str
    content: str


def list_inbound(
    db: Database, conversation_id: int, *, limit: int, before: datetime | None = None
) -> list[InboundRow]:
    """The latest first."""
    found = rows(
        db,
        "SELECT inbound.*, messages.message_id, messages.content, messages.deleted_at, messages.erased_at, "
        "users.name "
        "FROM inbound JOIN messages ON messages.id = message_row_id "
        "LEFT JOIN users ON users.id = inbound.read_by "
        "WHERE conversation_id = ? AND received_at < ? "
        "ORDER BY received_at DESC, message_row_id DESC LIMIT ?",
        [conversation_id, _bound(before), limit],
    )
    return [
        InboundRow(
            row_id=each["message_row_id"],
            message_id=each["message_id"],
            content=each["content"],
            received_at=read_time(each["received_at"]),
            reply_number=each["reply_number"],
            keyword=each["keyword"],
            read_at=read_time_or_none(each["read_at"]),
            read_by=each["name"] or "",
            hint=Hint(each["hint"]) if each["hint"] else None,
            is_deleted=each["deleted_at"] is not None,
            erased_at=read_time_or_none(each["erased_at"]),
        )
        for each in found
    ]


def list_calls_to(db: Database, number: str, *, limit: int, before: datetime | None = None) -> list[Call]:
    """Texts of ours to that number, whatever became of them; the latest first."""
    condition = "destination = ? AND goes_at < ? ORDER BY goes_at DESC, id DESC LIMIT ?"
    return list_calls(db, condition, [number, _bound(before), limit])


def list_sent_elsewhere(
    db: Database, number: str, *, limit: int, before: datetime | None = None
) -> list[StoredMessage]:
    """Texts to that number that no single text of ours became: another program's, or one of a batch."""
    condition = (
        "destination = ? AND created_at < ? AND status <> 'INCOMING' AND NOT EXISTS (SELECT 1 FROM outbox "
        "WHERE outbox.id = messages.outbox_id AND outbox.destination = messages.destination) "
        "ORDER BY created_at DESC, id DESC LIMIT ?"
    )
    return list_messages(db, condition, [number, _bound(before), limit])


def map_differences(db: Database, row_ids: Collection[int]) -> dict[int, list[Difference]]:
    """By the text they belong to."""
    places = ", ".join(map(str, row_ids))
    sql = f"SELECT * FROM inbound_differences WHERE message_row_id IN ({places}) ORDER BY id"  # noqa: S608
    found: dict[int, list[Difference]] = {}
    for each in rows(db, sql):
        difference = Difference(read_time(each["at"]), each["number"], each["content"])
        found.setdefault(each["message_row_id"], []).append(difference)
    return found


def conversation_of_text(db: Database, row_id: int) -> int | None:
    """The conversation that a text which came in belongs to."""
    found = row(db, "SELECT conversation_id FROM inbound WHERE message_row_id = ?", [row_id])
    return None if found is None else int(found["conversation_id"])


def _bound(before: datetime | None) -> str:
    return _LATEST if before is None else time_text(before)
