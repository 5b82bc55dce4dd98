"""Which addresses may be gone to: pages of ours, and nothing else, whatever a link or a form says."""

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a page of ours."""
    target = (target or "").strip()
    path = _path(target)
    # Browsers and libraries make "//evil.example" of a path that holds two slashes, of either kind, in a row.
    local = target.isprintable() and path.startswith("/") and "//" not in path.replace("\\", "/")
    if not local:
        return url_for("home.index")
    return target if page_at(path) else nearest_page(path)


def nearest_page(path: str) -> str:
    """The page at `path`, or above it: what answered a form may have an address that cannot be opened."""
    while path.strip("/"):
        if page_at(path):
            return path
        path = path.rpartition("/")[0]
    return url_for("home.index")


def page_at(path: str) -> str | None:
    """What opening that path leads to, by its name within its area ("index"); None if nothing is there."""
    try:
        endpoint, _ = current_app.url_map.bind(request.host).match(path, method="GET")
    except HTTPException:
        return None
    return str(endpoint).rpartition(".")[2]


def _path(target: str) -> str:
    return target.partition("#")[0].partition("?")[0]
