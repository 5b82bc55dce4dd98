"""Replies that somebody has begun: kept while they type, so that no session or tab takes them with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import row, time_text, write


@dataclass(frozen=True, slots=True)
class UnfinishedReply:
    sender: str
    content: str


def keep_reply(
    db: Database, conversation_id: int, *, user_id: int, sender: str, content: str, now: datetime
) -> None:
    """The reply as typed so far; an empty one is forgotten."""
    if not content.strip():
        forget_reply(db, conversation_id, user_id=user_id)
        return
    write(
        db,
        "INSERT INTO unfinished_replies (conversation_id, user_id, sender, content, at) "
        "VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (conversation_id, user_id) "
        "DO UPDATE SET sender = excluded.sender, content = excluded.content, at = excluded.at",
        [conversation_id, user_id, sender, content, time_text(now)],
    )


def get_reply(db: Database, conversation_id: int, *, user_id: int) -> UnfinishedReply | None:
    sql = "SELECT sender, content FROM unfinished_replies WHERE conversation_id = ? AND user_id = ?"
    found = row(db, sql, [conversation_id, user_id])
    return None if found is None else UnfinishedReply(found["sender"], found["content"])


def forget_reply(db: Database, conversation_id: int, *, user_id: int) -> None:
    sql = "DELETE FROM unfinished_replies WHERE conversation_id = ? AND user_id = ?"
    write(db, sql, [conversation_id, user_id])


def forget_old_replies(db: Database, *, before: datetime) -> int:
    """Those last touched before then; how many."""
    return write(db, "DELETE FROM unfinished_replies WHERE at < ?", [time_text(before)])
