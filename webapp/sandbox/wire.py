"""How stored things look in replies and webhooks, by the switches."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response

from webapp.messaging.status import MessageStatus

from .dates import write_date
from .ids import wire_id
from .ledger import as_credits
from .messages import StoredMessage
from .scheduling import ScheduledItem
from .switches import AbsentForm, DestinationForm, InboundNames, MetadataForm, ReplyShape, Switches

CUSTOMER_ID = "5a4d5e1c-7b1f-4f6e-9c53-2f1f0a7e4d10"
JSON_TYPE = "application/json;charset=UTF-8"

Json = dict[str, Any]


def json_reply(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, content_type=JSON_TYPE)


def list_reply(messages: Sequence[StoredMessage], switches: Switches) -> Response:
    bodies = [message_body(message, switches) for message in messages]
    return json_reply({"messages": bodies} if switches.wrapped_lists else bodies)


def message_body(message: StoredMessage, switches: Switches) -> Json:
    """The provider's MessageResponse."""
    body: Json = {
        "id": wire_id(message.id),
        "messageid": wire_id(message.id),
        "batchid": None if message.batch_id is None else wire_id(message.batch_id),
        "customerid": CUSTOMER_ID,
        "sender": message.sender,
        "destination": _destination(message, switches),
        "content": message.content,
        "tag": message.tag or None,
        "status": message.status,
        "created": write_date(message.created_at, switches.date_form),
        "modified": write_date(message.modified_at, switches.date_form),
        "schedule": _schedule(message, switches),
        "deliveryreporturl": message.delivery_report_url or None,
        "keyword": message.keyword or None,
        "failurereason": _failure(message),
        **_metadata(message, switches),
    }
    if switches.message_credits:
        body["credits"] = as_credits(message.credits)
    return _with_absent(body, switches.absent_fields)


def scheduled_body(item: ScheduledItem, switches: Switches) -> Json:
    message: Json = {
        "sender": item.shared.sender,
        "content": item.shared.content,
        "schedule": write_date(item.scheduled_at, switches.date_form),
    }
    if item.is_batch:
        message["destinations"] = list(item.destinations)
    else:
        message["destination"] = item.destinations[0]
    return {
        "id": wire_id(item.id),
        "batch": item.is_batch,
        "status": item.status,
        "message": {"schema": message} if switches.scheduled_message_nested else message,
    }


def scheduled_reply(items: Sequence[ScheduledItem], switches: Switches) -> Response:
    bodies = [scheduled_body(item, switches) for item in items]
    if switches.scheduled_list is ReplyShape.OBJECT and len(bodies) == 1:
        return json_reply(bodies[0])
    return json_reply({"messages": bodies} if switches.wrapped_lists else bodies)


def inbound_body(message: StoredMessage, switches: Switches) -> Json:
    """What the inbound webhook receives."""
    values = (wire_id(message.id), message.content, message.sender, message.destination)
    names = ("messageid", "content", "from", "to")
    if switches.inbound_names is InboundNames.ALTERNATIVE:
        names = ("id", "message", "source", "destination")
    body: Json = {"messagetype": "incoming", **dict(zip(names, values, strict=True))}
    return body | ({"keyword": message.keyword} if message.keyword else {})


def _destination(message: StoredMessage, switches: Switches) -> str | int:
    inbound = message.status == MessageStatus.INCOMING
    if inbound or switches.destination_form is DestinationForm.STRING:
        return message.destination
    return int(message.destination)


def _schedule(message: StoredMessage, switches: Switches) -> str | int | None:
    if message.scheduled_at is None:
        return None
    return write_date(message.scheduled_at, switches.date_form)


def _failure(message: StoredMessage) -> Json | None:
    if message.failure_code is None:
        return None
    return {
        "code": message.failure_code,
        "details": message.failure_details,
        "permanent": bool(message.failure_permanent),
    }


def _metadata(message: StoredMessage, switches: Switches) -> Json:
    pairs = message.pairs
    if not pairs or switches.metadata_form is MetadataForm.ABSENT:
        return {}
    if switches.metadata_form is MetadataForm.MAP:
        return {"metadata": dict(pairs)}
    return {"metadata": [{"key": key, "value": value} for key, value in pairs]}


def _with_absent(body: Json, form: AbsentForm) -> Json:
    """EMPTY keeps the fields that the description requires as "" and leaves the others out."""
    if form is AbsentForm.NULL:
        return body
    present = {name: value for name, value in body.items() if value is not None}
    return {"tag": "", "schedule": "", **present} if form is AbsentForm.EMPTY else present
