"""What stands around every page: menu, credits, who is signed in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

from flask import Flask, get_flashed_messages, request, url_for

from webapp.messaging.words import format_credits
from webapp.store import inbox_state, last_looks, readings
from webapp.store.users import Role, User
from webapp.web.auth import current_user_or_none
from webapp.web.banners import Alert, standing_alerts, words_about_credits
from webapp.web.context import database, settings
from webapp.web.filters import age
from webapp.web.htmx import HTMX_INTEGRITY, HTMX_URL

THEME_COOKIE = "theme"
THEMES = ("light", "dark")
# Whoever has never looked at what failed is told about this long.
NEVER_LOOKED = timedelta(days=7)


class NavItem(NamedTuple):
    """One line of the menu; `badge` is the number beside it, if any."""

    label: str
    url: str
    icon: str
    badge: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """Context of base.html."""

    organisation: str
    user: User | None
    nav: tuple[NavItem, ...]
    environment: str
    credits: str | None
    credits_age: str | None
    credits_low: bool
    status_url: str
    sign_out_url: str
    theme: str | None
    theme_url: str
    alerts: tuple[Alert, ...]
    htmx_url: str = HTMX_URL
    htmx_integrity: str = HTMX_INTEGRITY


AREAS = (
    ("Home", "home.index", "house", Role.VIEWER),
    ("Compose", "compose.new", "pencil-square", Role.SENDER),
    ("Batches", "batches.index", "people", Role.VIEWER),
    ("Scheduled", "scheduled.index", "calendar-event", Role.VIEWER),
    ("Inbox", "inbox.index", "inbox", Role.VIEWER),
    ("Failed", "failed.index", "exclamation-octagon", Role.VIEWER),
    ("Messages", "messages.index", "chat-left-text", Role.VIEWER),
    ("Account", "account.index", "gear", Role.VIEWER),
)


def init_app(app: Flask) -> None:
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    return {"shell": build_shell()}


def build_shell() -> Shell:
    """The shell for this request; with nobody signed in it holds no figures and reads no record."""
    user = current_user_or_none()
    reading = readings.last_credits(database()) if user else None
    low_credits = words_about_credits(reading)
    return Shell(
        organisation="Textdesk",
        user=user,
        nav=_nav(user),
        environment="LIVE" if settings().is_live else "SANDBOX",
        credits=format_credits(reading.credits) if reading else None,
        credits_age=age(reading.at) if reading else None,
        credits_low=bool(low_credits),
        status_url=url_for("home.status", version=""),
        sign_out_url=url_for("auth.sign_out"),
        theme=chosen_theme(),
        theme_url=url_for("auth.set_theme"),
        alerts=_alerts(user, low_credits),
    )


def chosen_theme() -> str | None:
    """light, dark, or None to follow the system."""
    theme = request.cookies.get(THEME_COOKIE)
    return theme if theme in THEMES else None


def _nav(user: User | None) -> tuple[NavItem, ...]:
    if user is None:
        return ()
    area = (request.endpoint or "").partition(".")[0]
    return tuple(
        NavItem(
            label, url_for(endpoint), icon, _badge(endpoint, user), current=area == endpoint.partition(".")[0]
        )
        for label, endpoint, icon, role in AREAS
        if user.role.includes(role)
    )


def _badge(endpoint: str, user: User) -> int | None:
    """Conversations with unread texts, and what has failed since this person last looked at Failed."""
    if endpoint == "inbox.index":
        return inbox_state.read_state(database()).unread_conversations or None
    if endpoint == "failed.index":
        looked_at = last_looks.last_look(database(), user.id, "failed")
        since = looked_at or datetime.now(UTC) - NEVER_LOOKED
        return last_looks.count_news(database(), since=since) or None
    return None


def _alerts(user: User | None, low_credits: str) -> tuple[Alert, ...]:
    flashed = cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True))
    return (
        *(standing_alerts(user, low_credits) if user else ()),
        *(Alert(tone, text) for tone, text in flashed),
    )
