"""Every movement of credits. The balance is what the last row says, and always the sum of all rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlite_utils import Database

from .prices import CREDIT


class EntryKind(StrEnum):
    TOP_UP = "top-up"
    CHARGE = "charge"
    REFUND = "refund"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Entry:
    """amount: thousandths of a credit, negative for a charge."""

    at: int
    kind: EntryKind
    amount: int
    message_id: int | None = None


def balance_of(db: Database) -> int:
    row = db.execute("SELECT balance FROM ledger ORDER BY id DESC LIMIT 1").fetchone()
    return row[0] if row else 0


def post(db: Database, entries: Iterable[Entry]) -> int:
    """Adds the entries in order; the balance after them. Entries that move nothing are left out."""
    balance = balance_of(db)
    rows = []
    for entry in entries:
        if entry.amount:
            balance += entry.amount
            rows.append((entry.at, entry.kind, entry.amount, balance, entry.message_id))
    db.conn.executemany(
        "INSERT INTO ledger (at, kind, amount, balance, message_id) VALUES (?, ?, ?, ?, ?)", rows
    )
    return balance


def set_balance(db: Database, balance: int, at: int) -> None:
    post(db, [Entry(at, EntryKind.CORRECTION, balance - balance_of(db))])


def as_credits(amount: int) -> float:
    return amount / CREDIT


def as_amount(credits_count: Decimal | float | str) -> int:
    """Thousandths in so many credits, rounded. Raises ArithmeticError for what is no number."""
    return int((Decimal(str(credits_count)) * CREDIT).to_integral_value())


def list_entries(db: Database, limit: int) -> list[Entry]:
    """The latest entries, newest first."""
    rows = db.execute(
        "SELECT at, kind, amount, message_id FROM ledger ORDER BY id DESC LIMIT ?", [limit]
    ).fetchall()
    return [Entry(at, EntryKind(kind), amount, message_id) for at, kind, amount, message_id in rows]
