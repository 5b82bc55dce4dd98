"""Days as staff type them into filters: midnights in the organisation's time zone."""

from datetime import date, datetime, time, timedelta

from webapp.web.context import settings


def today() -> date:
    """Which day it is where the organisation is."""
    return datetime.now(settings().timezone).date()


def start_of(day: date | None, *, days_later: int = 0) -> datetime | None:
    """Midnight at the beginning of a day; None if there is none, or nobody can have meant it."""
    if day is None or not 2000 <= day.year < 2100:
        return None
    return datetime.combine(day + timedelta(days=days_later), time(), tzinfo=settings().timezone)
