"""What a plot shows, as plain data."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

Value = int | Decimal | None


class PlotKind(StrEnum):
    """STACKED: bars by day, one stretch a series. LINE: a value by day, gaps where none is known.
    CATEGORIES: a horizontal bar for each."""

    STACKED = "stacked"
    LINE = "line"
    CATEGORIES = "categories"


@dataclass(frozen=True, slots=True)
class Series:
    """A value for each label; None where nothing is known.

    `tone` is one of the pills' (good, bad, waiting, attention, neutral) or "accent". `urls` holds, for each
    value, the list that it counts, or None; `all_url` the list behind the whole series.
    """

    name: str
    tone: str
    values: tuple[Value, ...]
    urls: tuple[str | None, ...] = ()
    all_url: str | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """`labels` are days without gaps, or categories; `unit` is what is counted: "texts", "credits".

    `first_header` is what the labels are: "day".
    """

    title: str
    kind: PlotKind
    labels: tuple[date | str, ...]
    series: tuple[Series, ...]
    unit: str = "texts"
    first_header: str = "day"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for series in self.series for value in series.values)


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Each day from `first` to `last`, both included."""
    return tuple(first + timedelta(days=at) for at in range((last - first).days + 1))


def short_label(label: date | str, longest: int) -> str:
    """`3 Nov`, or a category, cut to fit."""
    if isinstance(label, date):
        return f"{label.day} {label:%b}"
    return label if len(label) <= longest else f"{label[: longest - 1].rstrip()}…"


def long_label(label: date | str) -> str:
    """`Tue 3 Nov 2026`, or the category."""
    return f"{label:%a} {label.day} {label:%b %Y}" if isinstance(label, date) else label
