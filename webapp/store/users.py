"""Staff: who may sign in, and what their role lets them do."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from webapp.store.connection import (
    insert,
    read_time,
    read_time_or_none,
    row,
    rows,
    time_text,
    transaction,
    write,
)
from webapp.store.sessions import end_sessions_of, hash_token
from webapp.store.sign_ins import record_password_set

# A longer one could not be typed at the door.
LONGEST_NAME = 100
# In place of a password's hash: nobody can sign in with any password.
NO_PASSWORD = ""


class Role(StrEnum):
    """What a member of staff may do; each role may also do what the ones before it may."""

    VIEWER = "viewer"
    SENDER = "sender"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """True if this role may do all that `other` may."""
        return _RANKS[self] >= _RANKS[other]


_RANKS = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class User:
    """A member of staff; `two_factor_at` is since when signing in takes a code as well, None if never."""

    id: int
    name: str
    role: Role
    password_hash: str
    mobile: str | None
    created_at: datetime
    disabled_at: datetime | None
    two_factor_at: datetime | None

    @property
    def has_password(self) -> bool:
        return self.password_hash != NO_PASSWORD

    @property
    def can_sign_in(self) -> bool:
        return self.has_password and not self.disabled_at


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose session it is; `two_factor_from`: from which role on the organisation wants two-factor."""

    user: User
    two_factor_from: Role | None

    @property
    def lacks_two_factor(self) -> bool:
        """Whether the organisation wants it of this person, who has not set it up."""
        if self.user.two_factor_at or self.two_factor_from is None:
            return False
        return self.user.role.includes(self.two_factor_from)


class NameTaken(ValueError):
    """Another member of staff has that name (case does not matter)."""


def add_user(db: Database, *, name: str, role: Role, password_hash: str, now: datetime) -> User:
    """Raises NameTaken."""
    try:
        user_id = insert(
            db,
            "users",
            {"name": name, "role": role, "password_hash": password_hash, "created_at": time_text(now)},
        )
    except sqlite3.IntegrityError as error:
        raise NameTaken(name) from error
    user = get_user(db, user_id)
    assert user is not None  # noqa: S101 - it was inserted on the line above
    return user


def get_user(db: Database, user_id: int) -> User | None:
    return _user(row(db, "SELECT * FROM users WHERE id = ?", [user_id]))


def find_by_session(db: Database, token: str) -> User | None:
    """Whose open session that is; None once it has ended or the person is disabled."""
    found = find_signed_in(db, token)
    return found.user if found else None


def find_signed_in(db: Database, token: str) -> SignedIn | None:
    """The same, and what every request has to know beside it, in one read."""
    sql = (
        "SELECT users.*, (SELECT value FROM organisation WHERE name = 'two_factor_from') AS two_factor_from "
        "FROM sessions JOIN users ON users.id = sessions.user_id "
        "WHERE sessions.token_hash = ? AND users.disabled_at IS NULL"
    )
    found = row(db, sql, [hash_token(token)])
    if found is None:
        return None
    wanted = found["two_factor_from"]
    return SignedIn(_read(found), None if wanted is None else Role(wanted))


def find_user(db: Database, name: str) -> User | None:
    return _user(row(db, "SELECT * FROM users WHERE name = ?", [name]))


def list_users(db: Database) -> list[User]:
    return [_read(found) for found in rows(db, "SELECT * FROM users ORDER BY name")]


def has_several(db: Database) -> bool:
    """Whether more than one person may sign in."""
    return len(rows(db, "SELECT 1 FROM users WHERE disabled_at IS NULL LIMIT 2")) == 2


def names_of(db: Database, user_ids: set[int]) -> dict[int, str]:
    """Display names by id."""
    places = ", ".join("?" * len(user_ids))
    found = rows(db, f"SELECT id, name FROM users WHERE id IN ({places})", sorted(user_ids))  # noqa: S608
    return {each["id"]: each["name"] for each in found}


def set_role(db: Database, user_id: int, role: Role) -> None:
    """A lesser role ends the person's sessions: whatever they had open was offered to somebody else."""
    with transaction(db):
        user = get_user(db, user_id)
        write(db, "UPDATE users SET role = ? WHERE id = ?", [role, user_id])
        if user and not role.includes(user.role):
            end_sessions_of(db, user_id)


def disable_user(db: Database, user_id: int, *, now: datetime) -> None:
    """Ends the person's sessions at once, and a link that would let them set a password."""
    with transaction(db):
        write(db, "UPDATE users SET disabled_at = ? WHERE id = ?", [time_text(now), user_id])
        _end_ways_in(db, user_id)


def enable_user(db: Database, user_id: int) -> None:
    write(db, "UPDATE users SET disabled_at = NULL WHERE id = ?", [user_id])


def set_password(db: Database, user_id: int, *, password_hash: str, now: datetime) -> None:
    """A new password ends the person's open sessions, a link to set one, and a lock-out by wrong ones."""
    with transaction(db):
        write(db, "UPDATE users SET password_hash = ? WHERE id = ?", [password_hash, user_id])
        _end_ways_in(db, user_id)
        record_password_set(db, user_id=user_id, now=now)


def take_password(db: Database, user_id: int) -> None:
    """Nobody can sign in as that person any more until a link has been used to set a new password."""
    with transaction(db):
        write(db, "UPDATE users SET password_hash = ? WHERE id = ?", [NO_PASSWORD, user_id])
        _end_ways_in(db, user_id)


def _end_ways_in(db: Database, user_id: int) -> None:
    end_sessions_of(db, user_id)
    write(db, "DELETE FROM password_links WHERE user_id = ?", [user_id])


def rehash_password(db: Database, user_id: int, *, password_hash: str) -> None:
    """The same password hashed with today's parameters: sessions stay."""
    write(db, "UPDATE users SET password_hash = ? WHERE id = ?", [password_hash, user_id])


def set_mobile(db: Database, user_id: int, *, mobile: str | None) -> None:
    """`mobile`: digits with country code, no plus."""
    write(db, "UPDATE users SET mobile = ? WHERE id = ?", [mobile, user_id])


def _user(found: sqlite3.Row | None) -> User | None:
    return None if found is None else _read(found)


def _read(found: sqlite3.Row) -> User:
    return User(
        id=found["id"],
        name=found["name"],
        role=Role(found["role"]),
        password_hash=found["password_hash"],
        mobile=found["mobile"],
        created_at=read_time(found["created_at"]),
        disabled_at=read_time_or_none(found["disabled_at"]),
        two_factor_at=read_time_or_none(found["two_factor_at"]),
    )
