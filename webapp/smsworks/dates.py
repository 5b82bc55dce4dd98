"""The provider's dates: read in each form it has been seen to use, written in one (docs/provider.md)."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What JavaScript's Date prints: "Wed Jul 19 2017 20:53:46 GMT+0100 (BST)". The weekday is not checked (the
# published examples have wrong ones) and the bracketed zone is only a name for the offset before it.
_JAVASCRIPT = re.compile(
    r"[A-Za-z]{3} (?P<month>[A-Z][a-z]{2}) (?P<day>[0-9]{1,2}) (?P<year>[0-9]{4})"
    r" (?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
    r" (?:GMT|UTC)(?P<sign>[+-])?(?P<offset_hours>[0-9]{2})?:?(?P<offset_minutes>[0-9]{2})?(?: \(.*\))?"
)


def parse_date(value: object) -> datetime | None:
    """The moment in UTC that a date of the provider's stands for; None for null, "" and what cannot be read.

    Takes ISO 8601 text (UTC unless it says otherwise), JavaScript's text and milliseconds since 1970.
    """
    try:
        at = _parse(value)
    except (ValueError, OverflowError):
        return None
    # Texts are of this century: a year like 1 or 9999 is a provider's way to say "none".
    return at if at is not None and 2000 <= at.year < 2100 else None


def format_date(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: "2021-10-28T13:10:00.000Z". Raises ValueError without an offset."""
    if at.tzinfo is None:
        raise ValueError("a time sent to the provider needs its offset from UTC")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _parse(value: object) -> datetime | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _EPOCH + timedelta(milliseconds=value)
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        return None
    if text.isascii() and text.lstrip("-").isdecimal():
        return _EPOCH + timedelta(milliseconds=int(text))
    javascript = _JAVASCRIPT.fullmatch(text)
    return _from_javascript(javascript) if javascript else _from_iso(text)


def _from_javascript(found: re.Match[str]) -> datetime:
    month = _MONTHS.index(found["month"]) + 1
    year, day = int(found["year"]), int(found["day"])
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    offset = timedelta(hours=int(found["offset_hours"] or 0), minutes=int(found["offset_minutes"] or 0))
    zone = timezone(-offset if found["sign"] == "-" else offset)
    return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)


def _from_iso(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
