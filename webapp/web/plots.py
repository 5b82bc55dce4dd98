"""Plots: a picture, a legend with totals, and the table that says the same.

How an area adds one (webapp/failed has two):

1. A builder makes the plain data, from one query:

       def days_plot(form: FilterForm) -> Plot:
           counted = failures.count_by_day(...)
           series = Series("Not delivered", "bad", values, urls=links)
           return Plot("Failed by day", PlotKind.STACKED, labels=days, series=(series,))

   `labels` are days without gaps (`days_between`) or categories. Each series has a value for each label,
   `None` where nothing is known, and may have an address for each: the list that the number counts. The tones
   are those of the pills.
2. A GET route named `plot` draws it, at `/plots/<name>.svg`: `return answer(PLOTS[name](form))`.
3. The page's builder: `figure(plot, image_url)`, where `image_url(**variant)` is the address of that route
   with the page's filter: `lambda **variant: url_for("failed.plot", name="days", **arguments, **variant)`;
   `screens=THREE_IN_A_ROW` for three beside each other.
4. The template: `{{ ui.plot(days, "days_plot") }}`; the second is an id of the page's own. Its `head_extra`
   loads css/plots.css, which other pages need not carry.

The browser asks for the image in one theme and size, and it is drawn from the same builder as the table, so
the two cannot differ. Its address carries a version of the data: it is kept until the data changes.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, Protocol
from xml.etree import ElementTree

from flask import Response, request

from webapp.messaging.words import format_credits, join_and
from webapp.web.fragments import version_of
from webapp.web.plot_data import Plot, PlotKind, Series, Value, days_between, long_label
from webapp.web.plot_images import Size, Theme, draw, shape_of
from webapp.web.shell import chosen_theme

__all__ = [
    "THREE_IN_A_ROW",
    "TWO_IN_A_ROW",
    "Figure",
    "Plot",
    "PlotKind",
    "Series",
    "answer",
    "days_between",
    "figure",
]

KEEP_SECONDS = 3600
# Images of some twenty kilobytes.
MOST_KEPT = 64
DARK = "(prefers-color-scheme: dark)"


class Screen(NamedTuple):
    """A kind of screen, and how much room one image has on it; the last of several is for every other."""

    media: str
    size: Size


BY_ITSELF = (Screen("(max-width: 44rem)", Size.NARROW), Screen("", Size.WIDE))
TWO_IN_A_ROW = (Screen("(max-width: 72rem)", Size.NARROW), Screen("", Size.WIDE))
THREE_IN_A_ROW = (
    Screen("(max-width: 44rem)", Size.NARROW),
    Screen("(max-width: 72rem)", Size.SMALL),
    Screen("", Size.NARROW),
)
"""For plots within `.plots-row` of static/css/plots.css."""


class ImageUrl(Protocol):
    """The address of the image in one variant; what is given goes into the query."""

    def __call__(self, **variant: str) -> str: ...


class Source(NamedTuple):
    """One image for one kind of screen."""

    media: str
    url: str
    width: int
    height: int


class Cell(NamedTuple):
    """A number with the list behind it, if there is any to show."""

    text: str
    url: str | None


class Row(NamedTuple):
    label: str
    cells: tuple[Cell, ...]


class LegendEntry(NamedTuple):
    name: str
    tone: str
    total: Cell


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot as the macro `ui.plot` shows it; the last of `sources` is for every other screen."""

    title: str
    alt: str
    sources: tuple[Source, ...]
    legend: tuple[LegendEntry, ...]
    first_header: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    is_empty: bool


def figure(plot: Plot, image_url: ImageUrl, *, screens: tuple[Screen, ...] = BY_ITSELF) -> Figure:
    """The plot for a page: days are listed with the latest first."""
    by_day = plot.kind is not PlotKind.CATEGORIES
    listed = tuple(_rows(plot))
    return Figure(
        title=plot.title,
        alt=_alt(plot),
        sources=tuple(_sources(plot, image_url, screens)),
        legend=tuple(LegendEntry(each.name, each.tone, _total(plot, each)) for each in plot.series),
        first_header=plot.first_header.capitalize(),
        headers=tuple(series.name for series in plot.series),
        rows=listed[::-1] if by_day else listed,
        is_empty=plot.is_empty,
    )


def answer(plot: Plot) -> Response:
    """The image, in the theme and size that the address asks for; what it does not know is light and wide."""
    theme = Theme.DARK if request.args.get("theme") == Theme.DARK else Theme.LIGHT
    asked = request.args.get("size")
    drawn, style_hash = _drawn(plot, theme, Size(asked) if asked in set(Size) else Size.WIDE)
    response = Response(drawn, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
    # The one style sheet in it, and nothing else, also where somebody opens the image by itself.
    response.headers["Content-Security-Policy"] = f"default-src 'none'; style-src {style_hash}"
    return response


@lru_cache(maxsize=MOST_KEPT)
def _drawn(plot: Plot, theme: Theme, size: Size) -> tuple[bytes, str]:
    """Drawing takes ten times what counting does, and the same plot is always drawn the same."""
    drawn = draw(plot, theme=theme, size=size)
    return drawn, _style_hash(drawn)


def _style_hash(drawn: bytes) -> str:
    style = ElementTree.fromstring(drawn).find(".//{*}style")  # noqa: S314 - our own output
    written = (style.text or "") if style is not None else ""
    return f"'sha256-{b64encode(sha256(written.encode()).digest()).decode()}'"


def _sources(plot: Plot, image_url: ImageUrl, screens: tuple[Screen, ...]) -> Iterator[Source]:
    version = version_of(plot)
    chosen = chosen_theme()
    for theme in (Theme(chosen),) if chosen else (Theme.DARK, Theme.LIGHT):
        for screen in screens:
            shape = shape_of(plot, screen.size)
            media = [screen.media] if screen.media else []
            media += [DARK] if theme is Theme.DARK and not chosen else []
            url = image_url(theme=theme.value, size=screen.size.value, v=version)
            yield Source(" and ".join(media), url, shape.width, shape.height)


def _rows(plot: Plot) -> Iterator[Row]:
    for at, label in enumerate(plot.labels):
        cells = (
            Cell(_written(series.values[at]), series.urls[at] if series.urls and series.values[at] else None)
            for series in plot.series
        )
        yield Row(long_label(label), tuple(cells))


def _total(plot: Plot, series: Series) -> Cell:
    """The sum; of a line, which shows how much there is, the latest value."""
    known = [value for value in series.values if value is not None]
    if plot.kind is PlotKind.LINE:
        return Cell(_written(known[-1] if known else None), series.all_url)
    return Cell(_written(sum(known)), series.all_url)


def _written(value: Value) -> str:
    if value is None:
        return "–"
    return format_credits(value) if isinstance(value, Decimal) else f"{value:,}"


def _alt(plot: Plot) -> str:
    """What the picture says in one sentence; the table below it has the rest."""
    if plot.is_empty:
        return f"{plot.title}: nothing."
    totals = join_and([f"{each.name} {_total(plot, each).text}" for each in plot.series])
    first, last = long_label(plot.labels[0]), long_label(plot.labels[-1])
    when = "" if plot.kind is PlotKind.CATEGORIES else f", {first} to {last}"
    return f"{plot.title}{when}, in {plot.unit}: {totals}. The table below has each number."
