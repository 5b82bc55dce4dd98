"""Deciding whether a name and a password let someone in."""

from datetime import UTC, datetime

from flask import request
from sqlite_utils import Database

from webapp.store import sign_ins, users
from webapp.store.sign_ins import LOCK_MINUTES, SignInOutcome
from webapp.store.users import User
from webapp.web.passwords import hash_password, is_right_password, needs_rehash

UNKNOWN_NAME = "?"


class NotSignedIn(Exception):
    """`message` says so without telling whether the name exists."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def check_sign_in(db: Database, *, name: str, password: str) -> User:
    """The person, if name and password are right; every attempt is recorded. Raises NotSignedIn."""
    user = users.find_user(db, name)
    known_name = user.name if user else UNKNOWN_NAME
    outcome = _outcome(db, user, password)
    sign_ins.record_sign_in(
        db,
        name=known_name,
        user_id=user.id if user else None,
        outcome=outcome,
        address=request.remote_addr or "",
        now=datetime.now(UTC),
    )
    if user is None or outcome is not SignInOutcome.SIGNED_IN:
        raise NotSignedIn(_MESSAGES[outcome])
    if needs_rehash(user.password_hash):
        users.rehash_password(db, user.id, password_hash=hash_password(password))
    return user


def _outcome(db: Database, user: User | None, password: str) -> SignInOutcome:
    if user and sign_ins.locked_until(db, name=user.name, now=datetime.now(UTC)):
        return SignInOutcome.LOCKED
    if not is_right_password(password, user.password_hash if user else None) or user is None:
        return SignInOutcome.WRONG_PASSWORD
    return SignInOutcome.DISABLED if user.disabled_at else SignInOutcome.SIGNED_IN


_WRONG = "That name and password do not belong together. Check both; capitals matter in the password."
_MESSAGES = {
    SignInOutcome.WRONG_PASSWORD: _WRONG,
    SignInOutcome.DISABLED: _WRONG,
    SignInOutcome.LOCKED: (
        f"Too many wrong passwords. Wait {LOCK_MINUTES} minutes, then try again, or ask an administrator."
    ),
}
