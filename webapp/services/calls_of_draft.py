"""From a draft to the calls that send it, and from a call back to a draft."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

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


def text_to_resend(db: Database, call: Call) -> DraftText:
    """The same text to the same number, to go now, or as flash if it went as flash."""
    draft = drafts.get_draft(db, call.draft_id)
    if draft is None or not call.payload:
        raise LookupError("the text of this call is gone")
    delivery = Delivery.FLASH if draft.text.delivery is Delivery.FLASH else Delivery.NOW
    typed = {**draft.text.typed, "recipients": format_number(call.destination), "when": delivery}
    return replace(draft.text, delivery=delivery, typed=typed, numbers=(call.destination,), scheduled_at=None)
