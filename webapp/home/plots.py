"""The last thirty days: what was sent and became of it, replies, credits; from the sums by day."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from webapp.messaging.status import MessageStatus
from webapp.store import daily
from webapp.store.daily import Days, Part
from webapp.store.record import group_of
from webapp.store.record_conditions import Direction, Group
from webapp.web.context import database
from webapp.web.dates import today
from webapp.web.plots import THREE_IN_A_ROW, Figure, Plot, PlotKind, Series, days_between, figure
from webapp.web.remembered import address, as_recorded
from webapp.web.shell import chosen_theme

SHOWN_DAYS = 30


def outcome_plot() -> Plot:
    """Texts that went out, by the day on which they did."""
    counted = daily.count_by_status(database(), shown_days())
    delivered = MessageStatus.DELIVERED.value
    failed, waiting = Group.FAILED, Group.WAITING
    series = (
        _series("Delivered", "good", delivered, lambda status: status == delivered, counted),
        _series("Failed", "bad", failed, lambda status: group_of(status) is failed, counted),
        _series("No final report", "waiting", waiting, lambda status: group_of(status) is waiting, counted),
    )
    return Plot("Sent by day", PlotKind.STACKED, _labels(), series)


def replies_plot() -> Plot:
    counted = daily.count_by_status(database(), shown_days())
    values = tuple(counted.get((day, MessageStatus.INCOMING.value), 0) for day in _labels())
    url = partial(address, "messages.index", direction=Direction.IN.value)
    urls = tuple(url(since=day.isoformat(), until=day.isoformat()) for day in _labels())
    series = Series("Received", "accent", values, urls, all_url=url(**_all_days()))
    return Plot("Replies by day", PlotKind.STACKED, _labels(), (series,))


def credits_plot() -> Plot:
    """What the texts of each day cost, less what was given back for them."""
    sums = daily.sum_by(database(), shown_days(), Part.DAY)
    costs = tuple(sums[day.isoformat()].cost if day.isoformat() in sums else Decimal() for day in _labels())
    url = partial(address, "account.spend")
    urls = tuple(url(since=day.isoformat(), until=day.isoformat()) for day in _labels())
    series = Series("Cost", "accent", costs, urls, all_url=url(**_all_days()))
    return Plot("Credits by day", PlotKind.STACKED, _labels(), (series,), unit="credits")


PLOTS: dict[str, Callable[[], Plot]] = {
    "outcomes": outcome_plot,
    "replies": replies_plot,
    "credits": credits_plot,
}


def figures() -> dict[str, Figure]:
    """None before anything was sent or came in: a new installation has other worries."""
    return _figures_in(chosen_theme())


@as_recorded(most=8)
def _figures_in(_theme: str | None) -> dict[str, Figure]:
    """Half of what Home costs, and most who open it see the same ones."""
    if daily.first_day(database()) is None:
        return {}
    return {
        name: figure(plot(), partial(address, "home.plot", name=name), screens=THREE_IN_A_ROW)
        for name, plot in PLOTS.items()
    }


def shown_days() -> Days:
    return Days(today() - timedelta(days=SHOWN_DAYS - 1), today())


def _labels() -> tuple[date, ...]:
    return days_between(shown_days().first, shown_days().last)


def _all_days() -> dict[str, Any]:
    return {"since": shown_days().first.isoformat(), "until": shown_days().last.isoformat()}


def _series(
    name: str,
    tone: str,
    status: str,
    is_of: Callable[[str], bool],
    counted: dict[tuple[date, str], int],
) -> Series:
    values = dict.fromkeys(_labels(), 0)
    for (day, each), texts in counted.items():
        values[day] += texts if is_of(each) else 0
    url = partial(address, "messages.index", status=status)
    return Series(
        name,
        tone,
        tuple(values.values()),
        tuple(url(since=day.isoformat(), until=day.isoformat()) for day in values),
        all_url=url(**_all_days()),
    )
