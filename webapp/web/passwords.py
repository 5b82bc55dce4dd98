"""Password hashes: argon2id at the cost the settings name, renewed when that changes."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from webapp.config import PasswordCost

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256


def hash_password(password: str, *, cost: PasswordCost) -> str:
    return _hasher(cost).hash(password)


def is_right_password(password: str, password_hash: str | None, *, cost: PasswordCost) -> bool:
    """`password_hash` None (no such person) and "" (no password yet) take as long as a wrong password."""
    nobodys = _nobodys_hash(cost)
    try:
        return _hasher(cost).verify(password_hash or nobodys, password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str, *, cost: PasswordCost) -> bool:
    return _hasher(cost).check_needs_rehash(password_hash)


@cache
def _hasher(cost: PasswordCost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)


@cache
def _nobodys_hash(cost: PasswordCost) -> str:
    """Verified when the name is unknown, so that the time an answer takes does not tell who exists."""
    return hash_password("nobody has this password", cost=cost)
