"""Records of the provider's: whatever is missing, null or of another type than described is borne."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from webapp.smsworks import wire
from webapp.smsworks.dates import parse_date


@dataclass(frozen=True, slots=True)
class FailureReason:
    """Why a text is not delivered. `permanent`: None is not known. Code "0" is "nothing wrong"."""

    code: str | None
    details: str
    permanent: bool | None

    @classmethod
    def from_wire(cls, value: object) -> Self | None:
        if isinstance(value, Mapping) and value:
            code = wire.optional_text(value.get("code"))
            return cls(code, wire.text(value.get("details")), wire.flag(value.get("permanent")))
        return cls(None, wire.text(value), None) if value and not isinstance(value, Mapping) else None


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the provider's log, outbound or inbound.

    Times are aware UTC, telephone numbers digits, credits exact. `status` is the provider's word, known to us
    or not. On an inbound message (INCOMING) `sender` is the texter and `destination` our reply number. `raw`
    is the record as it came, and can be written as JSON.
    """

    message_id: str
    status: str
    sender: str = field(default="", repr=False)
    destination: str = field(default="", repr=False)
    content: str = field(default="", repr=False)
    batch_id: str | None = None
    customer_id: str | None = None
    tag: str | None = None
    keyword: str | None = None
    identifier: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    scheduled_at: datetime | None = None
    delivery_report_url: str | None = field(default=None, repr=False)
    failure: FailureReason | None = None
    credits: Decimal | None = None
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_wire(cls, fields: Mapping[str, Any]) -> Self:
        return cls(
            message_id=wire.identity(fields, "messageid", "id") or wire.fingerprint(fields),
            status=wire.text(fields.get("status")),
            sender=wire.digits(fields.get("sender")),
            destination=wire.digits(fields.get("destination")),
            content=wire.text(fields.get("content")),
            batch_id=wire.optional_text(fields.get("batchid")),
            customer_id=wire.optional_text(fields.get("customerid")),
            tag=wire.optional_text(fields.get("tag")),
            keyword=wire.optional_text(fields.get("keyword")),
            identifier=wire.optional_text(fields.get("identifier")),
            created_at=parse_date(fields.get("created")),
            modified_at=parse_date(fields.get("modified")),
            scheduled_at=parse_date(fields.get("schedule")),
            delivery_report_url=wire.optional_text(fields.get("deliveryreporturl")),
            failure=FailureReason.from_wire(fields.get("failurereason")),
            credits=wire.number(fields.get("credits")),
            metadata=wire.metadata(fields.get("metadata")),
            raw=fields,
        )


@dataclass(frozen=True, slots=True)
class ScheduledItem:
    """A text or batch that is or was scheduled. `status`: SCHEDULED, PROCESSED or CANCELLED."""

    item_id: str
    is_batch: bool
    status: str
    sender: str = field(repr=False)
    destinations: tuple[str, ...] = field(repr=False)
    content: str = field(repr=False)
    scheduled_at: datetime | None
    raw: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, fields: Mapping[str, Any]) -> Self:
        message = _scheduled_message(fields)
        destinations = _destinations(message)
        said = wire.flag(fields.get("batch"))
        return cls(
            item_id=wire.identity(fields, "id", "messageid", "batchid") or wire.fingerprint(fields),
            is_batch="destinations" in message if said is None else said,
            status=wire.text(fields.get("status")),
            sender=wire.digits(message.get("sender")),
            destinations=destinations,
            content=wire.text(message.get("content")),
            scheduled_at=parse_date(message.get("schedule")),
            raw=fields,
        )


@dataclass(frozen=True, slots=True)
class Price:
    """What one segment to a country costs. `code`: two letters, such as "IE"."""

    code: str
    country: str
    credits: Decimal

    @classmethod
    def from_wire(cls, document: object) -> Self:
        fields = wire.record(document)
        return cls(wire.text(fields.get("code")), wire.text(fields.get("country")), required_credits(fields))


def read_messages(document: object) -> tuple[Message, ...]:
    """The messages of a list reply. Raises Unreadable."""
    return tuple(Message.from_wire(fields) for fields in wire.records(document))


def read_scheduled(document: object) -> tuple[ScheduledItem, ...]:
    """The items of the scheduled list. Raises Unreadable."""
    return tuple(ScheduledItem.from_wire(fields) for fields in wire.records(document))


def read_message(document: object) -> Message:
    """The message of a reply that should hold one. Raises Unreadable."""
    found = wire.records(document)
    if len(found) != 1 or not wire.identity(found[0], "messageid", "id"):
        raise wire.Unreadable("the reply is not one message with an id")
    return Message.from_wire(found[0])


def required_credits(document: object) -> Decimal:
    """The credits of a balance or a price. Raises Unreadable."""
    credits = wire.number(wire.record(document).get("credits"))
    if credits is None:
        raise wire.Unreadable("the reply holds no number of credits")
    return credits


def _scheduled_message(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The text of a scheduled item: its `message`, that one's `schema`, or the item itself."""
    for name in ("message", "schema"):
        inner = fields.get(name)
        fields = inner if isinstance(inner, Mapping) else fields
    return fields


def _destinations(message: Mapping[str, Any]) -> tuple[str, ...]:
    listed = message.get("destinations") or message.get("destination")
    several = listed if isinstance(listed, list) else [listed]
    return tuple(number for number in map(wire.digits, several) if number)
