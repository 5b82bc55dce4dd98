"""Answering the polls of Home without building it, as long as nothing it is made of has changed."""

from datetime import UTC, datetime

from flask import request

from webapp.store import record_state
from webapp.web.auth import signed_in_user
from webapp.web.context import database, settings
from webapp.web.fragments import is_poll

# How long a reply has waited, and what is overdue, change by themselves.
SECONDS_OF_A_MINUTE = 60
MOST_REMEMBERED = 1024
_stood: dict[tuple[object, ...], tuple[object, ...]] = {}
"""How everything stood when a version of somebody's page was found to be right."""


def how_it_stands() -> tuple[object, ...]:
    """To be read before the page is built, so that nothing on it is older."""
    now = datetime.now(UTC)
    return int(now.timestamp()) // SECONDS_OF_A_MINUTE, *record_state.read_all(database(), now=now)


def is_up_to_date(stands: tuple[object, ...]) -> bool:
    """Whether the version that a poll has was right when everything stood as it does."""
    return is_poll() and _stood.get(_page_of(request.args["version"])) == stands


def remember(version: str, stands: tuple[object, ...]) -> None:
    if len(_stood) >= MOST_REMEMBERED:
        _stood.clear()
    _stood[_page_of(version)] = stands


def _page_of(version: str) -> tuple[object, ...]:
    """What needs a person is not the same for everybody."""
    user = signed_in_user()
    return settings().database, user.id, user.role, version
