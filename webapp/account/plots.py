"""The balance at the end of each of the last thirty days."""

from datetime import timedelta

from webapp.store import readings
from webapp.web.context import database
from webapp.web.dates import start_of, today
from webapp.web.plots import Plot, PlotKind, Series, days_between

HISTORY_DAYS = 30


def balance_plot() -> Plot:
    """A gap where the provider was not asked all day."""
    days = days_between(today() - timedelta(days=HISTORY_DAYS - 1), today())
    ends = [at for at in (start_of(day, days_later=1) for day in days) if at is not None]
    read = readings.credits_before(database(), ends)
    starts = [at for at in map(start_of, days) if at is not None]
    values = tuple(
        reading.credits if reading is not None and reading.at >= start else None
        for reading, start in zip(read, starts, strict=True)
    )
    series = Series("Credits", "accent", values)
    return Plot("Balance at the end of each day", PlotKind.LINE, days, (series,), unit="credits")


PLOTS = {"balance": balance_plot}
