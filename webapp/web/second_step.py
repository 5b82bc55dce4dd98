"""The second step of signing in, for those who have switched on two-factor: a code from their phone."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from flask import session
from sqlite_utils import Database

from webapp.store import sign_ins, two_factor, users
from webapp.store.connection import transaction
from webapp.store.sealed import CannotUnseal
from webapp.store.sign_ins import LOCK_MINUTES, SignInOutcome
from webapp.store.users import User
from webapp.web.auth import FORMER_USER
from webapp.web.context import database, keyring
from webapp.web.security import FORM_TOKEN
from webapp.web.sign_in import NotSignedIn, record_attempt
from webapp.web.totp import find_step, plain_recovery_code

HALF_SIGNED_IN = "half_signed_in"
MINUTES_FOR_CODE = 5


def ask_for_code(user: User) -> None:
    """Remember, in this browser alone and for five minutes, whose password was right: that is no session yet.

    As in `sign_in`, nothing that was in the browser's session before survives but what leads the same person
    back to their open forms.
    """
    kept = {}
    if session.get(FORMER_USER) == user.id:
        kept = {name: session[name] for name in (FORMER_USER, FORM_TOKEN) if name in session}
    session.clear()
    until = datetime.now(UTC) + timedelta(minutes=MINUTES_FOR_CODE)
    session.update(kept)
    session[HALF_SIGNED_IN] = [user.id, until.timestamp(), _fingerprint(user)]


def half_signed_in() -> User | None:
    """Who has still to enter a code; None if that took too long, or the password has changed since."""
    user_id, until, fingerprint = session.get(HALF_SIGNED_IN, (0, 0, ""))
    if datetime.now(UTC).timestamp() > until:
        return None
    user = users.get_user(database(), user_id)
    if user is None or user.disabled_at or not user.two_factor_at:
        return None
    return user if compare_digest(fingerprint, _fingerprint(user)) else None


def check_code(db: Database, user: User, code: str) -> None:
    """Raises NotSignedIn; wrong codes count towards the lock-out as wrong passwords do."""
    try:
        secret = keyring().unseal(two_factor.sealed_secret(db, user.id) or "")
    except CannotUnseal as error:
        raise NotSignedIn(_CANNOT_UNSEAL) from error

    def is_right() -> bool:
        step = find_step(secret, code, now=datetime.now(UTC))
        return step is not None and two_factor.accept_step(db, user.id, step)

    _attempt(db, user, is_right, _WRONG_CODE)


def check_recovery_code(db: Database, user: User, typed: str) -> None:
    """As `check_code`."""
    code, now = plain_recovery_code(typed), datetime.now(UTC)
    is_right = lambda: two_factor.use_recovery_code(db, user.id, code, now=now)  # noqa: E731
    _attempt(db, user, is_right, _WRONG_RECOVERY_CODE)


def _attempt(db: Database, user: User, is_right: Callable[[], bool], wrong: str) -> None:
    # In one transaction: many guesses at the same time are counted one after another.
    with transaction(db):
        if sign_ins.locked_until(db, name=user.name, now=datetime.now(UTC)):
            outcome = SignInOutcome.LOCKED
        else:
            outcome = SignInOutcome.SIGNED_IN if is_right() else SignInOutcome.WRONG_CODE
        record_attempt(db, user, user.name, outcome)
    if outcome is not SignInOutcome.SIGNED_IN:
        raise NotSignedIn(_LOCKED if outcome is SignInOutcome.LOCKED else wrong)


def _fingerprint(user: User) -> str:
    """Changes with the password; tells nothing about it, being of its salted hash."""
    return hashlib.sha256(user.password_hash.encode()).hexdigest()


_WRONG_CODE = "This code is wrong, or was used already. Enter the next one: it changes every 30 seconds."
_WRONG_RECOVERY_CODE = "This is none of your recovery codes, or it was used already."
_LOCKED = f"Too many wrong tries. Wait {LOCK_MINUTES} minutes, then sign in again."
_CANNOT_UNSEAL = (
    "Codes cannot be checked, because the key of this installation has changed. Use a recovery code, or "
    "ask an administrator to switch two-factor sign-in off for you."
)
