"""What the provider answers to a call that does something. Without an id it is no receipt: Unreadable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

from webapp.smsworks import wire


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """An accepted text: `credits_used` is the charge, `credits_left` the balance after it."""

    message_id: str
    status: str
    credits_left: Decimal | None
    credits_used: Decimal | None
    segments: int | None
    raw: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, document: object) -> Self:
        fields = wire.record(document)
        return cls(
            message_id=_required_id(fields, "messageid", "id"),
            status=wire.text(fields.get("status")),
            credits_left=wire.number(fields.get("credits")),
            credits_used=wire.number(fields.get("creditsUsed")),
            segments=wire.whole_number(fields.get("messageparts")),
            raw=fields,
        )


@dataclass(frozen=True, slots=True)
class ScheduleReceipt:
    """A text that waits for its time."""

    message_id: str
    status: str
    raw: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, document: object) -> Self:
        fields = wire.record(document)
        return cls(_required_id(fields, "messageid", "id"), wire.text(fields.get("status")), fields)


@dataclass(frozen=True, slots=True)
class BatchReceipt:
    """An accepted batch or collection. Do not test `status`: it may read SCHEDULED for one sent at once."""

    batch_id: str
    status: str
    raw: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, document: object) -> Self:
        fields = wire.record(document)
        return cls(_required_id(fields, "batchid", "id"), wire.text(fields.get("status")), fields)


@dataclass(frozen=True, slots=True)
class Removal:
    """A deleted record (DELETED) or a cancelled schedule (CANCELLED); `status` is the provider's word."""

    item_id: str
    status: str
    raw: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, document: object) -> Self:
        fields = wire.record(document)
        item_id = _required_id(fields, "messageid", "batchid", "id")
        return cls(item_id, wire.text(fields.get("status")), fields)


def _required_id(fields: Mapping[str, Any], *names: str) -> str:
    found = wire.identity(fields, *names)
    if not found:
        raise wire.Unreadable("the receipt has no id")
    return found
