"""The staff as a list, and changes after which there must still be an administrator who can sign in."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store import users
from webapp.store.connection import read_time_or_none, row, rows, time_text, transaction
from webapp.store.users import NO_PASSWORD, Role, User


@dataclass(frozen=True, slots=True)
class Member:
    """A line of the list: `sessions` counts those in which something was done lately."""

    id: int
    name: str
    role: Role
    last_signed_in_at: datetime | None
    sessions: int
    has_password: bool
    has_link: bool
    two_factor_at: datetime | None
    disabled_at: datetime | None


class LastAdmin(Exception):
    """Nobody else could sign in and look after the staff."""


def list_members(
    db: Database, *, limit: int, now: datetime, seen_after: datetime, after_id: int | None = None
) -> list[Member]:
    """By name; `after_id` is the last one of the page before. One query, whatever the number of members."""
    found = rows(
        db,
        "SELECT users.*, "
        "(SELECT at FROM sign_ins WHERE user_id = users.id AND outcome = 'signed in' "
        "ORDER BY id DESC LIMIT 1) AS last_signed_in_at, "
        "(SELECT COUNT(*) FROM sessions WHERE user_id = users.id AND last_seen_at > :seen_after) "
        "AS sessions, "
        "EXISTS (SELECT 1 FROM password_links WHERE user_id = users.id AND expires_at > :now) AS has_link "
        "FROM users WHERE name > COALESCE((SELECT name FROM users WHERE id = :after_id), '') "
        "ORDER BY name LIMIT :limit",
        {"limit": limit, "now": time_text(now), "seen_after": time_text(seen_after), "after_id": after_id},
    )
    return [_read(each) for each in found]


def last_signed_in(db: Database, user_id: int) -> datetime | None:
    found = row(
        db,
        "SELECT at FROM sign_ins WHERE user_id = ? AND outcome = 'signed in' ORDER BY id DESC LIMIT 1",
        [user_id],
    )
    return read_time_or_none(found["at"]) if found else None


def change_role(db: Database, user: User, role: Role) -> None:
    """Raises LastAdmin; of two administrators who do it to each other at the same time one comes second."""
    with transaction(db):
        if role is not Role.ADMIN:
            _keep_an_admin(db, other_than=user.id)
        users.set_role(db, user.id, role)


def disable_member(db: Database, user: User, *, now: datetime) -> None:
    """Raises LastAdmin as `change_role` does."""
    with transaction(db):
        _keep_an_admin(db, other_than=user.id)
        users.disable_user(db, user.id, now=now)


def _keep_an_admin(db: Database, *, other_than: int) -> None:
    another = row(
        db,
        "SELECT 1 FROM users WHERE role = ? AND disabled_at IS NULL AND password_hash <> ? AND id <> ?",
        [Role.ADMIN, NO_PASSWORD, other_than],
    )
    if another is None:
        raise LastAdmin


def _read(found: sqlite3.Row) -> Member:
    return Member(
        id=found["id"],
        name=found["name"],
        role=Role(found["role"]),
        last_signed_in_at=read_time_or_none(found["last_signed_in_at"]),
        sessions=found["sessions"],
        has_password=found["password_hash"] != NO_PASSWORD,
        has_link=bool(found["has_link"]),
        two_factor_at=read_time_or_none(found["two_factor_at"]),
        disabled_at=read_time_or_none(found["disabled_at"]),
    )
