"""Who is writing a reply to whom, for as long as they keep typing."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from webapp.store.connection import read_time, row, rows, time_text, time_text_or_none, transaction, write

LASTS = timedelta(seconds=20)
# Typing is noted often; it is written down only when it would soon count as over.
RENEW_BEFORE = timedelta(seconds=12)


def note_replying(db: Database, conversation_id: int, *, user_id: int, now: datetime) -> None:
    """Somebody is typing. The conversation's version grows when they begin, not with every letter."""
    sql = "SELECT until FROM presence WHERE conversation_id = ? AND user_id = ?"
    found = row(db, sql, [conversation_id, user_id])
    until = read_time(found["until"]) if found else now
    if until - now > RENEW_BEFORE:
        return
    with transaction(db):
        write(
            db,
            "INSERT INTO presence (conversation_id, user_id, until) VALUES (?, ?, ?) "
            "ON CONFLICT (conversation_id, user_id) DO UPDATE SET until = excluded.until",
            [conversation_id, user_id, time_text(now + LASTS)],
        )
        _summarise(db, conversation_id, is_news=until <= now)


def end_replying(db: Database, conversation_id: int, *, user_id: int) -> None:
    """The reply has gone, or was given up."""
    with transaction(db):
        sql = "DELETE FROM presence WHERE conversation_id = ? AND user_id = ?"
        if write(db, sql, [conversation_id, user_id]):
            _summarise(db, conversation_id, is_news=True)


def names_replying(db: Database, conversation_id: int, *, other_than: int, now: datetime) -> list[str]:
    """Everybody but one who is typing a reply now."""
    found = rows(
        db,
        "SELECT users.name FROM presence JOIN users ON users.id = user_id "
        "WHERE conversation_id = ? AND user_id <> ? AND until > ? ORDER BY users.name",
        [conversation_id, other_than, time_text(now)],
    )
    return [each["name"] for each in found]


def _summarise(db: Database, conversation_id: int, *, is_news: bool) -> None:
    """When the last of them stops: an unchanged poll reads the conversation's row and nothing else."""
    sql = "SELECT MAX(until) AS until FROM presence WHERE conversation_id = ?"
    found = row(db, sql, [conversation_id])
    until = read_time(found["until"]) if found and found["until"] else None
    write(
        db,
        "UPDATE conversations SET replying_until = ?, version = version + ? WHERE id = ?",
        [time_text_or_none(until), int(is_news), conversation_id],
    )
