"""Secrets on the record: sealed with a key that is not on it, so that a copy of the file gives none away.

A column that holds a sealed secret is called `sealed_...`; by that name `reseal_all` finds them.
"""

import base64
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlite_utils import Database

from webapp.store.connection import rows, transaction, write

SEALED_PREFIX = "sealed_"
# What the derived key is for, so that the same secret key derives another for anything else.
_PURPOSE = b"textdesk: secrets on the record"


class CannotUnseal(Exception):
    """Sealed with a key that is no longer among the settings, or damaged."""


class Keyring:
    """Seals with the newest key and unseals with any; safe to share between threads."""

    def __init__(self, secret_key: str, old_secret_keys: tuple[str, ...] = ()) -> None:
        self._fernet = MultiFernet([_fernet(key) for key in (secret_key, *old_secret_keys)])

    def seal(self, secret: str) -> str:
        """Text for the record; sealed twice, a secret gives two different texts."""
        return self._fernet.encrypt(secret.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Raises CannotUnseal."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise CannotUnseal from error

    def reseal(self, sealed: str) -> str:
        """The same secret under the newest key. Raises CannotUnseal."""
        return self.seal(self.unseal(sealed))


@dataclass(frozen=True, slots=True)
class Resealing:
    """How many secrets are under the newest key now, and which (as "table.column") could not be read."""

    resealed: int
    unreadable: tuple[str, ...]


def reseal_all(db: Database, keyring: Keyring) -> Resealing:
    """Seal every secret on the record with the newest key, in one transaction."""
    resealed, unreadable = 0, []
    with transaction(db):
        for table, column in _sealed_columns(db):
            for row_id, sealed in _sealed_in(db, table, column):
                try:
                    changed = keyring.reseal(sealed)
                except CannotUnseal:
                    unreadable.append(f"{table}.{column}")
                    continue
                write(db, f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [changed, row_id])  # noqa: S608
                resealed += 1
    return Resealing(resealed, tuple(unreadable))


def _fernet(secret_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _sealed_columns(db: Database) -> list[tuple[str, str]]:
    # SQLite only: the schema as a table-valued function.
    found = rows(
        db,
        "SELECT tables.name AS table_name, columns.name AS column_name FROM sqlite_schema AS tables "
        "JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table' "
        "AND substr(columns.name, 1, ?) = ? ORDER BY 1, 2",
        [len(SEALED_PREFIX), SEALED_PREFIX],
    )
    return [(each["table_name"], each["column_name"]) for each in found]


def _sealed_in(db: Database, table: str, column: str) -> list[tuple[int, str]]:
    found = rows(db, f"SELECT rowid AS row_id, {column} AS sealed FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608
    return [(each["row_id"], each["sealed"]) for each in found]
