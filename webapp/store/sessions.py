"""Open sessions: signing out ends a session here, wherever else its cookie has been copied to."""

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from webapp.store.connection import read_time, row, rows, time_text, transaction, write, write_unless_busy

# Most sessions end with their browser, which tells nobody: the next person to sign in sweeps them away.
LONGEST_SESSION = timedelta(days=30)
# When a person was last seen is written no more often than this.
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """`address` is where it was started from, `browser` which in words; "" where that is not known."""

    id: int
    started_at: datetime
    last_seen_at: datetime
    address: str
    browser: str


def start_session(db: Database, *, user_id: int, now: datetime, address: str = "", browser: str = "") -> str:
    """The new session's token, for its cookie; the record holds only what recognises it."""
    token = secrets.token_urlsafe(32)
    with transaction(db):
        write(db, "DELETE FROM sessions WHERE started_at < ?", [time_text(now - LONGEST_SESSION)])
        write(
            db,
            "INSERT INTO sessions (token_hash, user_id, started_at, last_seen_at, address, browser) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [hash_token(token), user_id, time_text(now), time_text(now), address, browser],
        )
    return token


def find_session(db: Database, token: str) -> Session | None:
    found = row(db, "SELECT * FROM sessions WHERE token_hash = ?", [hash_token(token)])
    return None if found is None else _read(found)


def list_sessions(db: Database, user_id: int, *, seen_after: datetime) -> list[Session]:
    """Those of one person in which something was done after then, the latest first."""
    found = rows(
        db,
        "SELECT * FROM sessions WHERE user_id = ? AND last_seen_at > ? ORDER BY last_seen_at DESC, id DESC",
        [user_id, time_text(seen_after)],
    )
    return [_read(each) for each in found]


def note_seen(db: Database, token: str, *, now: datetime) -> None:
    """The person did something; written only if the last time is a minute ago, and nobody else is writing."""
    write_unless_busy(
        db,
        "UPDATE sessions SET last_seen_at = ? WHERE token_hash = ? AND last_seen_at <= ?",
        [time_text(now), hash_token(token), time_text(now - SEEN_EVERY)],
    )


def end_session(db: Database, token: str) -> None:
    write(db, "DELETE FROM sessions WHERE token_hash = ?", [hash_token(token)])


def end_session_of(db: Database, user_id: int, session_id: int) -> bool:
    """True if that person had that session."""
    return write(db, "DELETE FROM sessions WHERE user_id = ? AND id = ?", [user_id, session_id]) > 0


def end_sessions_of(db: Database, user_id: int, *, but: str | None = None) -> int:
    """Signs a person out everywhere, `but` in the session with that token; how many sessions ended."""
    return write(
        db,
        "DELETE FROM sessions WHERE user_id = ? AND token_hash <> ?",
        [user_id, hash_token(but) if but else ""],
    )


def hash_token(token: str) -> str:
    """What the record keeps of a token: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _read(found: sqlite3.Row) -> Session:
    return Session(
        id=found["id"],
        started_at=read_time(found["started_at"]),
        last_seen_at=read_time(found["last_seen_at"]),
        address=found["address"],
        browser=found["browser"],
    )
