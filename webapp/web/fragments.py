"""Answering with a page, or with the one block of it that htmx asked to have renewed."""

import hashlib
from dataclasses import fields
from typing import Any, ClassVar, Protocol

from flask import Response, make_response, redirect, render_template, request
from jinja2_fragments.flask import render_block

# Listened for in base.html.
MENU_CHANGED = "menu-changed"


class Page(Protocol):
    """A page's context: a dataclass whose fields are the template's variables."""

    template: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


def render(page: Page, *, fragment: str | None = None, status: int = 200) -> Response:
    """The whole page, or only the block `fragment` when htmx asks: the view names it, never the client.

    A page with a `version` answers a poll that already has that version with 204 and no body.
    """
    if unchanged := nothing_new(getattr(page, "version", None)):
        return unchanged
    context = {each.name: getattr(page, each.name) for each in fields(page)}
    context["page"] = page
    if fragment and is_htmx():
        html = render_block(page.template, fragment, **context)
    else:
        html = render_template(page.template, **context)
    response = make_response(html, status)
    response.vary.add("HX-Request")
    return response


def go_to(address: str) -> Response:
    """Lead to another page, the whole of it even if only a fragment of this one was asked for."""
    if is_htmx():
        return make_response("", 204, {"HX-Redirect": address})
    return make_response(redirect(address))


def nothing_new(version: str | None) -> Response | None:
    """204 if a poll has that version already; a view may ask before it builds the page."""
    return no_news() if is_poll() and request.args["version"] == version else None


def renewing_menu(response: Response) -> Response:
    """With what a poll brought, have the page ask for the numbers of the menu, too, which would say else."""
    if is_poll():
        response.headers["HX-Trigger"] = MENU_CHANGED
    return response


def no_news() -> Response:
    """What a poll is answered with by which nothing has changed."""
    return Response(status=204)


def version_of(*parts: object) -> str:
    """A short text that changes whenever one of the parts does; what a poll carries to say what it has."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def is_poll() -> bool:
    """True for requests that a page makes by itself: only they carry the version they have."""
    return is_htmx() and "version" in request.args
