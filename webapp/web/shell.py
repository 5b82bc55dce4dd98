"""What stands around every page: menu, credits, who is signed in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

from flask import Flask, get_flashed_messages, request

from webapp.messaging.words import format_credits
from webapp.store.standing import Standing, read_standing
from webapp.store.users import Role, User
from webapp.web.auth import current_user_or_none
from webapp.web.banners import Alert, standing_alerts
from webapp.web.context import database, settings
from webapp.web.filters import age
from webapp.web.htmx import HTMX_INTEGRITY, HTMX_URL
from webapp.web.remembered import address

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
    """Context of base.html. `counts` selects the numbers of the menu, which a poll renews."""

    organisation: str
    user: User | None
    nav: tuple[NavItem, ...]
    counts: str
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
    now = datetime.now(UTC)
    never_looked = now - NEVER_LOOKED
    standing = read_standing(database(), user.id, now=now, never_looked=never_looked) if user else None
    reading = standing.credits if standing else None
    nav = _nav(user, standing) if user and standing else ()
    return Shell(
        organisation="Textdesk",
        user=user,
        nav=nav,
        counts=",".join(f"#nav_{each.label.lower()}_count" for each in nav),
        environment="LIVE" if settings().is_live else "SANDBOX",
        credits=format_credits(reading.credits) if reading else None,
        credits_age=age(reading.at) if reading else None,
        credits_low=bool(reading and standing and reading.credits < standing.low_credits),
        # The version is put behind it, and nothing that is empty is remembered.
        status_url=f"{address('home.status')}?version=",
        sign_out_url=address("auth.sign_out"),
        theme=chosen_theme(),
        theme_url=address("auth.set_theme"),
        alerts=_alerts(user, standing),
    )


def chosen_theme() -> str | None:
    """light, dark, or None to follow the system."""
    theme = request.cookies.get(THEME_COOKIE)
    return theme if theme in THEMES else None


def _nav(user: User, standing: Standing) -> tuple[NavItem, ...]:
    """Beside the inbox, conversations with unread texts; beside Failed, what is news to this person."""
    badges = {"inbox.index": standing.unread_conversations, "failed.index": standing.failed}
    area = (request.endpoint or "").partition(".")[0]
    return tuple(
        NavItem(
            label,
            address(endpoint),
            icon,
            badges.get(endpoint) or None,
            current=area == endpoint.partition(".")[0],
        )
        for label, endpoint, icon, role in AREAS
        if user.role.includes(role)
    )


def _alerts(user: User | None, standing: Standing | None) -> tuple[Alert, ...]:
    flashed = cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True))
    return (
        *(standing_alerts(user, standing) if user and standing else ()),
        *(Alert(tone, text) for tone, text in flashed),
    )
