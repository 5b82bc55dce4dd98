"""The sender IDs that staff may choose from; admins keep the list."""

from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import rows, time_text, write


def add_sender(db: Database, *, sender: str, added_by: str, now: datetime) -> bool:
    """False if it was on the list already."""
    return bool(
        write(
            db,
            "INSERT INTO senders (sender, added_at, added_by) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [sender, time_text(now), added_by],
        )
    )


def remove_sender(db: Database, sender: str) -> bool:
    """False if it was not on the list."""
    return bool(write(db, "DELETE FROM senders WHERE sender = ?", [sender]))


def list_senders(db: Database) -> list[str]:
    """In the order in which they were added: the first is the one Compose suggests."""
    return [each["sender"] for each in rows(db, "SELECT sender FROM senders ORDER BY added_at, rowid")]
