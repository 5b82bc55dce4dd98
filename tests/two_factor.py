"""A phone for tests: what an app on it shows, and two-factor sign-in switched on for somebody."""

from datetime import UTC, datetime, timedelta

import pyotp
from sqlite_utils import Database

from webapp.store import two_factor, users
from webapp.store.sealed import Keyring

RECOVERY_CODE = "abcdefghijkmnpqr"


class Phone:
    """`steps_ahead` is how many times thirty seconds the person waits, or how far the clock is off."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)

    def code(self, *, steps_ahead: int = 0) -> str:
        return self._totp.at(datetime.now(UTC) + timedelta(seconds=30 * steps_ahead))


def switch_on(db: Database, name: str, *, secret_key: str) -> Phone:
    user = users.find_user(db, name)
    assert user is not None
    secret = pyotp.random_base32()
    two_factor.begin(db, user.id, sealed_secret=Keyring(secret_key).seal(secret))
    two_factor.switch_on(db, user.id, recovery_codes=[RECOVERY_CODE], now=datetime.now(UTC))
    return Phone(secret)
