"""POST /messages, /messages/inbox and /messages/failed: a query turned into SQL that an index can answer."""

import random

from sqlite_utils import Database

from webapp.messaging.status import MessageStatus

from .messages import StoredMessage, select_messages
from .orders import SearchOrder
from .prices import CREDIT
from .switches import PageOrder, PeriodField, Switches

Condition = tuple[str, tuple[object, ...]]

UNREAD = "unread = 1"
HAS_PAIR = "id IN (SELECT message_id FROM message_metadata WHERE key = ? AND value = ?)"
FAILED = f"status IN ('{MessageStatus.UNDELIVERABLE}', '{MessageStatus.EXPIRED}', '{MessageStatus.REJECTED}')"

NEWEST_FIRST = "created_at DESC, id DESC"
ORDERS = {
    PageOrder.NEWEST_FIRST: NEWEST_FIRST,
    PageOrder.OLDEST_FIRST: "created_at ASC, id ASC",
    PageOrder.RANDOM: NEWEST_FIRST,
    # The same for every page, so that they hold everything between them, and the order of nothing.
    PageOrder.SCRAMBLED: "id % 65521 * 40503 % 65521, id",
}


def search(
    db: Database, order: SearchOrder, switches: Switches, *, now: int, among: str = ""
) -> list[StoredMessage]:
    """One page of the messages that match; among: a further SQL condition."""
    conditions = [*_equalities(order, indexed=among != UNREAD), *_period(order, switches)]
    if switches.log_lag_seconds and among != UNREAD:
        conditions.append(("created_at <= ?", (now - round(switches.log_lag_seconds * 1000),)))
    wheres = [text for text, _ in conditions] + ([among] if among else [])
    values = [value for _, values in conditions for value in values]
    where = f"WHERE {' AND '.join(wheres)} " if wheres else ""
    page = f"ORDER BY {ORDERS[switches.page_order]} LIMIT ? OFFSET ?"
    skip = max(0, order.skip - switches.repeated_rows)
    found = select_messages(db, where + page, [*values, order.limit, skip])
    if switches.page_order in (PageOrder.RANDOM, PageOrder.SCRAMBLED):
        random.shuffle(found)
    return found


def _equalities(order: SearchOrder, *, indexed: bool) -> list[Condition]:
    """The fields that must be equal, the most selective first.

    SQLite may use an index for that one only: the + keeps it from choosing, say, the index of all
    delivered messages over the one of the few to a single number.
    """
    asked = [
        ("destination = ?", order.destination),
        ("keyword = ? AND keyword <> ''", order.keyword),
        ("credits = ?", None if order.credits is None else round(order.credits * CREDIT)),
        ("sender = ?", order.sender),
        ("status = ?", order.status),
        ("unread = ?", None if order.unread is None else int(order.unread)),
    ]
    pairs = [(f"{'' if indexed else '+'}{HAS_PAIR}", (key, value)) for key, value in order.metadata]
    equal = [(text, (value,)) for text, value in asked if value not in (None, "")]
    first = 1 if indexed and not pairs else 0
    return [*pairs, *equal[:first], *((f"+{text}", values) for text, values in equal[first:])]


def _period(order: SearchOrder, switches: Switches) -> list[Condition]:
    field = "created_at" if switches.period_field is PeriodField.CREATED else "modified_at"
    edge = "=" if switches.period_inclusive else ""
    conditions: list[Condition] = []
    if order.after is not None:
        conditions.append((f"{field} >{edge} ?", (order.after,)))
    if order.before is not None:
        conditions.append((f"{field} <{edge} ?", (order.before,)))
    return conditions
