"""Answering the polls of the list: the record's number first, and the rows only where that has moved on."""

from datetime import UTC, datetime

from flask import Response, request

from webapp.store import record_state
from webapp.web.context import database, settings
from webapp.web.fragments import is_poll, no_news

# What waits too long gets another word by itself.
SECONDS_OF_A_MINUTE = 60
MOST_REMEMBERED = 256
_found: dict[tuple[object, ...], str] = {}
"""The version that each list had when a poll last made somebody look through its rows."""


def version_now(rows: str = "") -> str:
    """How the record stands, in this minute; and after a dash what its `rows` are on one list."""
    minute = int(datetime.now(UTC).timestamp()) // SECONDS_OF_A_MINUTE
    return f"{record_state.read_version(database())}.{minute}-{rows}"


def unchanged() -> Response | None:
    """204 if nothing has changed in the record, or nothing on this list as somebody has found out since."""
    if not is_poll():
        return None
    given, now = request.args["version"], version_now()
    if given.startswith(now) or _found.get(_list_asked_for()) == now + _rows_of(given):
        return no_news()
    return None


def same_rows(version: str) -> Response | None:
    """204 if the list, with its new `version`, still has the rows that the poll knows."""
    if not is_poll():
        return None
    if len(_found) >= MOST_REMEMBERED:
        _found.clear()
    _found[_list_asked_for()] = version
    return no_news() if _rows_of(request.args["version"]) == _rows_of(version) else None


def _rows_of(version: str) -> str:
    return version.partition("-")[2]


def _list_asked_for() -> tuple[object, ...]:
    """Every person sees the same rows under the same address."""
    asked = sorted(item for item in request.args.items(multi=True) if item[0] != "version")
    return settings().database, *asked
