"""Whether any member of staff has a page open: while somebody does, replies are fetched more often."""

import logging
from datetime import UTC, datetime
from time import monotonic

from flask import Flask, Response

from webapp.store import readings
from webapp.store.connection import RecordError
from webapp.web.auth import current_user_or_none
from webapp.web.context import database, settings

# Each process writes this often, however many people it serves.
EVERY_SECONDS = 20.0

log = logging.getLogger("textdesk.web")
_written_at: dict[str, float] = {}


def init_app(app: Flask) -> None:
    app.after_request(_note)


def _note(response: Response) -> Response:
    record = str(settings().database)
    if monotonic() - _written_at.get(record, -EVERY_SECONDS) < EVERY_SECONDS:
        return response
    if response.status_code >= 400 or current_user_or_none() is None:
        return response
    try:
        if readings.note_staff(database(), now=datetime.now(UTC)):
            _written_at[record] = monotonic()
    except RecordError:
        _written_at[record] = monotonic()
        log.warning("it could not be noted that somebody is here")
    return response
