"""Texts that came in: stored once each, by the provider's id, whichever way they were learned of."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from webapp.store import inbox_state, messages
from webapp.store.connection import insert, row, rows, time_text, transaction, write
from webapp.store.messages import MessageReport, StoredMessage


class Hint(StrEnum):
    """What a text may mean, for a person to decide."""

    OPT_OUT = "opt_out"


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text as it came. `report.sender` is the texter as the provider has it, `number` the conversation's.

    `is_dated`: the provider said when it came; if not, `report.created_at` is when we heard of it.
    """

    report: MessageReport
    number: str
    is_dated: bool
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """`is_new` is false for a text that was there already; `differs` if it came with other words."""

    row_id: int
    conversation_id: int
    is_new: bool
    differs: bool = False


def record_inbound(db: Database, text: InboundText, *, now: datetime) -> Recorded:
    """Store it, unread, with its conversation; a text that is there already stays as it first came."""
    with transaction(db):
        known = messages.find_message(db, text.report.message_id)
        if known is not None and (again := _record_again(db, text, known, now=now)):
            return again
        row_id = known.id if known else messages.record_report(db, text.report, now=now, next_check_at=None)
        conversation_id = _conversation_of(db, text, now=now)
        insert(
            db,
            "inbound",
            {
                "message_row_id": row_id,
                "conversation_id": conversation_id,
                "received_at": time_text(text.report.created_at),
                "is_dated": int(text.is_dated),
                "reply_number": text.report.destination,
                "keyword": text.report.keyword or "",
                "hint": text.hint,
            },
        )
        refresh_conversation(db, conversation_id, newest_row_id=row_id, now=now)
        return Recorded(row_id, conversation_id, is_new=True)


def _record_again(db: Database, text: InboundText, known: StoredMessage, *, now: datetime) -> Recorded | None:
    """None if only the record of messages knows it yet."""
    sql = (
        "SELECT inbound.*, conversations.number FROM inbound "
        "JOIN conversations ON conversations.id = conversation_id WHERE message_row_id = ?"
    )
    stored = row(db, sql, [known.id])
    if stored is None:
        return None
    if known.erased_at is not None:
        return Recorded(known.id, stored["conversation_id"], is_new=False)
    differs = known.deleted_at is None and (stored["number"], known.report.content) != (
        text.number,
        text.report.content,
    )
    if differs:
        _record_difference(db, known.id, text, now=now)
    if text.is_dated and not stored["is_dated"]:
        _set_time(db, known.id, text.report.created_at)
        refresh_conversation(db, stored["conversation_id"])
    if text.report.keyword and not stored["keyword"]:
        _set_keyword(db, known.id, text.report.keyword)
    return Recorded(known.id, stored["conversation_id"], is_new=False, differs=differs)


def _record_difference(db: Database, row_id: int, text: InboundText, *, now: datetime) -> None:
    write(
        db,
        "INSERT INTO inbound_differences (message_row_id, at, number, content) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        [row_id, time_text(now), text.number, text.report.content],
    )


def _set_time(db: Database, row_id: int, at: datetime) -> None:
    """A webhook names no time; the log does."""
    stamp = time_text(at)
    write(db, "UPDATE inbound SET received_at = ?, is_dated = 1 WHERE message_row_id = ?", [stamp, row_id])
    write(db, "UPDATE messages SET created_at = ? WHERE id = ?", [stamp, row_id])


def _set_keyword(db: Database, row_id: int, keyword: str) -> None:
    write(db, "UPDATE inbound SET keyword = ? WHERE message_row_id = ?", [keyword, row_id])
    write(db, "UPDATE messages SET keyword = ? WHERE id = ?", [keyword, row_id])


def _conversation_of(db: Database, text: InboundText, *, now: datetime) -> int:
    found = row(db, "SELECT id FROM conversations WHERE number = ?", [text.number])
    if found is not None:
        return int(found["id"])
    at = time_text(text.report.created_at)
    return insert(db, "conversations", {"number": text.number, "last_at": at, "arrived_at": time_text(now)})


def refresh_conversation(
    db: Database, conversation_id: int, *, newest_row_id: int = 0, now: datetime | None = None
) -> None:
    """Bring what is known of a conversation, and of the inbox, in line with its texts.

    `newest_row_id` and `now` when a text has just come in.
    """
    with transaction(db):
        before = _one(db, "SELECT unread FROM conversations WHERE id = ?", conversation_id)["unread"]
        unread = _one(
            db,
            "SELECT COUNT(*) AS texts, MIN(received_at) AS since FROM inbound "
            "WHERE conversation_id = ? AND read_at IS NULL",
            conversation_id,
        )
        _set_unread(db, conversation_id, unread)
        _set_last(db, conversation_id)
        if now is not None:
            _set_newest(db, conversation_id, newest_row_id, now=now)
        inbox_state.change_counts(
            db,
            texts=unread["texts"] - before,
            conversations=bool(unread["texts"]) - bool(before),
            newest_row_id=newest_row_id,
        )


def _set_unread(db: Database, conversation_id: int, unread: sqlite3.Row) -> None:
    write(
        db,
        "UPDATE conversations SET version = version + 1, unread = ?, waiting_since = ? WHERE id = ?",
        [unread["texts"], unread["since"], conversation_id],
    )


def _set_last(db: Database, conversation_id: int) -> None:
    last = _one(
        db,
        "SELECT * FROM inbound WHERE conversation_id = ? "
        "ORDER BY received_at DESC, message_row_id DESC LIMIT 1",
        conversation_id,
    )
    write(
        db,
        "UPDATE conversations SET last_row_id = ?, last_at = ?, reply_number = ? WHERE id = ?",
        [last["message_row_id"], last["received_at"], last["reply_number"], conversation_id],
    )


def _set_newest(db: Database, conversation_id: int, row_id: int, *, now: datetime) -> None:
    write(
        db,
        "UPDATE conversations SET newest_row_id = MAX(newest_row_id, ?), arrived_at = ? WHERE id = ?",
        [row_id, time_text(now), conversation_id],
    )


def list_hinted(db: Database, *, limit: int) -> list[int]:
    """Conversations with a text about which somebody has to decide, the one that waits longest first.

    SQLite only: told which index to use; it would take the one of all texts.
    """
    found = rows(
        db,
        "SELECT DISTINCT conversation_id FROM inbound INDEXED BY inbound_hinted "
        "JOIN conversations ON conversations.id = conversation_id WHERE hint IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM opt_outs WHERE opt_outs.number = conversations.number) "
        "ORDER BY received_at LIMIT ?",
        [limit],
    )
    return [each["conversation_id"] for each in found]


def set_hint(db: Database, row_id: int, hint: Hint | None) -> None:
    """None: somebody has decided that it was not meant."""
    with transaction(db):
        write(db, "UPDATE inbound SET hint = ? WHERE message_row_id = ?", [hint, row_id])
        write(
            db,
            "UPDATE conversations SET version = version + 1 "
            "WHERE id = (SELECT conversation_id FROM inbound WHERE message_row_id = ?)",
            [row_id],
        )


def _one(db: Database, sql: str, conversation_id: int) -> sqlite3.Row:
    found = row(db, sql, [conversation_id])
    assert found is not None  # noqa: S101 - a conversation has a text from its beginning
    return found
