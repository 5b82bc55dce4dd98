"""One line a request in the log, under a number that the answer carries too.

The line names the endpoint, never the address: addresses hold references, and at the webhooks a secret.
"""

import logging
import re
import secrets
from time import monotonic

from flask import Flask, Response, g, request

from webapp.web.context import settings

HEADER = "X-Request-ID"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Files and the watchdog's question come all the time and say nothing.
QUIET = {"static", "bootstrap.static", "home.healthz"}
_NUMBER = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)

log = logging.getLogger("textdesk.requests")


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def request_id() -> str:
    """The number of this request; staff read it out, and an operator finds it in the log."""
    if "request_id" not in g:
        g.request_id = _given() or secrets.token_hex(8)
    return str(g.request_id)


def _given() -> str | None:
    """A proxy of ours may have numbered it already; anybody else's number could be made to mislead."""
    given = request.headers.get(HEADER, "") if settings().proxies else ""
    return given if _NUMBER.fullmatch(given) else None


def _begin() -> None:
    g.request_begun = monotonic()


def _end(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    level = logging.DEBUG if request.endpoint in QUIET else logging.INFO
    if not log.isEnabledFor(level):
        return response
    member = g.get("_login_user")
    user = getattr(member, "user", None)
    log.log(
        level,
        "id=%s method=%s endpoint=%s status=%d ms=%d user=%s bytes=%s",
        request_id(),
        request.method if request.method in METHODS else "other",
        request.endpoint or "-",
        response.status_code,
        (monotonic() - g.get("request_begun", monotonic())) * 1000,
        user.id if user else "-",
        "-" if response.content_length is None else response.content_length,
    )
    return response
