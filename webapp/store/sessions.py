"""Open sessions: signing out ends a session here, wherever else its cookie has been copied to."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlite_utils import Database

from webapp.store.connection import time_text, transaction, write

# Most sessions end with their browser, which tells nobody: the next person to sign in sweeps them away.
LONGEST_SESSION = timedelta(days=30)


def start_session(db: Database, *, user_id: int, now: datetime) -> str:
    """The new session's token, for its cookie; the record holds only what recognises it."""
    token = secrets.token_urlsafe(32)
    with transaction(db):
        write(db, "DELETE FROM sessions WHERE started_at < ?", [time_text(now - LONGEST_SESSION)])
        write(
            db,
            "INSERT INTO sessions (token_hash, user_id, started_at) VALUES (?, ?, ?)",
            [hash_token(token), user_id, time_text(now)],
        )
    return token


def end_session(db: Database, token: str) -> None:
    write(db, "DELETE FROM sessions WHERE token_hash = ?", [hash_token(token)])


def end_sessions_of(db: Database, user_id: int) -> None:
    """Signs a person out everywhere."""
    write(db, "DELETE FROM sessions WHERE user_id = ?", [user_id])


def hash_token(token: str) -> str:
    """What the record keeps of a token: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
