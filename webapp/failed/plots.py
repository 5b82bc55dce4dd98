"""What failed, counted once for the reasons and both plots: by reason, and by day and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from webapp.failed.forms import FilterForm
from webapp.services.failures import LASTS, Group, group_by_reason, permanence_of
from webapp.store.failure_counts import FailureCount, count_failures
from webapp.store.failures import FailureFilter, Permanence
from webapp.web.context import database, settings
from webapp.web.dates import start_of, today
from webapp.web.plots import TWO_IN_A_ROW, Figure, Plot, PlotKind, Series, days_between, figure
from webapp.web.remembered import address, as_recorded
from webapp.web.shell import chosen_theme

MOST_DAYS = 31
MOST_WEEKS = 26
MOST_MONTHS = 36
MOST_REASONS = 8
# The tones in which the list of reasons marks them.
TONES = {Permanence.PERMANENT: "bad", Permanence.TEMPORARY: "waiting", Permanence.NOT_SAID: "neutral"}


@dataclass(frozen=True, slots=True)
class Stretches:
    """What a plot counts by: a `unit`, the first day of each, and the last day of the last one."""

    unit: str
    starts: tuple[date, ...]
    last: date

    def end_of(self, start: date) -> date:
        after = self.starts.index(start) + 1
        return self.starts[after] - timedelta(days=1) if after < len(self.starts) else self.last


class Look(NamedTuple):
    """What somebody chose to see: for the record, and as it stands in addresses."""

    wanted: FailureFilter
    arguments: tuple[tuple[str, str], ...]


class Counted(NamedTuple):
    """What failed in each stretch; without any if the time is too long to be plotted."""

    look: Look
    stretches: Stretches
    counts: tuple[FailureCount, ...]


class Shown(NamedTuple):
    """The reasons, the most frequent first, and both plots."""

    groups: tuple[Group, ...]
    figures: tuple[Figure, ...]


def look_of(form: FilterForm) -> Look:
    return Look(form.wanted(), tuple(form.arguments().items()))


def shown(form: FilterForm) -> Shown:
    """For the page: reasons and plots of all that failed in the days chosen."""
    return _shown_in(look_of(form), chosen_theme())


@as_recorded(most=64)
def _shown_in(look: Look, _theme: str | None) -> Shown:
    """More than half of what the page costs, and the same for all who look at the same days."""
    counted = count(look)
    groups = tuple(group_by_reason(database(), look.wanted, counted.counts))
    names = ["days", "reasons"] if counted.stretches.starts else ["reasons"]
    figures = tuple(
        figure(
            PLOTS[name](counted),
            partial(address, "failed.plot", name=name, **dict(look.arguments)),
            screens=TWO_IN_A_ROW,
        )
        for name in names
        if counted.counts
    )
    return Shown(groups, figures)


@as_recorded(most=64)
def plot(name: str, look: Look) -> Plot:
    """What one of the images shows."""
    return PLOTS[name](count(look, by_day=name == "days"))


def count(look: Look, *, by_day: bool = True) -> Counted:
    """One look at what failed in the days chosen, whatever the reason."""
    wanted = look.wanted
    stretches = stretches_of(wanted) if by_day else Stretches("day", (), today())
    times = [at for at in map(start_of, stretches.starts) if at is not None] or [wanted.since]
    found = count_failures(database(), wanted, times)
    counts = tuple(each for each in found if wanted.lasts in (None, permanence_of(each.permanent)))
    return Counted(look, stretches, counts)


def stretches_of(wanted: FailureFilter) -> Stretches:
    """Each day; from a month on every seven days; from half a year on months, the first of which is short."""
    first = wanted.since.astimezone(settings().timezone).date()
    last = min((wanted.until - timedelta(seconds=1)).astimezone(settings().timezone).date(), today())
    days = (last - first).days + 1
    if 0 < days <= MOST_DAYS:
        return Stretches("day", days_between(first, last), last)
    if 0 < days <= MOST_WEEKS * 7:
        return Stretches("week", days_between(first, last)[::7], last)
    months = (last.year - first.year) * 12 + last.month - first.month
    if days > 0 and months < MOST_MONTHS:
        starts = (first.year * 12 + first.month - 1 + at for at in range(1, months + 1))
        return Stretches("month", (first, *(date(at // 12, at % 12 + 1, 1) for at in starts)), last)
    return Stretches("day", (), last)


def days_plot(counted: Counted) -> Plot:
    """By day, week or month, of the reason that is chosen."""
    chosen = [each for each in counted.counts if _is_of(each, counted.look.wanted)]
    unit = counted.stretches.unit
    lists = Lists(counted.look)
    series = tuple(_series(counted, chosen, lasts, lists) for lasts in TONES)
    return Plot(f"Failed by {unit}", PlotKind.STACKED, counted.stretches.starts, series, first_header=unit)


def reasons_plot(counted: Counted) -> Plot:
    """The most frequent reasons, each linked to its list."""
    groups = group_by_reason(database(), counted.look.wanted, counted.counts)
    named, rest = groups[:MOST_REASONS], groups[MOST_REASONS:]
    names = [group.reason.words for group in named]
    values = [group.texts for group in named]
    lists = Lists(counted.look)
    urls: list[str | None] = [lists.url(reason=group.key) for group in named]
    if rest:
        names.append(f"{len(rest)} other reasons")
        values.append(sum(group.texts for group in rest))
        urls.append(None)
    series = Series("Texts", "bad", tuple(values), tuple(urls), all_url=lists.url(reason=""))
    return Plot("Failed by reason", PlotKind.CATEGORIES, tuple(names), (series,), first_header="Reason")


PLOTS = {"days": days_plot, "reasons": reasons_plot}


class Lists:
    """Addresses of the list as it is chosen with something changed: a plot of a year has two hundred."""

    def __init__(self, look: Look) -> None:
        self._given = dict(look.arguments)

    def url(self, **changed: str) -> str:
        arguments = {name: value for name, value in {**self._given, **changed}.items() if value}
        return address("failed.index", **arguments)


def _is_of(each: FailureCount, wanted: FailureFilter) -> bool:
    return (not wanted.status or each.status == wanted.status) and wanted.code in (None, each.code)


def _series(counted: Counted, chosen: Sequence[FailureCount], lasts: Permanence, lists: Lists) -> Series:
    texts: dict[datetime, int] = {}
    for each in chosen:
        if permanence_of(each.permanent) is lasts:
            texts[each.since] = texts.get(each.since, 0) + each.texts
    values = [texts.get(at, 0) for at in map(start_of, counted.stretches.starts) if at is not None]
    return Series(
        LASTS[lasts],
        TONES[lasts],
        values=tuple(values),
        urls=tuple(
            _stretch_url(counted, start, lasts, lists) if value else None
            for start, value in zip(counted.stretches.starts, values, strict=True)
        ),
        all_url=lists.url(lasts=lasts.value),
    )


def _stretch_url(counted: Counted, start: date, lasts: Permanence, lists: Lists) -> str:
    """The list of one stretch."""
    end = counted.stretches.end_of(start)
    return lists.url(since=start.isoformat(), until=end.isoformat(), lasts=lasts.value)
