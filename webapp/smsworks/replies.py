"""One HTTP reply: read within bounds, and taken as JSON or as the error it stands for (docs/provider.md)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from webapp.smsworks import wire
from webapp.smsworks.errors import (
    BadCredentials,
    BadReply,
    InvalidRequest,
    NotEnoughCredits,
    NotFound,
    ProviderFault,
    RateLimited,
    Refused,
    SmsWorksError,
)
from webapp.smsworks.operations import Operation, OperationKind

# A thousand messages of the longest text take about 3 MB.
MAX_REPLY_BYTES = 20_000_000
_CHUNK_BYTES = 65_536
_LONGEST_QUOTE = 300
_NO_WORDS = re.compile("[<\ufffd]")
# Codes go to the log: seven digits in a row could be somebody's number.
_CODE = re.compile(r"(?!.*[0-9]{7})[A-Za-z0-9_.-]{1,40}")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_MISSING_PROPERTY = re.compile(r"[Mm]issing required property:? ?([A-Za-z]+)")

_BY_STATUS: Mapping[int, type[SmsWorksError]] = {
    401: BadCredentials,
    402: NotEnoughCredits,
    403: BadCredentials,
    # Time-outs of something in between: the provider may well have had the request.
    408: ProviderFault,
    429: RateLimited,
    499: ProviderFault,
}


class TooLong(ValueError):
    """A reply of more than MAX_REPLY_BYTES, unpacked."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply. `retry_after` in seconds, `dated_at` as the provider's clock has it."""

    status: int
    body: bytes = field(repr=False)
    charset: str | None = None
    retry_after: float | None = None
    dated_at: datetime | None = None

    @property
    def document(self) -> Any:
        """The JSON in the body. Raises wire.Unreadable."""
        return wire.parse_json(self.body, self.charset)


def read_reply(response: requests.Response) -> Reply:
    """Read a streamed response to its end. Raises TooLong, or what the connection raises."""
    body = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_REPLY_BYTES:
            raise TooLong(f"more than {MAX_REPLY_BYTES} bytes")
    charset = _CHARSET.search(response.headers.get("Content-Type", ""))
    dated_at = _http_date(response.headers.get("Date"))
    return Reply(
        status=response.status_code,
        body=bytes(body),
        charset=charset[1] if charset else None,
        retry_after=_retry_after(response.headers.get("Retry-After"), dated_at),
        dated_at=dated_at,
    )


def error_in(operation: Operation, reply: Reply) -> SmsWorksError | None:
    """The error a reply stands for, as it would be for a look-up; None for 2xx."""
    if 200 <= reply.status < 300:
        return None
    body = _error_body(reply)
    fields = _fields(body.get("errors"))
    return _class_for(operation, reply.status, fields)(
        operation=operation.name,
        kind=operation.kind,
        status=reply.status,
        provider_code=_provider_code(body),
        permanent=wire.flag(body.get("permanent")),
        said=_quote(body.get("message")),
        fields=fields,
        retry_after=reply.retry_after,
    )


def described_error(operation: Operation, document: object) -> SmsWorksError:
    """The error that an error body describes when it comes with a 2xx status. Raises wire.Unreadable."""
    body = wire.record(document)
    return Refused(
        operation=operation.name,
        kind=operation.kind,
        provider_code=_provider_code(body),
        permanent=wire.flag(body.get("permanent")),
        said=_quote(body.get("message")),
    )


def _class_for(operation: Operation, status: int, fields: Mapping[str, Any]) -> type[SmsWorksError]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status in (404, 410) and operation.takes_id:
        return NotFound
    # A 400 to a deletion or cancellation says that it is too late, not that a field is wrong.
    if status in (400, 422) and (fields or operation.kind is not OperationKind.CHANGE):
        return InvalidRequest
    if 400 <= status < 500:
        return Refused
    return ProviderFault if status >= 500 else BadReply


def _error_body(reply: Reply) -> Mapping[str, Any]:
    """The JSON object of an error. Plain text becomes its message; a page of HTML is dropped."""
    try:
        document = reply.document
    except wire.Unreadable:
        document = reply.body.decode("utf-8", "replace")
    if isinstance(document, dict):
        return document
    is_page = not isinstance(document, str) or len(document) > _LONGEST_QUOTE or _NO_WORDS.search(document)
    return {} if is_page else {"message": document}


def _quote(message: object) -> str:
    """The provider's words on one line, without what cannot be printed, and not too many."""
    words = " ".join((message if isinstance(message, str) else "").split())
    printable = "".join(character for character in words if character.isprintable())
    return printable if len(printable) <= _LONGEST_QUOTE else printable[: _LONGEST_QUOTE - 1] + "…"


def _provider_code(body: Mapping[str, Any]) -> str | None:
    code = wire.text(body.get("errorCode"))
    return code if _CODE.fullmatch(code) else None


def _fields(errors: object) -> dict[str, tuple[str, ...]]:
    """Field name to messages, from the leaves of a validation body."""
    fields: dict[str, tuple[str, ...]] = {}
    for problem in _leaves(errors):
        name = _field_name(problem)
        fields[name] = (*fields.get(name, ()), _quote(problem.get("message")))
    return fields


def _leaves(errors: object) -> Iterator[Mapping[str, Any]]:
    """Validation errors that hold no further ones. Not recursive: the depth is the sender's choice."""
    waiting = [errors]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            inner = node.get("errors") or node.get("inner")
            if isinstance(inner, list) and inner:
                waiting.append(inner)
            else:
                yield node


def _field_name(problem: Mapping[str, Any]) -> str:
    """ "destination", or "3.destination" in a collection, from a path that may be a list or text."""
    path = problem.get("path")
    steps = path if isinstance(path, list) else re.split(r"[./]", wire.text(path))
    names = [wire.text(step) for step in steps if wire.text(step)]
    missing = _MISSING_PROPERTY.search(wire.text(problem.get("message")))
    if missing and names[-1:] != [missing[1]]:  # the path may stop at the object that lacks it
        names.append(missing[1])
    return ".".join(names) or wire.text(problem.get("name"))


def _retry_after(header: str | None, dated_at: datetime | None) -> float | None:
    """Seconds, from either form of the header (RFC 9110, 10.2.3); a date counts from the reply's own date."""
    if header is None:
        return None
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", header):
        return float(header)
    at = _http_date(header)
    return max(0.0, (at - (dated_at or datetime.now(UTC))).total_seconds()) if at else None


def _http_date(header: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
