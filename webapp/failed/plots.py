"""What failed, counted once for the reasons and both plots: by reason, and by day and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from webapp.failed.forms import FilterForm
from webapp.services.failures import LASTS, Group, group_by_reason, permanence_of
from webapp.store.failure_counts import FailureCount, count_failures
from webapp.store.failures import FailureFilter, Permanence
from webapp.web.context import database, settings
from webapp.web.dates import start_of, today
from webapp.web.plots import Figure, Plot, PlotKind, Series, days_between, figure
from webapp.web.remembered import address

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


@dataclass(frozen=True, slots=True)
class Counted:
    """What failed in each stretch; without any if the time is too long to be plotted."""

    form: FilterForm
    stretches: Stretches
    counts: tuple[FailureCount, ...]
    groups: tuple[Group, ...]


def count(form: FilterForm, *, by_day: bool = True) -> Counted:
    """One look at what failed in the days chosen, whatever the reason."""
    wanted = form.wanted()
    stretches = stretches_of(wanted) if by_day else Stretches("day", (), today())
    times = [at for at in map(start_of, stretches.starts) if at is not None] or [wanted.since]
    found = count_failures(database(), wanted, times)
    counts = tuple(each for each in found if wanted.lasts in (None, permanence_of(each.permanent)))
    return Counted(form, stretches, counts, tuple(group_by_reason(database(), wanted, counts)))


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
    wanted = counted.form.wanted()
    chosen = [each for each in counted.counts if _is_of(each, wanted)]
    unit = counted.stretches.unit
    lists = Lists(counted.form)
    series = tuple(_series(counted, chosen, lasts, lists) for lasts in TONES)
    return Plot(f"Failed by {unit}", PlotKind.STACKED, counted.stretches.starts, series, first_header=unit)


def reasons_plot(counted: Counted) -> Plot:
    """The most frequent reasons, each linked to its list."""
    shown, rest = counted.groups[:MOST_REASONS], counted.groups[MOST_REASONS:]
    names = [group.reason.words for group in shown]
    values = [group.texts for group in shown]
    lists = Lists(counted.form)
    urls: list[str | None] = [lists.url(reason=group.key) for group in shown]
    if rest:
        names.append(f"{len(rest)} other reasons")
        values.append(sum(group.texts for group in rest))
        urls.append(None)
    series = Series("Texts", "bad", tuple(values), tuple(urls), all_url=lists.url(reason=""))
    return Plot("Failed by reason", PlotKind.CATEGORIES, names, (series,), first_header="Reason")


PLOTS = {"days": days_plot, "reasons": reasons_plot}


def figures(counted: Counted) -> tuple[Figure, ...]:
    """Both for the page; that by day only if the days chosen are few enough."""
    names = ["days", "reasons"] if counted.stretches.starts else ["reasons"]
    return tuple(
        figure(PLOTS[name](counted), partial(address, "failed.plot", name=name, **counted.form.arguments()))
        for name in names
        if counted.counts
    )


class Lists:
    """Addresses of the list as it is chosen with something changed: a plot of a year has two hundred."""

    def __init__(self, form: FilterForm) -> None:
        self._given = form.arguments()

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
