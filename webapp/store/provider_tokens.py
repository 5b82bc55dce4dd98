"""The provider's token as admins entered it, sealed: the one in use, and one that has yet to pass its test.

Also whose account the record belongs to: the texts of two customers must not be mixed in it by mistake.
"""

import sqlite3
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from webapp.store.connection import read_time, row, time_text, transaction, write

IN_USE = "in use"
CANDIDATE = "candidate"
ASKED = "asked"


class TokenOrigin(StrEnum):
    """How a token came here."""

    PASTED = "pasted"
    FETCHED = "fetched"
    """The provider issued it for a key and secret, and ended the one before it."""


@dataclass(frozen=True, slots=True)
class StoredToken:
    """`customer_id` is None until it passed a test; `problem` is what its last test said, in words."""

    ref: str
    sealed_token: str
    origin: TokenOrigin
    customer_id: str | None
    entered_at: datetime
    entered_by: str
    problem: str


@dataclass(frozen=True, slots=True)
class AskedToken:
    """Somebody asked the provider for a token, and no answer has been stored: it may have come to nothing, or
    have ended the token in use."""

    ref: str
    asked_at: datetime
    asked_by: str


def token_in_use(db: Database) -> StoredToken | None:
    return _find(db, IN_USE)


def has_token(db: Database, *, environment_token: str) -> bool:
    """Whether any token is in use, good or not."""
    return bool(environment_token) or token_in_use(db) is not None


def find_candidate(db: Database) -> StoredToken | None:
    return _find(db, CANDIDATE)


def find_asked(db: Database) -> AskedToken | None:
    found = row(db, "SELECT * FROM provider_tokens WHERE slot = ?", [ASKED])
    if found is None:
        return None
    return AskedToken(found["ref"], read_time(found["entered_at"]), found["entered_by"])


def note_asked(db: Database, *, asked_by: str, now: datetime) -> AskedToken:
    """Before the provider is asked for a token; what it answers is a candidate."""
    ref = _put(db, ASKED, sealed_token=None, origin=TokenOrigin.FETCHED, entered_by=asked_by, now=now)
    return AskedToken(ref, now, asked_by)


def add_candidate(
    db: Database, *, sealed_token: str, origin: TokenOrigin, entered_by: str, now: datetime
) -> StoredToken:
    """In place of any other candidate, and of a question that this may be the answer to."""
    with transaction(db):
        write(db, "DELETE FROM provider_tokens WHERE slot = ?", [ASKED])
        ref = _put(db, CANDIDATE, sealed_token=sealed_token, origin=origin, entered_by=entered_by, now=now)
    return StoredToken(ref, sealed_token, origin, None, now, entered_by, problem="")


def record_problem(db: Database, ref: str, *, problem: str) -> None:
    write(db, "UPDATE provider_tokens SET problem = ? WHERE ref = ?", [problem, ref])


def record_accepted(db: Database, ref: str, *, customer_id: str) -> None:
    write(db, "UPDATE provider_tokens SET customer_id = ?, problem = '' WHERE ref = ?", [customer_id, ref])


def adopt_candidate(db: Database, ref: str, *, now: datetime) -> bool:
    """From now on the candidate is the one in use; False if it is gone or was never accepted."""
    with transaction(db):
        found = _find(db, CANDIDATE)
        if found is None or found.ref != ref or found.customer_id is None:
            return False
        write(db, "DELETE FROM provider_tokens WHERE slot != ?", [CANDIDATE])
        write(db, "UPDATE provider_tokens SET slot = ? WHERE slot = ?", [IN_USE, CANDIDATE])
        record_customer(db, found.customer_id, now=now)
    return True


def discard(db: Database, ref: str) -> bool:
    """Forget a candidate, or a question without an answer; False if it was gone already."""
    return bool(write(db, "DELETE FROM provider_tokens WHERE slot != ? AND ref = ?", [IN_USE, ref]))


def remove_token(db: Database) -> bool:
    """Forget the token in use; False if there was none."""
    return bool(write(db, "DELETE FROM provider_tokens WHERE slot = ?", [IN_USE]))


def record_customer(db: Database, customer_id: str, *, now: datetime) -> None:
    """The account whose texts the record holds from now on."""
    write(
        db,
        "INSERT INTO provider_customers (customer_id, seen_at) VALUES (?, ?) "
        "ON CONFLICT (customer_id) DO UPDATE SET seen_at = excluded.seen_at",
        [customer_id, time_text(now)],
    )


def known_customer(db: Database) -> str | None:
    """The account whose texts the record holds; None until the provider has said it for the first time."""
    found = row(db, "SELECT customer_id FROM provider_customers ORDER BY seen_at DESC LIMIT 1")
    return None if found is None else str(found["customer_id"])


def _put(
    db: Database,
    slot: str,
    *,
    sealed_token: str | None,
    origin: TokenOrigin,
    entered_by: str,
    now: datetime,
) -> str:
    ref = str(uuid.uuid4())
    write(
        db,
        "INSERT OR REPLACE INTO provider_tokens (slot, ref, sealed_token, origin, entered_at, entered_by) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [slot, ref, sealed_token, origin, time_text(now), entered_by],
    )
    return ref


def _find(db: Database, slot: str) -> StoredToken | None:
    found = row(db, "SELECT * FROM provider_tokens WHERE slot = ?", [slot])
    return None if found is None else _read(found)


def _read(found: sqlite3.Row) -> StoredToken:
    return StoredToken(
        ref=found["ref"],
        sealed_token=found["sealed_token"],
        origin=TokenOrigin(found["origin"]),
        customer_id=found["customer_id"],
        entered_at=read_time(found["entered_at"]),
        entered_by=found["entered_by"],
        problem=found["problem"],
    )
