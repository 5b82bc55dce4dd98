"""One-time links with which people set their own password: an administrator makes them and never knows it."""

import secrets
from datetime import datetime, timedelta

from sqlite_utils import Database

from webapp.store import users
from webapp.store.connection import row, time_text, transaction, write
from webapp.store.sessions import hash_token
from webapp.store.users import User

LINK_DAYS = 3


def make_link(db: Database, user_id: int, *, now: datetime) -> str:
    """The link's token, told only here: the record holds its hash. An earlier link of that person ends."""
    token = secrets.token_urlsafe(32)
    with transaction(db):
        end_link(db, user_id)
        write(
            db,
            "INSERT INTO password_links (user_id, token_hash, made_at, expires_at) VALUES (?, ?, ?, ?)",
            [user_id, hash_token(token), time_text(now), time_text(now + timedelta(days=LINK_DAYS))],
        )
    return token


def find_by_link(db: Database, token: str, *, now: datetime) -> User | None:
    """Whose link that is; None if it was used, has expired, was never made, or is of somebody disabled.

    It is found by its hash, so how long that takes tells nothing about a token.
    """
    found = row(
        db,
        "SELECT user_id FROM password_links WHERE token_hash = ? AND expires_at > ?",
        [hash_token(token), time_text(now)],
    )
    user = users.get_user(db, found["user_id"]) if found else None
    return user if user and not user.disabled_at else None


def use_link(db: Database, token: str, *, password_hash: str, now: datetime) -> User | None:
    """Set the password of the link's person, once: whoever comes second gets None."""
    with transaction(db):
        user = find_by_link(db, token, now=now)
        if user:
            users.set_password(db, user.id, password_hash=password_hash, now=now)
    return user


def end_link(db: Database, user_id: int) -> None:
    write(db, "DELETE FROM password_links WHERE user_id = ?", [user_id])
