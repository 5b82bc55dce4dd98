"""Scheduled items: kept until they are due, then turned into messages; cancelled before that."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlite_utils import Database

from webapp.messaging.status import MessageStatus

from .accepted import write_log
from .accepting import Terms, cost_of, refuse_later, require_credits, take_on
from .ids import take_ids
from .ledger import balance_of
from .orders import TextOrder
from .refusals import extended
from .switches import Switches

DAY = 24 * 60 * 60 * 1000
SHOWN_FOR = 92 * DAY
COLUMNS = "id, is_batch, status, body, scheduled_at"


@dataclass(frozen=True, slots=True)
class ScheduledItem:
    """One scheduled call: what all its texts have in common, and whom they go to."""

    id: int
    is_batch: bool
    status: str
    scheduled_at: int
    shared: TextOrder
    destinations: tuple[str, ...]

    @property
    def orders(self) -> list[TextOrder]:
        return [replace(self.shared, destination=number) for number in self.destinations]


def schedule(db: Database, orders: Sequence[TextOrder], *, operation: str, now: int, is_batch: bool) -> int:
    """Keeps the texts, all alike but for their destination, until they are due; the id of the item.

    Credits must suffice now, and are charged when the texts go.
    """
    require_credits(db, orders)
    number = take_ids(db)[0]
    body = {"shared": asdict(orders[0]), "destinations": [order.destination for order in orders]}
    db.execute(
        f"INSERT INTO scheduled ({COLUMNS}, created_at) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
        [number, is_batch, MessageStatus.SCHEDULED, json.dumps(body), orders[0].scheduled_at, now],
    )
    message_ids, batch_id = ((), number) if is_batch else ((number,), None)
    write_log(db, orders, operation=operation, at=now, message_ids=message_ids, batch_id=batch_id)
    return number


def list_scheduled(db: Database, now: int) -> list[ScheduledItem]:
    """The last three months and the future, latest first."""
    rows = db.execute(
        f"SELECT {COLUMNS} FROM scheduled WHERE scheduled_at >= ? ORDER BY scheduled_at DESC, id DESC",  # noqa: S608
        [now - SHOWN_FOR],
    )
    return [_read_item(row) for row in rows]


def cancel(db: Database, number: int, switches: Switches, *, is_batch: bool) -> None:
    """Raises the Refusal of anything that is not waiting to be sent."""
    changed = db.execute(
        "UPDATE scheduled SET status = ? WHERE id = ? AND is_batch = ? AND status = ?",
        [MessageStatus.CANCELLED, number, is_batch, MessageStatus.SCHEDULED],
    ).rowcount
    if not changed:
        raise extended(
            switches.not_scheduled_status,
            "There is no scheduled message with this id that has not been processed or cancelled",
            code=switches.not_scheduled_status,
            state="ERROR",
            permanent=True,
        )


def process_due(db: Database, now: int, switches: Switches) -> int:
    """Turns what is due into messages, as of the moment they were due; how many items."""
    rows = db.execute(
        f"SELECT {COLUMNS} FROM scheduled WHERE status = 'SCHEDULED' AND scheduled_at <= ?"  # noqa: S608
        " ORDER BY scheduled_at, id",
        [now],
    ).fetchall()
    for row in rows:
        _process(db, _read_item(row), switches)
    return len(rows)


def _process(db: Database, item: ScheduledItem, switches: Switches) -> None:
    batch_id = item.id if item.is_batch else None
    terms = Terms(at=item.scheduled_at, pace=switches.pace, batch_id=batch_id)
    ids = (item.id,) if switches.processed_keeps_id and not item.is_batch else ()
    orders = item.orders
    if sum(map(cost_of, orders)) > balance_of(db):
        refuse_later(db, orders, terms, ids)
    else:
        take_on(db, orders, terms, ids)
    db.execute("UPDATE scheduled SET status = ? WHERE id = ?", [MessageStatus.PROCESSED, item.id])


def _read_item(row: Sequence[Any]) -> ScheduledItem:
    number, is_batch, status, body, scheduled_at = row
    kept = json.loads(body)
    shared = TextOrder(**kept["shared"])
    pairs = tuple((key, value) for key, value in shared.metadata)
    return ScheduledItem(
        number,
        bool(is_batch),
        status,
        scheduled_at,
        replace(shared, metadata=pairs),
        tuple(kept["destinations"]),
    )
