"""Replies that somebody has begun: kept while they type, so that no session or tab takes them with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import row, time_text, write


@dataclass(frozen=True, slots=True)
class UnfinishedReply:
    """`draft_id`: the draft it has become, while that waits for a yes."""

    sender: str
    content: str
    draft_id: str | None


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
        "DO UPDATE SET sender = excluded.sender, content = excluded.content, at = excluded.at, "
        "draft_id = (SELECT id FROM drafts WHERE id = draft_id AND confirmed_at IS NULL)",
        [conversation_id, user_id, sender, content, time_text(now)],
    )


def get_reply(db: Database, conversation_id: int, *, user_id: int) -> UnfinishedReply | None:
    """None also when its draft has been confirmed, here or in Compose: what has gone is not unfinished."""
    found = row(
        db,
        "SELECT unfinished_replies.* FROM unfinished_replies LEFT JOIN drafts ON drafts.id = draft_id "
        "WHERE conversation_id = ? AND user_id = ? AND drafts.confirmed_at IS NULL",
        [conversation_id, user_id],
    )
    return None if found is None else UnfinishedReply(found["sender"], found["content"], found["draft_id"])


def set_draft(db: Database, conversation_id: int, draft_id: str, *, user_id: int) -> None:
    """The reply waits for a yes as that draft."""
    sql = "UPDATE unfinished_replies SET draft_id = ? WHERE conversation_id = ? AND user_id = ?"
    write(db, sql, [draft_id, conversation_id, user_id])


def forget_reply(db: Database, conversation_id: int, *, user_id: int) -> None:
    sql = "DELETE FROM unfinished_replies WHERE conversation_id = ? AND user_id = ?"
    write(db, sql, [conversation_id, user_id])


def forget_old_replies(db: Database, *, before: datetime) -> int:
    """Those last touched before then; how many."""
    return write(db, "DELETE FROM unfinished_replies WHERE at < ?", [time_text(before)])
