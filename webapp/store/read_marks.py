"""What counts as read: what a person marked so, text by text, with who and when. Looking changes nothing.

Each change is a mark of its own. Its texts name it, so that it can be undone without touching what others
have marked since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from webapp.store.connection import insert, row, rows, time_text, transaction, write
from webapp.store.inbox import refresh_conversation


@dataclass(frozen=True, slots=True)
class Mark:
    """A change of what is read: how many texts it changed, by whom."""

    id: int
    is_read: bool
    texts: int
    user_id: int


def mark_texts(db: Database, row_ids: Iterable[int], *, is_read: bool, user_id: int, now: datetime) -> Mark:
    """Mark these texts; those that are so already stay as they are."""
    with transaction(db):
        mark_id = _new_mark(db, is_read=is_read, user_id=user_id, now=now)
        for row_id in row_ids:
            _change(db, "message_row_id = :row_id", {"row_id": row_id}, mark_id)
        return _finish(db, mark_id)


def mark_through(db: Database, through: Mapping[int, int], *, user_id: int, now: datetime) -> Mark:
    """Mark conversations as read up to a text each: `through` is the row id of the newest text that was seen.

    What came in later stays unread: nobody has read it.
    """
    with transaction(db):
        mark_id = _new_mark(db, is_read=True, user_id=user_id, now=now)
        for conversation_id, row_id in through.items():
            condition = "conversation_id = :conversation_id AND message_row_id <= :row_id"
            _change(db, condition, {"conversation_id": conversation_id, "row_id": row_id}, mark_id)
        return _finish(db, mark_id)


def undo_mark(db: Database, mark_id: int, *, user_id: int, now: datetime) -> Mark | None:
    """Turn a mark round for all texts that nobody has marked since; itself a mark, which can be undone."""
    with transaction(db):
        undone = row(db, "SELECT is_read FROM read_marks WHERE id = ?", [mark_id])
        if undone is None:
            return None
        new_id = _new_mark(db, is_read=not undone["is_read"], user_id=user_id, now=now)
        _change(db, "mark_id = :undone", {"undone": mark_id}, new_id)
        return _finish(db, new_id)


def get_mark(db: Database, mark_id: int) -> Mark | None:
    """None if there is no such mark, or nothing of it is left to undo."""
    found = row(db, "SELECT * FROM read_marks WHERE id = ?", [mark_id])
    if found is None:
        return None
    texts = _count(db, mark_id)
    return Mark(mark_id, bool(found["is_read"]), texts, found["user_id"]) if texts else None


def _new_mark(db: Database, *, is_read: bool, user_id: int, now: datetime) -> int:
    return insert(db, "read_marks", {"at": time_text(now), "user_id": user_id, "is_read": int(is_read)})


def _change(db: Database, condition: str, values: Mapping[str, Any], mark_id: int) -> None:
    """`condition` comes from this module; only texts that are not so already are changed."""
    write(
        db,
        "UPDATE inbound SET mark_id = :mark_id, "  # noqa: S608
        "read_at = (SELECT CASE WHEN is_read THEN at END FROM read_marks WHERE id = :mark_id), "
        "read_by = (SELECT CASE WHEN is_read THEN user_id END FROM read_marks WHERE id = :mark_id) "
        f"WHERE {condition} "
        "AND (read_at IS NULL) = (SELECT is_read FROM read_marks WHERE id = :mark_id)",
        {**values, "mark_id": mark_id},
    )


def _finish(db: Database, mark_id: int) -> Mark:
    changed = rows(db, "SELECT DISTINCT conversation_id FROM inbound WHERE mark_id = ?", [mark_id])
    for each in changed:
        refresh_conversation(db, each["conversation_id"])
    found = row(db, "SELECT * FROM read_marks WHERE id = ?", [mark_id])
    assert found is not None  # noqa: S101 - it was made in this transaction
    return Mark(mark_id, bool(found["is_read"]), _count(db, mark_id), found["user_id"])


def _count(db: Database, mark_id: int) -> int:
    found = row(db, "SELECT COUNT(*) AS texts FROM inbound WHERE mark_id = ?", [mark_id])
    return int(found["texts"]) if found else 0
