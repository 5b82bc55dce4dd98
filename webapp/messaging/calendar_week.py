"""The seven days of a week as staff live them, with the hours that the clock change adds or takes away."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from webapp.messaging.schedule import short_day

USUAL_HOURS = 24
PARTS = (("Night", time(0)), ("Morning", time(6)), ("Afternoon", time(12)), ("Evening", time(18)))
"""The parts of a day and when each begins; the last one ends with the day."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` on, before `until`; both aware UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """`parts` are those of PARTS, in their order."""

    day: date
    parts: tuple[Span, ...]

    @property
    def name(self) -> str:
        """As "Mon 23 Nov"."""
        return short_day(self.day)

    @property
    def hours(self) -> int:
        """24, but for the two days a year on which the clocks change."""
        return round((self.parts[-1].until - self.parts[0].since) / timedelta(hours=1))

    @property
    def clock_change(self) -> str:
        """What the clocks do on that day, in words; "" on nearly all."""
        if self.hours == USUAL_HOURS:
            return ""
        return f"Clocks go {'back' if self.hours > USUAL_HOURS else 'forward'}: {self.hours} hours"


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def days_of_week(monday: date, timezone: ZoneInfo) -> tuple[CalendarDay, ...]:
    """Monday to Sunday."""
    return tuple(_day(monday + timedelta(days=days), timezone) for days in range(7))


def _day(day: date, timezone: ZoneInfo) -> CalendarDay:
    begins = [datetime.combine(day, begin, timezone).astimezone(UTC) for _, begin in PARTS]
    begins.append(datetime.combine(day + timedelta(days=1), time(), timezone).astimezone(UTC))
    return CalendarDay(day, tuple(Span(since, until) for since, until in pairwise(begins)))
