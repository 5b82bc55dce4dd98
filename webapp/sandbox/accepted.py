"""The log of accepted texts: what tests and drills count to see that nothing was sent twice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlite_utils import Database

from .ids import take_ids, wire_id
from .messages import pairs_as_text
from .orders import TextOrder
from .validation import Pairs

INSERTED = (
    "call_id, operation, message_id, batch_id, sender, destination, content, tag, metadata, scheduled_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedText:
    """One text that a call was told is accepted. Rows of one call share call_id; times are milliseconds.

    message_id is the scheduled item's for a scheduled message, and None for the texts of a scheduled batch.
    """

    call_id: int
    operation: str
    message_id: str | None
    batch_id: str | None
    sender: str
    destination: str
    content: str
    tag: str
    metadata: Pairs
    scheduled_at: int | None
    accepted_at: int


def write_log(
    db: Database,
    orders: Sequence[TextOrder],
    *,
    operation: str,
    at: int,
    message_ids: Sequence[int] = (),
    batch_id: int | None = None,
) -> None:
    """Must stand in the transaction that accepts the texts."""
    call_id = take_ids(db)[0]
    numbered = zip_longest(orders, message_ids)
    db.conn.executemany(
        f"INSERT INTO accepted ({INSERTED}, accepted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        ((call_id, operation, number, batch_id, *_order_values(order), at) for order, number in numbered),
    )


def list_accepted(db: Database, *, destination: str = "", limit: int = -1) -> tuple[AcceptedText, ...]:
    """Oldest first; to one destination, or to all; limit -1 means no limit."""
    rows = db.execute(
        f"SELECT {INSERTED}, accepted_at FROM accepted WHERE ? IN ('', destination) ORDER BY id LIMIT ?",  # noqa: S608
        [destination, limit],
    )
    return tuple(_read(row) for row in rows)


def count_accepted(db: Database) -> dict[str, int]:
    """How many texts were accepted for each destination."""
    return dict(db.execute("SELECT destination, count(*) FROM accepted GROUP BY destination").fetchall())


def _order_values(order: TextOrder) -> tuple[object, ...]:
    pairs = pairs_as_text(order.metadata)
    return (order.sender, order.destination, order.content, order.tag, pairs, order.scheduled_at)


def _read(row: Sequence[Any]) -> AcceptedText:
    names = (*INSERTED.split(", "), "accepted_at")
    values = dict(zip(names, row, strict=True))
    for name in ("message_id", "batch_id"):
        values[name] = None if values[name] is None else wire_id(values[name])
    values["metadata"] = tuple((key, value) for key, value in json.loads(values["metadata"]))
    return AcceptedText(**values)
