"""Password hashes: argon2id with the library's parameters, renewed when those change."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256

_hasher = PasswordHasher()
# Verified when the name is unknown, so that the time an answer takes does not tell who exists.
_NOBODYS_HASH = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def is_right_password(password: str, password_hash: str | None) -> bool:
    """`password_hash` None (no such person) takes as long as a wrong password."""
    try:
        return _hasher.verify(password_hash or _NOBODYS_HASH, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    return _hasher.check_needs_rehash(password_hash)
