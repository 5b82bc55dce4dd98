"""The sender IDs that staff may choose from; admins keep the list and its order."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import read_time, read_time_or_none, rows, time_text, transaction, write


@dataclass(frozen=True, slots=True)
class ListedSender:
    """`first_used_at` and `last_used_at` are of any text of the account with it, None if there is none."""

    sender: str
    added_at: datetime
    added_by: str
    first_used_at: datetime | None
    last_used_at: datetime | None


def add_sender(db: Database, *, sender: str, added_by: str, now: datetime) -> bool:
    """At the end of the list; False if it was on it already."""
    return bool(
        write(
            db,
            "INSERT INTO senders (sender, added_at, added_by, position) "
            "SELECT ?, ?, ?, coalesce(max(position), 0) + 1 FROM senders WHERE TRUE ON CONFLICT DO NOTHING",
            [sender, time_text(now), added_by],
        )
    )


def remove_sender(db: Database, sender: str) -> bool:
    """False if it was not on the list."""
    return bool(write(db, "DELETE FROM senders WHERE sender = ?", [sender]))


def make_default(db: Database, sender: str) -> str | None:
    """Put it first; the one that was first before, None if it is not on the list or was first already."""
    with transaction(db):
        listed = list_senders(db)
        if sender not in listed or listed[0] == sender:
            return None
        write(
            db,
            "UPDATE senders SET position = (SELECT min(position) FROM senders) - 1 WHERE sender = ?",
            [sender],
        )
        return listed[0]


def list_senders(db: Database) -> list[str]:
    """In the order in which they are offered: the first is the one that is suggested."""
    return [each["sender"] for each in rows(db, "SELECT sender FROM senders ORDER BY position")]


def describe_senders(db: Database) -> list[ListedSender]:
    """The same with their history: two looks into an index for each, however many texts there are."""
    found = rows(
        db,
        "SELECT *, "
        "(SELECT min(created_at) FROM messages WHERE messages.sender = senders.sender) AS first_used_at, "
        "(SELECT max(created_at) FROM messages WHERE messages.sender = senders.sender) AS last_used_at "
        "FROM senders ORDER BY position",
    )
    return [
        ListedSender(
            sender=each["sender"],
            added_at=read_time(each["added_at"]),
            added_by=each["added_by"],
            first_used_at=read_time_or_none(each["first_used_at"]),
            last_used_at=read_time_or_none(each["last_used_at"]),
        )
        for each in found
    ]
