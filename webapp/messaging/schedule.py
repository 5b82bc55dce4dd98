"""When a text goes: local times read from a form, both clock changes minded, and written for people."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MAX_AHEAD = timedelta(days=366)
"""A text further ahead is refused: it is nearly always a mistyped year, and nobody would remember it."""

_MINUTE = timedelta(minutes=1)
_OPENING_TIME = time(9)
_MONDAY = 0
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ScheduleRefused(ValueError):
    """A time no text can go at; `message` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class MissingTime(ScheduleRefused):
    """A local time the clocks skip in spring; `before` and `after` stand around it (aware, local)."""

    def __init__(self, wanted: datetime, before: datetime, after: datetime) -> None:
        self.before, self.after = before, after
        super().__init__(
            f"{wanted:%H:%M} does not exist on {short_day(wanted)}: the clocks go forward then. "
            f"Choose {before:%H:%M} or earlier, or {after:%H:%M} or later."
        )


class AmbiguousTime(ScheduleRefused):
    """A local time that comes twice in autumn: `earlier` and `later` (aware, local)."""

    def __init__(self, earlier: datetime, later: datetime) -> None:
        self.earlier, self.later = earlier, later
        super().__init__(
            f"{earlier:%H:%M} comes twice on {short_day(earlier)}, because the clocks go back. "
            f"Choose the first ({offset_words(earlier)}) or the second ({offset_words(later)})."
        )


@dataclass(frozen=True, slots=True)
class QuickPick:
    """A time offered for one click; `at` is aware and local."""

    label: str
    at: datetime


def parse_local_time(
    date_text: str, time_text: str, *, timezone: ZoneInfo, now: datetime, fold: int | None = None
) -> datetime:
    """Return the UTC time of a local date ("2026-11-23") and time ("09:00"; seconds are ignored).

    `now` is aware. `fold` answers AmbiguousTime: 0 the first, 1 the second; elsewhere it changes nothing.
    Raises ScheduleRefused for nonsense, the past and what is too far ahead; MissingTime; AmbiguousTime.
    """
    wanted = datetime.combine(_parse_date(date_text), _parse_time(time_text))
    at = _instant(wanted, timezone, now, fold)
    if at <= now:
        raise ScheduleRefused(f"That time has passed. Choose one after {format_local(now, timezone)}.")
    if at > now + MAX_AHEAD:
        latest = format_local(now + MAX_AHEAD, timezone)
        raise ScheduleRefused(f"That is more than a year ahead. Choose a time up to {latest}.")
    return at


def quick_picks(now: datetime, timezone: ZoneInfo) -> tuple[QuickPick, ...]:
    """Offer in an hour, tomorrow 09:00 and the Monday after today 09:00 (once, if that is tomorrow)."""
    in_an_hour = (now.astimezone(UTC) + timedelta(hours=1)).replace(second=0, microsecond=0)
    today = now.astimezone(timezone).date()
    picks = [QuickPick("In an hour", in_an_hour.astimezone(timezone))]
    picks.append(QuickPick("Tomorrow 09:00", _opening(today + timedelta(days=1), timezone)))
    days_to_monday = (_MONDAY - today.weekday()) % 7 or 7
    if days_to_monday > 1:
        picks.append(QuickPick("Monday 09:00", _opening(today + timedelta(days=days_to_monday), timezone)))
    return tuple(picks)


def start_of_day(at: datetime, timezone: ZoneInfo) -> datetime:
    """Return the midnight (aware, local) at which the local day of `at` began."""
    return datetime.combine(at.astimezone(timezone).date(), time(), timezone)


def format_local(at: datetime, timezone: ZoneInfo) -> str:
    """Return "Mon 23 Nov 2026, 09:00" in the zone's own time; GMT or BST follow if that hour comes twice."""
    local = at.astimezone(timezone)
    return f"{format_day(local)}, {format_clock(at, timezone)}"


def format_day(day: date) -> str:
    """Return "Mon 23 Nov 2026"."""
    return f"{short_day(day)} {day.year}"


def short_day(day: date) -> str:
    """Return "Mon 23 Nov"."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def format_clock(at: datetime, timezone: ZoneInfo) -> str:
    """Return "09:00" in the zone's own time; GMT or BST follow if that hour comes twice."""
    local = at.astimezone(timezone)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M}{' ' + offset_words(local) if twice else ''}"


def offset_words(local: datetime) -> str:
    """Name the offset of an aware local time as people do: "GMT", "BST", "UTC+03:00" where no name exists."""
    name = local.tzname() or ""
    return name if name.isalpha() else f"UTC{local.isoformat()[-6:]}"


def countdown(at: datetime, now: datetime) -> str:
    """Return how long until then: "in 2 h 5 min", "in 3 days 4 h", "in less than a minute", "due now"."""
    minutes, seconds = divmod(int((at - now).total_seconds()), 60)
    if minutes < 1:
        return "in less than a minute" if minutes == 0 and seconds > 0 else "due now"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    largest = [(days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min")]
    while not largest[0][0]:
        largest.pop(0)
    return "in " + " ".join(f"{count:,} {unit}" for count, unit in largest[:2] if count)


def _parse_date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip(), re.ASCII):
        raise ScheduleRefused("Enter the date as year-month-day, such as 2026-11-23.")
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ScheduleRefused("There is no such date. Check the day and the month.") from error


def _parse_time(text: str) -> time:
    if not re.fullmatch(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", text.strip(), re.ASCII):
        raise ScheduleRefused("Enter the time as hours and minutes, such as 09:00.")
    try:
        return time.fromisoformat(text.strip()[:5])
    except ValueError as error:
        raise ScheduleRefused("There is no such time. Choose one from 00:00 to 23:59.") from error


def _instant(wanted: datetime, timezone: ZoneInfo, now: datetime, fold: int | None) -> datetime:
    try:
        first, second = (wanted.replace(tzinfo=timezone, fold=side).astimezone(UTC) for side in (0, 1))
    except OverflowError as error:
        raise ScheduleRefused("There is no such date. Check the year.") from error
    if not _exists(wanted, timezone):
        raise MissingTime(wanted, _nearest(wanted, -_MINUTE, timezone), _nearest(wanted, _MINUTE, timezone))
    if fold is None and now < first < second:  # if the first has passed, only the second can be meant
        raise AmbiguousTime(first.astimezone(timezone), second.astimezone(timezone))
    return first if fold == 0 or (fold is None and now < first) else second


def _exists(local: datetime, timezone: ZoneInfo) -> bool:
    there = local.replace(tzinfo=timezone).astimezone(UTC)
    return there.astimezone(timezone).replace(tzinfo=None) == local


def _nearest(missing: datetime, step: timedelta, timezone: ZoneInfo) -> datetime:
    while not _exists(missing, timezone):  # ends: a zone skips a day at the most
        missing += step
    return missing.replace(tzinfo=timezone)


def _opening(day: date, timezone: ZoneInfo) -> datetime:
    return datetime.combine(day, _OPENING_TIME, timezone)
