"""A week of the timeline, day by day and part by part."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.calendar_week import PARTS, CalendarDay, Span, days_of_week
from webapp.services.scheduled import Entry, entries_at
from webapp.store import scheduled
from webapp.store.scheduled import Place

ENTRIES_A_PART = 6


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """`more_after` is the last entry shown if there are more of them, else None."""

    name: str
    span: Span
    entries: tuple[Entry, ...]
    more_after: Place | None


@dataclass(frozen=True, slots=True)
class DayOfWeek:
    calendar: CalendarDay
    parts: tuple[PartOfDay, ...]

    @property
    def is_empty(self) -> bool:
        return not any(part.entries for part in self.parts)


def read_week(db: Database, monday: date, timezone: ZoneInfo) -> tuple[DayOfWeek, ...]:
    """Monday to Sunday: what goes or went, cancelled or not; of a full part the first few."""
    days = days_of_week(monday, timezone)
    places = {
        span: scheduled.list_between(db, span.since, span.until, limit=ENTRIES_A_PART + 1)
        for day in days
        for span in day.parts
    }
    shown = [place for listed in places.values() for place in listed[:ENTRIES_A_PART]]
    entries = {entry.place: entry for entry in entries_at(db, shown)}
    return tuple(
        DayOfWeek(
            day,
            tuple(
                _part(name, span, places[span], entries)
                for (name, _), span in zip(PARTS, day.parts, strict=True)
            ),
        )
        for day in days
    )


def _part(name: str, span: Span, places: list[Place], entries: dict[Place, Entry]) -> PartOfDay:
    shown = places[:ENTRIES_A_PART]
    return PartOfDay(
        name=name,
        span=span,
        entries=tuple(entries[place] for place in shown if place in entries),
        more_after=shown[-1] if len(places) > ENTRIES_A_PART else None,
    )
