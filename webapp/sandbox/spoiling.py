"""What a fault does to a call: a reply instead of the work, or a reply that arrives damaged."""

from collections.abc import Callable, Iterator

from flask import Response

from .faults import ConnectionDropped, Fault, FaultKind
from .wire import json_reply

Sleep = Callable[[float], None]

HTML = "<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"
DRIPS = 10


def reply_instead(fault: Fault, sleep: Sleep) -> Response | None:
    """What the call gets without any work being done; None when the work goes on after all."""
    if fault.kind is FaultKind.DELAY:
        sleep(fault.seconds)
        return None
    if fault.kind is FaultKind.DROP:
        raise ConnectionDropped("dropped before the call was accepted")
    return _own_reply(fault)


def spoil(response: Response, fault: Fault, sleep: Sleep) -> Response:
    """The reply to a call whose work is done, as this fault lets it arrive."""
    match fault.kind:
        case FaultKind.DELAY:
            sleep(fault.seconds)
        case FaultKind.WRONG_STATUS:
            response.status_code = fault.status or 500
        case FaultKind.TRUNCATED:
            response.set_data(_first_half(response.get_data()))
        case FaultKind.CUT_OFF:
            _send_through(response, _cut_off)
        case FaultKind.SLOW_DRIP:
            _send_through(response, lambda body: _drip(body, fault.seconds, sleep))
        case FaultKind.DROP:
            response.close()
            raise ConnectionDropped("dropped after the call was accepted")
        case _:
            response.close()
            return _own_reply(fault)
    return response


def _own_reply(fault: Fault) -> Response:
    if fault.kind is FaultKind.HTML:
        return Response(HTML, fault.status or 502, content_type="text/html; charset=UTF-8")
    if fault.kind is FaultKind.SERVER_ERROR:
        return json_reply({"message": "Internal server error"}, fault.status or 500)
    reply = json_reply({"message": "Too many requests"}, 429)
    if fault.retry_after is not None:
        reply.headers["Retry-After"] = str(fault.retry_after)
    return reply


def _send_through(response: Response, sending: Callable[[bytes], Iterator[bytes]]) -> None:
    """Sends the body piece by piece, though the headers promise all of it."""
    body = response.get_data()
    response.response = sending(body)
    response.headers["Content-Length"] = str(len(body))


def _first_half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _cut_off(body: bytes) -> Iterator[bytes]:
    yield _first_half(body)
    raise ConnectionDropped("cut off in the middle of the reply")


def _drip(body: bytes, seconds: float, sleep: Sleep) -> Iterator[bytes]:
    size = max(1, -(-len(body) // DRIPS))
    for start in range(0, len(body), size):
        sleep(seconds / DRIPS)
        yield body[start : start + size]
