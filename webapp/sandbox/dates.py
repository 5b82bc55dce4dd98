"""Dates on the wire, kept inside as whole milliseconds since 1970 in UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from .switches import DateForm

LONDON = ZoneInfo("Europe/London")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
JAVASCRIPT_DATE = re.compile(
    r"(?:[A-Z][a-z]{2},? )?([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d):(\d\d):(\d\d)"
    r" GMT([+-])(\d\d)(\d\d)(?: \(.*\))?",
    re.ASCII,
)


def milliseconds_of(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def datetime_of(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def read_date(text: str) -> int:
    """ISO 8601 or JavaScript's Date text ("Wed Jul 19 2017 20:53:46 GMT+0100 (BST)"). Raises ValueError."""
    javascript = JAVASCRIPT_DATE.fullmatch(text.strip())
    if javascript:
        return _read_javascript(javascript)
    at = datetime.fromisoformat(text.strip())
    return milliseconds_of(at if at.tzinfo else at.replace(tzinfo=UTC))


def _read_javascript(match: re.Match[str]) -> int:
    month, day, year, hour, minute, second, sign, offset_hours, offset_minutes = match.groups()
    offset = timedelta(hours=int(offset_hours), minutes=int(offset_minutes))
    zone = timezone(offset if sign == "+" else -offset)
    moment = (int(hour), int(minute), int(second))
    if month not in MONTHS:
        raise ValueError(f"no month is called {month}")
    return milliseconds_of(datetime(int(year), MONTHS.index(month) + 1, int(day), *moment, tzinfo=zone))


def write_date(milliseconds: int, form: DateForm) -> str | int:
    if form is DateForm.EPOCH:
        return milliseconds
    at = datetime_of(milliseconds)
    if form is DateForm.JAVASCRIPT:
        return at.astimezone(LONDON).strftime("%a %b %d %Y %H:%M:%S GMT%z (%Z)")
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def midnight_before(milliseconds: int) -> int:
    """The midnight in London that began the day of this moment."""
    local = datetime_of(milliseconds).astimezone(LONDON)
    return milliseconds_of(local.replace(hour=0, minute=0, second=0, microsecond=0))
