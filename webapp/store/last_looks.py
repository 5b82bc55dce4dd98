"""What has failed since somebody last looked."""

from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import read_time, row, time_text, write
from webapp.store.failures import NOT_TAKEN

MOST_COUNTED = 999


# It stands on every page. SQLite only: told which index to use, as it would take the one of all statuses.
COUNT_NEWS = (
    "(SELECT COUNT(*) FROM (SELECT 1 FROM messages INDEXED BY messages_failed_lately "  # noqa: S608
    "WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED') AND read_at > {since} LIMIT :most)) "
    f"+ (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE {NOT_TAKEN} AND ended_at > {{since}} LIMIT :most))"
)
"""How many failed since then, as far as we have heard."""


def last_look(db: Database, user_id: int, page: str) -> datetime | None:
    """When that person last opened that page."""
    found = row(db, "SELECT at FROM last_looks WHERE user_id = ? AND page = ?", [user_id, page])
    return read_time(found["at"]) if found else None


def record_look(db: Database, user_id: int, page: str, *, now: datetime) -> None:
    """Written only if it makes a difference: with no news since the last look, this one would find none."""
    looked_at = last_look(db, user_id, page)
    if looked_at is not None and not _is_news(db, since=looked_at):
        return
    write(
        db,
        "INSERT INTO last_looks (user_id, page, at) VALUES (?, ?, ?) "
        "ON CONFLICT (user_id, page) DO UPDATE SET at = excluded.at",
        [user_id, page, time_text(now)],
    )


def _is_news(db: Database, *, since: datetime) -> bool:
    sql = f"SELECT {COUNT_NEWS.format(since=':since')} AS news"
    found = row(db, sql, {"since": time_text(since), "most": 1})
    return found is not None and found["news"] > 0
