"""What the provider posts to us by itself: delivery reports and texts that came in (docs/provider.md).

There is no signature, so nothing is believed that is not needed.
"""

from collections.abc import Mapping
from typing import Any

from webapp.smsworks import wire
from webapp.smsworks.dates import parse_date
from webapp.smsworks.models.received import FailureReason, Message

_INCOMING = "incoming"
_ID = ("messageid", "id")
_TEXTER = ("from", "source", "sender")
_OURS = ("to", "destination")
_CONTENT = ("content", "message")


def read_delivery_reports(document: object) -> tuple[Message, ...]:
    """Of each report, what says which message it is about and what became of it. Raises Unreadable."""
    reports = [_report(fields) for fields in _objects(document) if wire.identity(fields, *_ID)]
    if not reports:
        raise wire.Unreadable("no report with an id in it")
    return tuple(report for report in reports if report.status)


def read_inbound_posts(document: object) -> tuple[Message, ...]:
    """The texts that came in. Raises Unreadable if there is nothing like a text in it."""
    posted = _objects(document)
    texts = tuple(_inbound(fields) for fields in posted if _is_inbound(fields))
    if not texts and not any("messagetype" in fields for fields in posted):
        raise wire.Unreadable("no text in it")
    return texts


def _objects(document: object) -> tuple[Mapping[str, Any], ...]:
    listed = document.get("messages") if isinstance(document, dict) else document
    if isinstance(document, dict) and not isinstance(listed, list):
        listed = [document]
    if not isinstance(listed, list):
        raise wire.Unreadable("neither an object nor a list")
    return tuple(entry for entry in listed if isinstance(entry, dict))


def _report(fields: Mapping[str, Any]) -> Message:
    return Message(
        message_id=wire.identity(fields, *_ID),
        status=wire.text(fields.get("status")).strip(),
        sender=wire.digits(fields.get("sender")),
        destination=wire.digits(fields.get("destination")),
        content=wire.text(fields.get("content")),
        batch_id=wire.optional_text(fields.get("batchid")),
        keyword=wire.optional_text(fields.get("keyword")),
        created_at=parse_date(fields.get("created")),
        modified_at=parse_date(fields.get("modified")),
        failure=FailureReason.from_wire(fields.get("failurereason")),
    )


def _is_inbound(fields: Mapping[str, Any]) -> bool:
    kind = wire.text(fields.get("messagetype")).lower()
    return kind in ("", _INCOMING) and any(_first(fields, names) for names in (_TEXTER, _CONTENT))


def _inbound(fields: Mapping[str, Any]) -> Message:
    known = {name: fields.get(name) for name in (*_ID, *_TEXTER, *_OURS, *_CONTENT)}
    return Message(
        message_id=wire.identity(fields, *_ID) or wire.fingerprint(known),
        status=_INCOMING.upper(),
        sender=wire.digits(_first(fields, _TEXTER)),
        destination=wire.digits(_first(fields, _OURS)),
        content=wire.text(_first(fields, _CONTENT)),
        keyword=wire.optional_text(fields.get("keyword")),
        identifier=wire.optional_text(fields.get("identifier")),
        created_at=parse_date(fields.get("created")),
    )


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The first of these fields that holds anything."""
    return next((fields[name] for name in names if fields.get(name) not in (None, "")), None)
