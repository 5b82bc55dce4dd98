"""What failed, counted once for the reasons and both plots: by reason, and by day and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from flask import url_for

from webapp.failed.forms import FilterForm
from webapp.services.failures import LASTS, Group, group_by_reason, permanence_of
from webapp.store.failure_counts import FailureCount, count_failures
from webapp.store.failures import FailureFilter, Permanence
from webapp.web.context import database, settings
from webapp.web.dates import start_of, today
from webapp.web.plots import Figure, Plot, PlotKind, Series, days_between, figure
from webapp.web.remembered import address

MOST_DAYS = 31
MOST_WEEKS = 53
MOST_REASONS = 8
# The tones in which the list of reasons marks them.
TONES = {Permanence.PERMANENT: "bad", Permanence.TEMPORARY: "waiting", Permanence.NOT_SAID: "neutral"}


@dataclass(frozen=True, slots=True)
class Counted:
    """What failed, in stretches of `days_each` days from each of `starts`; none if the time is too long."""

    form: FilterForm
    starts: tuple[date, ...]
    days_each: int
    counts: tuple[FailureCount, ...]
    groups: tuple[Group, ...]


def count(form: FilterForm, *, by_day: bool = True) -> Counted:
    """One look at what failed in the days chosen, whatever the reason."""
    wanted = form.wanted()
    starts, days_each = stretches(wanted) if by_day else ((), 1)
    times = [at for at in map(start_of, starts) if at is not None] or [wanted.since]
    found = count_failures(database(), wanted, times)
    counts = tuple(each for each in found if wanted.lasts in (None, permanence_of(each.permanent)))
    return Counted(form, starts, days_each, counts, tuple(group_by_reason(database(), wanted, counts)))


def stretches(wanted: FailureFilter) -> tuple[tuple[date, ...], int]:
    """Each day, or from a month on the first of every seven; none of more than a year, or of the future."""
    first = wanted.since.astimezone(settings().timezone).date()
    last = min((wanted.until - timedelta(seconds=1)).astimezone(settings().timezone).date(), today())
    days = (last - first).days + 1
    if not 0 < days <= MOST_WEEKS * 7:
        return (), 1
    days_each = 1 if days <= MOST_DAYS else 7
    return days_between(first, last)[::days_each], days_each


def days_plot(counted: Counted) -> Plot:
    """By day, or by week, of the reason that is chosen."""
    wanted = counted.form.wanted()
    chosen = [each for each in counted.counts if _is_of(each, wanted)]
    title = "Failed by day" if counted.days_each == 1 else "Failed by week"
    lists = Lists(counted.form)
    series = tuple(_series(counted, chosen, lasts, lists) for lasts in TONES)
    return Plot(
        title, PlotKind.STACKED, counted.starts, series, first_header=title.removeprefix("Failed by ")
    )


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
    names = ["days", "reasons"] if counted.starts else ["reasons"]
    return tuple(
        figure(PLOTS[name](counted), partial(address, "failed.plot", name=name, **counted.form.arguments()))
        for name in names
        if counted.counts
    )


class Lists:
    """Addresses of the list as it is chosen with something changed: a plot of a year has two hundred."""

    def __init__(self, form: FilterForm) -> None:
        self._path, self._given = url_for("failed.index"), form.arguments()

    def url(self, **changed: str) -> str:
        arguments = {name: value for name, value in {**self._given, **changed}.items() if value}
        return f"{self._path}?{urlencode(arguments)}" if arguments else self._path


def _is_of(each: FailureCount, wanted: FailureFilter) -> bool:
    return (not wanted.status or each.status == wanted.status) and wanted.code in (None, each.code)


def _series(counted: Counted, chosen: Sequence[FailureCount], lasts: Permanence, lists: Lists) -> Series:
    texts: dict[datetime, int] = {}
    for each in chosen:
        if permanence_of(each.permanent) is lasts:
            texts[each.since] = texts.get(each.since, 0) + each.texts
    values = [texts.get(at, 0) for at in map(start_of, counted.starts) if at is not None]
    return Series(
        LASTS[lasts],
        TONES[lasts],
        values=tuple(values),
        urls=tuple(
            _stretch_url(counted, start, lasts, lists) if value else None
            for start, value in zip(counted.starts, values, strict=True)
        ),
        all_url=lists.url(lasts=lasts.value),
    )


def _stretch_url(counted: Counted, start: date, lasts: Permanence, lists: Lists) -> str:
    """The list of one stretch; the last week may be a short one."""
    end = start + timedelta(days=counted.days_each - 1)
    until = counted.form.until.data
    end = min(end, until) if until else end
    return lists.url(since=start.isoformat(), until=end.isoformat(), lasts=lasts.value)
