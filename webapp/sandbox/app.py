"""Puts the stand-in provider together."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from .account_views import account
from .control_views import control
from .reading_views import reading
from .refusals import Refusal
from .sandbox import Sandbox
from .sending_views import sending
from .switches import Switches
from .wire import json_reply

LARGEST_BODY_BYTES = 64 * 1024 * 1024


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_sandbox(
    *,
    database: str | Path,
    clock: Callable[[], datetime] = utc_now,
    switches: Switches | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Sandbox:
    """A stand-in provider on this SQLite file, which is made if it is not there.

    clock: gives an aware datetime. sleep: how faults wait. Close it when done.
    """
    return Sandbox(database, app=_shared_app(), clock=clock, switches=switches or Switches(), sleep=sleep)


@cache
def _shared_app() -> Flask:
    """One application for all sandboxes of the process: compiling its routes is most of making one."""
    app = Flask(__name__, static_folder=None)
    # A dropped connection is an exception that the server must see, and so is a mistake in the stand-in.
    app.config.update(PROPAGATE_EXCEPTIONS=True, MAX_CONTENT_LENGTH=LARGEST_BODY_BYTES)
    for blueprint in (sending, reading, account, control):
        app.register_blueprint(blueprint)
    app.register_error_handler(Refusal, _render_refusal)
    app.register_error_handler(HTTPException, _render_http_error)
    return app


def _render_refusal(refusal: Refusal) -> Response:
    if isinstance(refusal.body, str):
        return Response(refusal.body, refusal.status, content_type="text/plain; charset=UTF-8")
    return json_reply(refusal.body, refusal.status)


def _render_http_error(error: HTTPException) -> Response:
    return json_reply({"message": error.name}, error.code or 500)
