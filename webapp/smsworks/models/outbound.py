"""What Textdesk asks of the provider. The field names and limits of the wire are in docs/provider.md.

Every class writes itself with `to_wire` and reads the same form back with `from_wire`, so that a request can
be stored as JSON and made later. What is None or empty is left out. `repr` shows no text and no number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Self

from webapp.smsworks import wire
from webapp.smsworks.dates import format_date, parse_date

MOST_FOUND = 1000
"""Messages one reply to a search or a fetch can hold."""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A text to one recipient.

    `destination`: digits with country code, no plus. `scheduled_at`: aware. `ttl_minutes`: until the provider
    deletes the delivery report. `validity_minutes`: 1 to 2880, how long delivery is attempted. `ai`: whether
    the provider may reword a text just over a segment (None: as the account is set).
    """

    sender: str
    destination: str = field(repr=False)
    content: str = field(repr=False)
    scheduled_at: datetime | None = None
    delivery_report_url: str | None = field(default=None, repr=False)
    tag: str | None = None
    ttl_minutes: int | None = None
    validity_minutes: int | None = None
    response_emails: tuple[str, ...] = field(default=(), repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    ai: bool | None = None

    def to_wire(self) -> dict[str, Any]:
        return {
            "sender": self.sender,
            "destination": self.destination,
            "content": self.content,
            **_options(self),
            **_given(responseemail=list(self.response_emails), metadata=_pairs(self.metadata)),
        }

    @classmethod
    def from_wire(cls, fields: Mapping[str, Any]) -> Self:
        return cls(
            destination=fields["destination"],
            response_emails=tuple(fields.get("responseemail", ())),
            metadata=wire.metadata(fields.get("metadata")),
            **_read_options(fields),
        )


class PersonalText(NamedTuple):
    """One text of a collection whose texts differ only in recipient, words and metadata.

    `shared` is `OutboundMessage.to_wire()` of what they have in common, written once, and `pairs` is
    metadata as the wire has it: of five thousand texts the rest is quickly said.
    """

    shared: Mapping[str, Any]
    destination: str
    content: str
    pairs: list[dict[str, str]]

    @property
    def scheduled_at(self) -> datetime | None:
        return parse_date(self.shared.get("schedule"))

    def to_wire(self) -> dict[str, Any]:
        return {
            **self.shared,
            "destination": self.destination,
            "content": self.content,
            "metadata": self.pairs,
        }


@dataclass(frozen=True, slots=True)
class OutboundBatch:
    """One text to up to 5,000 recipients. No metadata and no response e-mails: send_collection has those."""

    sender: str
    destinations: tuple[str, ...] = field(repr=False)
    content: str = field(repr=False)
    scheduled_at: datetime | None = None
    delivery_report_url: str | None = field(default=None, repr=False)
    tag: str | None = None
    ttl_minutes: int | None = None
    validity_minutes: int | None = None
    ai: bool | None = None

    def to_wire(self) -> dict[str, Any]:
        return {
            "sender": self.sender,
            "destinations": list(self.destinations),
            "content": self.content,
            **_options(self),
        }

    @classmethod
    def from_wire(cls, fields: Mapping[str, Any]) -> Self:
        return cls(destinations=tuple(fields["destinations"]), **_read_options(fields))


@dataclass(frozen=True, slots=True)
class MessageQuery:
    """What to search for; every field narrows the search, none is needed.

    `created_from` and `created_to` are aware and inclusive. `limit`: at most `MOST_FOUND`, which is
    the default. `unread` goes with status INCOMING alone: True unread, False read, None both. `sender` of
    an inbound message is the texter, `destination` the reply number.
    """

    status: str | None = None
    credits: Decimal | None = None
    destination: str | None = field(default=None, repr=False)
    sender: str | None = field(default=None, repr=False)
    keyword: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    limit: int | None = None
    skip: int | None = None
    unread: bool | None = None
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)

    def to_wire(self) -> dict[str, Any]:
        period = {
            "from": _date(self.created_from),
            "to": _date(self.created_to),
        }  # "from" is a Python keyword
        return _given(
            **period,
            status=self.status,
            credits=None if self.credits is None else float(self.credits),
            destination=self.destination,
            sender=self.sender,
            keyword=self.keyword,
            limit=self.limit,
            skip=self.skip,
            unread=self.unread,
            metadata=_pairs(self.metadata),
        )

    @classmethod
    def from_wire(cls, fields: Mapping[str, Any]) -> Self:
        return cls(
            status=fields.get("status"),
            credits=wire.number(fields.get("credits")),
            destination=fields.get("destination"),
            sender=fields.get("sender"),
            keyword=fields.get("keyword"),
            created_from=parse_date(fields.get("from")),
            created_to=parse_date(fields.get("to")),
            limit=fields.get("limit"),
            skip=fields.get("skip"),
            unread=fields.get("unread"),
            metadata=wire.metadata(fields.get("metadata")),
        )


def _options(outbound: OutboundMessage | OutboundBatch) -> dict[str, Any]:
    return _given(
        schedule=_date(outbound.scheduled_at),
        deliveryreporturl=outbound.delivery_report_url,
        tag=outbound.tag,
        ttl=outbound.ttl_minutes,
        validity=outbound.validity_minutes,
        ai=outbound.ai,
    )


def _read_options(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sender": fields["sender"],
        "content": fields["content"],
        "scheduled_at": parse_date(fields.get("schedule")),
        "delivery_report_url": fields.get("deliveryreporturl"),
        "tag": fields.get("tag"),
        "ttl_minutes": fields.get("ttl"),
        "validity_minutes": fields.get("validity"),
        "ai": fields.get("ai"),
    }


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _pairs(metadata: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in metadata.items()]


def _date(at: datetime | None) -> str | None:
    return None if at is None else format_date(at)
