"""The chain that holds the audit trail together: each entry's hash covers its content and the hash before it.

Whoever changes, removes or slips in an entry breaks the chain at that place (`verify`); cutting off the end
shows only against a hash that was noted before.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import json_text, read_time, row

FIRST = ""
"""What stands in the place of the hash before the first entry."""
_CONTENT = ("id", "at", "user_id", "user_name", "action", "subject", "details")


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: how many there are with it, its hash, and when it was made; None for no entry."""

    entries: int
    hash: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look through the whole chain showed: its `head` as far as it fits, and the first `problem`.

    `has_expected` is None if no hash was looked for.
    """

    head: Head
    problem: str | None
    has_expected: bool | None


def hash_of(content: Sequence[object], *, previous: str) -> str:
    """SHA-256, in hexadecimal, over the canonical JSON of the hash before and the values of one entry.

    `content` is in the order of the columns; times and details are the text that stands in the table.
    """
    return hashlib.sha256(json_text([previous, *content]).encode()).hexdigest()


def read_head(db: Database) -> Head:
    found = row(db, "SELECT id, hash, at FROM audit WHERE id = (SELECT MAX(id) FROM audit)")
    return Head(found["id"], found["hash"], read_time(found["at"])) if found else Head(0, FIRST, None)


def verify(db: Database, *, expected: str | None = None) -> Verdict:
    """Read the whole trail, an entry at a time, and check each against the one before."""
    head, has_expected = Head(0, FIRST, None), None if expected is None else False
    for entry in db.conn.execute("SELECT * FROM audit ORDER BY id"):
        if problem := _problem(entry, head):
            return Verdict(head, problem, has_expected)
        head = Head(entry["id"], entry["hash"], read_time(entry["at"]))
        if head.hash == expected:
            has_expected = True
    return Verdict(head, None, has_expected)


def _problem(entry: sqlite3.Row, head: Head) -> str | None:
    if entry["id"] != head.entries + 1:
        return f"entry {head.entries + 1} is missing: entry {entry['id']} follows on entry {head.entries}"
    if entry["hash"] != hash_of([entry[name] for name in _CONTENT], previous=head.hash):
        return f"entry {entry['id']}, at {entry['at']}, does not fit: it or the one before was changed"
    return None
