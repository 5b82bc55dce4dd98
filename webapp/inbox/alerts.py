"""How a new reply makes itself known beyond the page; off until somebody wants it, in their browser."""

from flask import request
from werkzeug.wrappers import Response

from webapp.web.context import settings

COOKIE = "inbox_alerts"
CHOICES = ("title", "sound")
KEEP_SECONDS = 31_536_000


def chosen_alerts() -> tuple[str, ...]:
    """Of "title" (unread replies are counted in it) and "sound" (each new reply is heard)."""
    wanted = request.cookies.get(COOKIE, "").split(".")
    return tuple(choice for choice in CHOICES if choice in wanted)


def remember_alerts(response: Response, wanted: list[str]) -> None:
    chosen = ".".join(choice for choice in CHOICES if choice in wanted)
    response.set_cookie(
        COOKIE, chosen, max_age=KEEP_SECONDS, httponly=True, samesite="Lax", secure=settings().https_only
    )
