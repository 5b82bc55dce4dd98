"""What staff mean to send, from the first check page until it is confirmed."""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from webapp.store.connection import (
    insert,
    json_text,
    read_time,
    read_time_or_none,
    row,
    time_text,
    time_text_or_none,
    write,
)


class Delivery(StrEnum):
    """How a text is to go out."""

    NOW = "now"
    FLASH = "flash"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class DraftText:
    """The part of a draft that a person typed.

    `typed` holds the form as it was typed, so that Back shows it unchanged; `numbers` are digits with
    country code; `options` are the provider's optional fields as they go on the wire.
    """

    delivery: Delivery
    typed: Mapping[str, Any]
    numbers: tuple[str, ...]
    sender: str
    content: str
    scheduled_at: datetime | None
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """`version` grows with every change: nobody confirms a text that has changed since they read it."""

    id: str
    version: int
    author_id: int
    text: DraftText
    created_at: datetime
    confirmed_at: datetime | None
    confirmed_by: int | None


def content_hash(content: str) -> str:
    """Equal for texts that read the same, whoever they are from: "the same text" of the duplicate-send guard.

    Spaces, line ends and capitals do not make another text.
    """
    return hashlib.sha256(" ".join(content.casefold().split()).encode()).hexdigest()


def add_draft(db: Database, *, author_id: int, text: DraftText, now: datetime) -> str:
    """The new draft's id: unguessable, since it is also the one-use token of the confirm form."""
    draft_id = secrets.token_urlsafe(12)
    stamps = {"created_at": time_text(now), "updated_at": time_text(now)}
    insert(db, "drafts", {"id": draft_id, "author_id": author_id, **stamps, **_columns(text)})
    return draft_id


def change_draft(db: Database, draft_id: str, *, text: DraftText, now: datetime) -> bool:
    """False if it has been confirmed: what has gone out cannot be edited."""
    columns = _columns(text)
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    changed = write(
        db,
        f"UPDATE drafts SET {assignments}, version = version + 1, updated_at = :now "  # noqa: S608
        "WHERE id = :id AND confirmed_at IS NULL AND discarded_at IS NULL",
        {**columns, "now": time_text(now), "id": draft_id},
    )
    return changed == 1


def confirm_draft(db: Database, draft_id: str, *, version: int, user_id: int, now: datetime) -> bool:
    """Use up the one confirmation of that version; False if it was used or the text has changed."""
    changed = write(
        db,
        "UPDATE drafts SET confirmed_at = ?, confirmed_by = ? "
        "WHERE id = ? AND version = ? AND confirmed_at IS NULL AND discarded_at IS NULL",
        [time_text(now), user_id, draft_id, version],
    )
    return changed == 1


def get_draft(db: Database, draft_id: str) -> Draft | None:
    found = row(db, "SELECT * FROM drafts WHERE id = ? AND discarded_at IS NULL", [draft_id])
    return None if found is None else _read(found)


def last_unfinished(db: Database, *, author_id: int) -> Draft | None:
    """The draft this person touched last and has not confirmed, unless they sent the same thing since.

    What is to replace a scheduled text is found where that text is.
    """
    found = row(
        db,
        "SELECT * FROM drafts WHERE author_id = ? AND confirmed_at IS NULL AND discarded_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM drafts AS sent WHERE sent.content_hash = drafts.content_hash "
        "AND sent.numbers = drafts.numbers AND sent.confirmed_at > drafts.created_at) "
        "AND NOT EXISTS (SELECT 1 FROM schedule_changes WHERE draft_id = drafts.id) "
        "ORDER BY updated_at DESC",
        [author_id],
    )
    return None if found is None else _read(found)


def discard_draft(db: Database, draft_id: str, *, now: datetime) -> bool:
    """What was typed is erased; the row stays, since a copy of it may have gone out. False if confirmed."""
    changed = write(
        db,
        "UPDATE drafts SET discarded_at = ?, content = '', typed = '{}', numbers = '[]' "
        "WHERE id = ? AND confirmed_at IS NULL",
        [time_text(now), draft_id],
    )
    return changed == 1


def erase_draft(db: Database, draft_id: str) -> None:
    """Forget what a confirmed draft said, once no call of it has anything left to say."""
    write(
        db,
        "UPDATE drafts SET content = '', typed = '{}', numbers = '[]', options = '{}' WHERE id = ? "
        "AND NOT EXISTS (SELECT 1 FROM outbox WHERE draft_id = drafts.id AND payload <> '{}')",
        [draft_id],
    )


def discard_abandoned(db: Database, *, before: datetime, now: datetime) -> int:
    """Empty the drafts that were last touched before then and never confirmed; the number of them."""
    return write(
        db,
        "UPDATE drafts SET discarded_at = ?, content = '', typed = '{}', numbers = '[]' "
        "WHERE updated_at < ? AND confirmed_at IS NULL AND discarded_at IS NULL",
        [time_text(now), time_text(before)],
    )


def _columns(text: DraftText) -> dict[str, Any]:
    return {
        "delivery": text.delivery,
        "typed": json_text(dict(text.typed)),
        "numbers": json_text(list(text.numbers)),
        "sender": text.sender,
        "content": text.content,
        "content_hash": content_hash(text.content),
        "scheduled_at": time_text_or_none(text.scheduled_at),
        "options": json_text(dict(text.options)),
    }


def _read(found: sqlite3.Row) -> Draft:
    text = DraftText(
        delivery=Delivery(found["delivery"]),
        typed=json.loads(found["typed"]),
        numbers=tuple(json.loads(found["numbers"])),
        sender=found["sender"],
        content=found["content"],
        scheduled_at=read_time_or_none(found["scheduled_at"]),
        options=json.loads(found["options"]),
    )
    return Draft(
        id=found["id"],
        version=found["version"],
        author_id=found["author_id"],
        text=text,
        created_at=read_time(found["created_at"]),
        confirmed_at=read_time_or_none(found["confirmed_at"]),
        confirmed_by=found["confirmed_by"],
    )
