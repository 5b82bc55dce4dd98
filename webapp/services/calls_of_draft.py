"""From a draft to the calls that send it, and from a call back to a draft."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.numbers import format_number
from webapp.messaging.segments import segment_content
from webapp.services.prices import last_known_price
from webapp.smsworks.models import OutboundMessage
from webapp.store import drafts
from webapp.store.calls import Call, NewCall, Operation, Purpose
from webapp.store.connection import json_text
from webapp.store.drafts import Delivery, Draft, DraftText

REF_KEY = "textdesk-ref"
GIVE_UP_AFTER = timedelta(hours=1)

_OPERATIONS: Mapping[Delivery, Operation] = {
    Delivery.NOW: Operation.SEND_MESSAGE,
    Delivery.FLASH: Operation.SEND_FLASH,
    Delivery.LATER: Operation.SCHEDULE_MESSAGE,
}


def new_call(
    db: Database,
    draft: Draft,
    number: str,
    *,
    user_id: int,
    now: datetime,
    purpose: Purpose = Purpose.SEND,
) -> NewCall:
    """One recipient's call, with a ref of its own that marks the text at the provider.

    A copy of a scheduled text goes at once.
    """
    ref = str(uuid.uuid4())
    delivery = draft.text.delivery
    if purpose is Purpose.COPY and delivery is Delivery.LATER:
        delivery = Delivery.NOW
    payload_text = json_text(_message(draft, number, ref=ref, delivery=delivery).to_wire())
    return NewCall(
        ref=ref,
        draft_id=draft.id,
        draft_version=draft.version,
        purpose=purpose,
        operation=_OPERATIONS[delivery],
        destination=number,
        payload_text=payload_text,
        payload_hash=hashlib.sha256(payload_text.encode()).hexdigest(),
        content_hash=drafts.content_hash(draft.text.content),
        estimated_credits=segment_content(draft.text.content).segments * last_known_price(db, number),
        give_up_at=_give_up_at(draft, delivery, now=now),
        goes_at=draft.text.scheduled_at if delivery is Delivery.LATER and draft.text.scheduled_at else now,
        created_by=user_id,
    )


def _message(draft: Draft, number: str, *, ref: str, delivery: Delivery) -> OutboundMessage:
    options: dict[str, Any] = dict(draft.text.options)
    return OutboundMessage(
        sender=draft.text.sender,
        destination=number,
        content=draft.text.content,
        scheduled_at=draft.text.scheduled_at if delivery is Delivery.LATER else None,
        tag=options.get("tag"),
        ttl_minutes=options.get("ttl_minutes"),
        validity_minutes=options.get("validity_minutes"),
        response_emails=tuple(options.get("response_emails", ())),
        metadata={**options.get("metadata", {}), REF_KEY: ref},
        ai=options.get("ai"),
    )


def _give_up_at(draft: Draft, delivery: Delivery, *, now: datetime) -> datetime:
    if delivery is Delivery.LATER and draft.text.scheduled_at is not None:
        return draft.text.scheduled_at
    return now + GIVE_UP_AFTER


def text_to_resend(call: Call) -> DraftText | None:
    """The same text to the same number, now, or as flash if it went so; None if it was deleted."""
    if not call.payload:
        return None
    sent = replace(OutboundMessage.from_wire(call.payload), scheduled_at=None)
    delivery = Delivery.FLASH if call.operation is Operation.SEND_FLASH else Delivery.NOW
    return _text_of(sent, delivery, typed_time={})


def text_to_change(scheduled: OutboundMessage, *, timezone: ZoneInfo) -> DraftText:
    """A scheduled text as it is, to be written anew; its time is typed in that zone."""
    return _text_of(scheduled, Delivery.LATER, typed_time=typed_time(scheduled.scheduled_at, timezone))


def typed_time(at: datetime | None, timezone: ZoneInfo) -> dict[str, str]:
    """The fields of a form in which somebody types that time."""
    if at is None:
        return {}
    local = at.astimezone(timezone)
    return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "fold": str(local.fold)}


def _text_of(sent: OutboundMessage, delivery: Delivery, *, typed_time: Mapping[str, str]) -> DraftText:
    metadata = {key: value for key, value in sent.metadata.items() if key != REF_KEY}
    options = {
        "tag": sent.tag,
        "ttl_minutes": sent.ttl_minutes,
        "validity_minutes": sent.validity_minutes,
        "response_emails": list(sent.response_emails) or None,
        "metadata": metadata or None,
        "ai": sent.ai,
    }
    return DraftText(
        delivery=delivery,
        typed={**_as_typed(sent, delivery, metadata), **typed_time},
        numbers=(sent.destination,),
        sender=sent.sender,
        content=sent.content,
        scheduled_at=sent.scheduled_at,
        options={name: value for name, value in options.items() if value is not None},
    )


def _as_typed(sent: OutboundMessage, delivery: Delivery, metadata: Mapping[str, str]) -> dict[str, Any]:
    """The Compose form as somebody would have filled it in for that text."""
    return {
        "recipients": format_number(sent.destination),
        "sender": sent.sender,
        "content": sent.content,
        "when": delivery.value,
        "tag": sent.tag or "",
        "ttl_minutes": sent.ttl_minutes,
        "validity_minutes": sent.validity_minutes,
        "response_emails": ", ".join(sent.response_emails),
        "metadata": [{"key": key, "value": value} for key, value in metadata.items()],
        "ai": "" if sent.ai is None else "on" if sent.ai else "off",
    }
