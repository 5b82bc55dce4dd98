"""Taking texts on: in one transaction each is logged, stored and charged, or none of it happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlite_utils import Database

from webapp.messaging.segments import segment_content
from webapp.messaging.status import MessageStatus

from .endings import ending_of
from .ids import take_ids
from .ledger import Entry, EntryKind, balance_of, post
from .messages import StoredMessage, insert_messages, pairs_as_text
from .orders import TextOrder
from .prices import price_to
from .refusals import not_enough_credits

SPREAD_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """messages: in the order they were asked for; charged and balance: thousandths of a credit."""

    messages: tuple[StoredMessage, ...]
    charged: int
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How texts are taken on. at: the moment, in milliseconds; pace: see Switches.pace."""

    at: int
    pace: float = 1.0
    batch_id: int | None = None


@lru_cache(maxsize=16384)
def segments_of(content: str) -> int:
    return segment_content(content).segments


def cost_of(order: TextOrder) -> int:
    """Thousandths of a credit; nothing for a text that the platform will reject."""
    price = price_to(order.destination)
    if price is None or ending_of(order.destination).rejected:
        return 0
    return segments_of(order.content) * price.amount


def require_credits(db: Database, orders: Sequence[TextOrder]) -> None:
    """Raises the 402 Refusal unless the balance covers all of these and none is to a number ending in 97."""
    if ending_of(orders[0].destination).no_credits or sum(map(cost_of, orders)) > balance_of(db):
        raise not_enough_credits()


def take_on(db: Database, orders: Sequence[TextOrder], terms: Terms, ids: Sequence[int] = ()) -> Acceptance:
    """Stores and charges the texts; ids: those to use, newly taken ones by default."""
    numbered = zip(orders, ids or take_ids(db, len(orders)), strict=True)
    messages = tuple(_new_message(order, number, terms) for order, number in numbered)
    insert_messages(db, messages)
    charges = (Entry(terms.at, EntryKind.CHARGE, -message.credits, message.id) for message in messages)
    balance = post(db, charges)
    charged = sum(message.credits for message in messages)
    return Acceptance(messages=messages, charged=charged, balance=balance)


def refuse_later(db: Database, orders: Sequence[TextOrder], terms: Terms, ids: Sequence[int] = ()) -> None:
    """Stores scheduled texts that could not be paid for when they were due: REJECTED, not charged."""
    numbered = zip(orders, ids or take_ids(db, len(orders)), strict=True)
    insert_messages(db, [_rejected(order, number, terms) for order, number in numbered])


def _new_message(order: TextOrder, number: int, terms: Terms) -> StoredMessage:
    ending = ending_of(order.destination)
    if ending.rejected:
        return _rejected(order, number, terms)
    spread = number % SPREAD_MILLISECONDS
    wait = (round(ending.steps[0].after_seconds * 1000) + spread) * terms.pace if ending.steps else None
    return _message(
        order,
        number,
        terms,
        status=MessageStatus.SENT,
        cost=cost_of(order),
        due_at=None if wait is None else terms.at + round(wait),
    )


def _rejected(order: TextOrder, number: int, terms: Terms) -> StoredMessage:
    return _message(order, number, terms, status=MessageStatus.REJECTED, cost=0, due_at=None)


def _message(
    order: TextOrder, number: int, terms: Terms, *, status: MessageStatus, cost: int, due_at: int | None
) -> StoredMessage:
    return StoredMessage(
        id=number,
        batch_id=terms.batch_id,
        status=status,
        sender=order.sender,
        destination=order.destination,
        content=order.content,
        tag=order.tag,
        credits=cost,
        created_at=terms.at,
        modified_at=terms.at,
        scheduled_at=order.scheduled_at,
        delivery_report_url=order.delivery_report_url,
        metadata=pairs_as_text(order.metadata),
        due_at=due_at,
    )
