"""Deciding whether a name and a password let someone in, and how often they may be tried."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime

from flask import Response, request
from sqlite_utils import Database

from webapp.store import sign_ins, users
from webapp.store.sign_ins import LOCK_MINUTES, SignInOutcome
from webapp.store.users import User
from webapp.web.browsers import name_browser
from webapp.web.context import settings
from webapp.web.passwords import hash_password, is_right_password, needs_rehash

# Beside the lock-out of one name: nobody may go through many names from one address. Counted per process.
GUESSES_FROM_ONE_ADDRESS = "30 per minute"


class NotSignedIn(Exception):
    """`message` says so without telling whether the name exists."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def check_sign_in(db: Database, *, name: str, password: str) -> User:
    """The person, if name and password are right; every attempt is recorded. Raises NotSignedIn.

    Whoever has switched on two-factor is not in yet: `second_step` asks them for a code.
    """
    user = users.find_user(db, name)
    outcome = _attempt(db, user, user.name if user else _key_of_unknown(name), password)
    if user is None or outcome not in (SignInOutcome.SIGNED_IN, SignInOutcome.CODE_ASKED):
        raise NotSignedIn(_MESSAGES[outcome])
    cost = settings().password_cost
    if needs_rehash(user.password_hash, cost=cost):
        user = replace(user, password_hash=hash_password(password, cost=cost))
        users.rehash_password(db, user.id, password_hash=user.password_hash)
    return user


def check_present_password(db: Database, user: User, password: str) -> None:
    """For somebody signed in; a wrong one counts towards the lock-out as at the door. Raises NotSignedIn."""
    if sign_ins.locked_until(db, name=user.name, now=datetime.now(UTC)):
        raise NotSignedIn(_MESSAGES[SignInOutcome.LOCKED])
    if not is_right_password(password, user.password_hash, cost=settings().password_cost):
        record_attempt(db, user, user.name, SignInOutcome.WRONG_PASSWORD)
        raise NotSignedIn("This is not your present password.")


def was_refused(response: Response) -> bool:
    """Only what was refused counts towards the limit: a whole office may sign in at nine from one address."""
    return response.status_code == 422


def _attempt(db: Database, user: User | None, key: str, password: str) -> SignInOutcome:
    outcome = _outcome(db, user, key, password)
    record_attempt(db, user, key, outcome)
    return outcome


def _outcome(db: Database, user: User | None, key: str, password: str) -> SignInOutcome:
    # The same steps for a name that nobody has: neither words nor time may tell who exists.
    if sign_ins.locked_until(db, name=key, now=datetime.now(UTC)):
        return SignInOutcome.LOCKED
    password_hash = user.password_hash if user else None
    if not is_right_password(password, password_hash, cost=settings().password_cost) or user is None:
        return SignInOutcome.WRONG_PASSWORD
    if user.disabled_at:
        return SignInOutcome.DISABLED
    return SignInOutcome.CODE_ASKED if user.two_factor_at else SignInOutcome.SIGNED_IN


def record_attempt(db: Database, user: User | None, key: str, outcome: SignInOutcome) -> None:
    """`key` is the name of a person, or what stands for a name that nobody has."""
    sign_ins.record_sign_in(
        db,
        name=key,
        user_id=user.id if user else None,
        outcome=outcome,
        address=request.remote_addr or "",
        browser=name_browser(request.user_agent.string),
        now=datetime.now(UTC),
    )


def _key_of_unknown(name: str) -> str:
    """Tells unknown names apart without keeping them: people type their password into the name field.

    Only ASCII letters lose their case, as SQLite's NOCASE has it for the names that exist.
    """
    folded = "".join(letter.lower() if letter.isascii() else letter for letter in name)
    digest = hmac.new(settings().secret_key.encode(), f"unknown name {folded}".encode(), hashlib.sha256)
    return f"? {digest.hexdigest()[:32]}"


_WRONG = "That name and password do not belong together. Check both; capitals matter in the password."
_MESSAGES = {
    SignInOutcome.WRONG_PASSWORD: _WRONG,
    SignInOutcome.DISABLED: _WRONG,
    SignInOutcome.LOCKED: (
        f"Too many wrong passwords. Wait {LOCK_MINUTES} minutes, then try again, "
        "or ask an administrator for a new password."
    ),
}
