"""Building the calendar week of Scheduled."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from flask import request, url_for

from webapp.messaging.calendar_week import PARTS, Span, days_of_week, monday_of
from webapp.messaging.schedule import MAX_AHEAD, format_day, short_day
from webapp.scheduled.builders import PAST, index_version, write_place_of
from webapp.scheduled.pages import ScheduledWeekPage
from webapp.services.exports.scheduled import Stretch
from webapp.services.scheduled import SHOWN_FOR
from webapp.services.scheduled_week import DayOfWeek, read_week
from webapp.store.scheduled import Kind, ListState, Place
from webapp.web.context import database, settings

WEEK = timedelta(days=7)


def asked_monday() -> date:
    """The Monday of the week that the address names, else of this week."""
    try:
        asked = monday_of(date.fromisoformat(request.args.get("start", "")))
    except (ValueError, OverflowError):
        return monday_of(_today())
    first, last = _bounds()
    return min(max(asked, first), last)


def asked_stretch() -> Stretch:
    """What the address of an export names: a week, what went, or else what is to come."""
    try:
        days = days_of_week(monday_of(date.fromisoformat(request.args.get("week", ""))), settings().timezone)
    except (ValueError, OverflowError):
        return Stretch(is_past=request.args.get("show") == PAST)
    return Stretch(span=Span(days[0].parts[0].since, days[-1].parts[-1].until))


def build_week(state: ListState, monday: date) -> ScheduledWeekPage:
    days = read_week(database(), monday, settings().timezone)
    this_week = monday_of(_today())
    first, last = _bounds()
    version = index_version(state)
    return ScheduledWeekPage(
        days=days,
        part_names=tuple(name for name, _ in PARTS),
        more_urls=dict(_more_urls(days)),
        today=_today(),
        title=f"{short_day(monday)} to {format_day(days[-1].calendar.day)}",
        is_empty=all(day.is_empty for day in days),
        state=state,
        earlier_url=_url(monday - WEEK) if monday > first else None,
        later_url=_url(monday + WEEK) if monday < last else None,
        this_week_url=_url(this_week) if monday != this_week else None,
        export_url=url_for("scheduled.export_csv", week=monday.isoformat()),
        here=_url(monday),
        poll_url=url_for("scheduled.week", start=monday.isoformat(), version=version),
        version=version,
    )


def _more_urls(days: Sequence[DayOfWeek]) -> Iterator[tuple[datetime, str]]:
    """By the beginning of each part that holds more than is shown: the list, from there on."""
    now = datetime.now(UTC)
    for part in (part for day in days for part in day.parts if part.more_after):
        if part.span.until <= now:
            place = Place(part.span.until, Kind.TEXT, 0)
            url = url_for("scheduled.index", show=PAST, after=write_place_of(place))
        else:
            assert part.more_after is not None  # noqa: S101 - chosen above
            url = url_for("scheduled.index", after=write_place_of(part.more_after))
        yield part.span.since, url


def _url(monday: date) -> str:
    return url_for("scheduled.week", start=monday.isoformat())


def _today() -> date:
    return datetime.now(settings().timezone).date()


def _bounds() -> tuple[date, date]:
    """The first and the last week in which anything can stand."""
    now = datetime.now(settings().timezone)
    return monday_of((now - SHOWN_FOR).date()), monday_of((now + MAX_AHEAD).date())
