"""Work that only one process may do at a time: whoever holds its lease."""

import secrets
from datetime import datetime, timedelta

from sqlite_utils import Database

from webapp.store.connection import read_time, row, time_text, write


def take_lease(
    db: Database, name: str, *, now: datetime, until: datetime, every: timedelta = timedelta()
) -> str | None:
    """A token while nobody holds it and it was last taken `every` ago or longer; else None.

    One conditional statement: of all processes that ask at the same moment, one gets it.
    """
    token = secrets.token_hex(8)
    taken = write(
        db,
        "INSERT INTO leases (name, token, taken_at, until) VALUES (:name, :token, :now, :until) "
        "ON CONFLICT (name) DO UPDATE SET token = :token, taken_at = :now, until = :until "
        "WHERE leases.until <= :now AND leases.taken_at <= :before",
        {
            "name": name,
            "token": token,
            "now": time_text(now),
            "until": time_text(until),
            "before": time_text(now - every),
        },
    )
    return token if taken else None


def may_be_taken(db: Database, name: str, *, now: datetime, every: timedelta) -> bool:
    """Whether taking it is worth trying: a read, where trying would be a write."""
    found = row(db, "SELECT taken_at, until FROM leases WHERE name = ?", [name])
    return found is None or (read_time(found["until"]) <= now and read_time(found["taken_at"]) <= now - every)


def extend_lease(db: Database, name: str, token: str, *, until: datetime) -> bool:
    """False if it ran out meanwhile and is somebody else's."""
    changed = write(
        db, "UPDATE leases SET until = ? WHERE name = ? AND token = ?", [time_text(until), name, token]
    )
    return changed == 1


def release_lease(db: Database, name: str, token: str, *, now: datetime) -> None:
    """It can be taken again as soon as its interval allows."""
    write(db, "UPDATE leases SET until = ? WHERE name = ? AND token = ?", [time_text(now), name, token])


def give_back_lease(db: Database, name: str, token: str) -> None:
    """It can be taken again at once, as if it had not been: what it was for is not finished."""
    write(db, "DELETE FROM leases WHERE name = ? AND token = ?", [name, token])
