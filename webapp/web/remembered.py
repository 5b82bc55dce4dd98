"""Markup and addresses that depend on a few small values, made once and remembered: a page shows hundreds.

The templates in `ui/` stay where markup is written: `{% set icon = icon|remembered %}` there keeps what the
macro made. Only for what is nobody's secret, and never for texts, names or numbers of people.
"""

import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from flask import Flask, request, url_for
from markupsafe import Markup, escape

from webapp.store import record_state
from webapp.web.context import database, settings

Made = TypeVar("Made")
MOST_REMEMBERED = 2048
MOST_FRAMES = 64
SECONDS_OF_A_MINUTE = 60
# Under which path this request reached us, with which addresses begin; in which time zone times are.
_here: ContextVar[tuple[str, ZoneInfo | None]] = ContextVar("here", default=("", None))


def init_app(app: Flask) -> None:
    app.before_request(_note_where)
    app.jinja_env.filters["remembered"] = remembered
    app.jinja_env.globals["url_for"] = address


def remembered(make: Callable[..., Any], most: int = MOST_REMEMBERED) -> Callable[..., Any]:
    """The same function or macro, but what it made last for the same arguments is given again.

    Arguments of different types are different even if they are equal: text that still has to be escaped is
    equal to markup that must not be.
    """

    @lru_cache(maxsize=most, typed=True)
    def made(_here: object, *arguments: Any, **named: Any) -> Any:
        return make(*arguments, **named)

    def known_or_made(*arguments: Any, **named: Any) -> Any:
        return made(_here.get(), *arguments, **named)

    known_or_made.cache_info = made.cache_info  # type: ignore[attr-defined]
    return known_or_made


def as_recorded(most: int) -> Callable[[Callable[..., Made]], Callable[..., Made]]:
    """Keep what a function makes of texts and calls alone, for all who look at the same.

    It is made anew when any of them has changed, and once a minute: days end by themselves. The version is
    read first, so that nothing kept under it is older. What else it depends on is among its arguments.
    """

    def keep(make: Callable[..., Made]) -> Callable[..., Made]:
        made = remembered(lambda _state, *arguments: make(*arguments), most)

        def as_it_stands(*arguments: Any) -> Made:
            minute = int(datetime.now(UTC).timestamp()) // SECONDS_OF_A_MINUTE
            state = settings().database, record_state.read_version(database()), minute
            return cast(Made, made(state, *arguments))

        return as_it_stands

    return keep


def framed(macro: Callable[..., str], places: int = 1) -> Callable[..., Markup]:
    """A macro that only stands around its arguments, as a function that puts them there, escaped.

    What is named in a call the macro is told, too: flags, by which its frame differs.
    """

    @lru_cache(maxsize=MOST_FRAMES)
    def frame(**told: bool) -> tuple[list[str], list[int]]:
        texts = re.split(_PLACES, macro(*_places(places), **told))
        return texts, [int(at) for at in texts[1::2]]

    def put(*inner: Any, **told: bool) -> Markup:
        texts, order = frame(**told)
        shown = [each if type(each) is Markup else escape(each) for each in inner]
        made = texts.copy()
        made[1::2] = [shown[at] for at in order]
        # The frame is the macro's own, and what stands in it is escaped: Markup has nothing to look at.
        return str.__new__(Markup, "".join(made))

    return put


def _places(count: int) -> list[str]:
    """Digits fit into every kind of address, and nothing else of ours looks like these."""
    return [f"9182736455463728{at:02}" for at in range(count)]


_PLACES = re.compile(r"9182736455463728(\d\d)", re.ASCII)


def address(endpoint: str, **values: Any) -> str:
    """What Flask's `url_for` says, at a tenth of the cost: rows of lists and days of plots have many."""
    if not values or "filename" in values:
        return str(_only_one(endpoint, **values))
    known = _pieces(endpoint, tuple(values))
    texts = [str(value) for value in values.values()]
    if known is None or None in values.values() or not all(map(_NEEDS_NO_QUOTING, texts)):
        return url_for(endpoint, **values)
    written, rest = known
    for at, after in rest:
        written += texts[at] + after
    return str(written)


def addresses(endpoint: str, name: str) -> Callable[[str], str]:
    """`address` for many things of one kind: it takes what stands under `name`."""
    known = _pieces(endpoint, (name,))
    if known is None:
        return lambda value: address(endpoint, **{name: value})
    before, [(_, after)] = known

    def made(value: str) -> str:
        if _NEEDS_NO_QUOTING(value):
            return f"{before}{value}{after}"
        return address(endpoint, **{name: value})

    return made


@remembered
def _pieces(endpoint: str, names: tuple[str, ...]) -> tuple[str, list[tuple[int, str]]] | None:
    """How that address begins, and which value comes next, followed by what; None if Flask is to say it."""
    if any(name.startswith("_") for name in names):
        return None
    asked: dict[str, Any] = dict(zip(names, _places(len(names)), strict=True))
    before, *found = re.split(_PLACES, url_for(endpoint, **asked))
    return before, [(int(at), after) for at, after in zip(found[::2], found[1::2], strict=True)]


_NEEDS_NO_QUOTING = re.compile(r"[A-Za-z0-9_.~-]+", re.ASCII).fullmatch
_only_one = remembered(lambda endpoint, **values: url_for(endpoint, **values))


def _note_where() -> None:
    _here.set((request.script_root, settings().timezone))
