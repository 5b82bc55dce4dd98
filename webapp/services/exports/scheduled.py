"""What is scheduled as a file, read page by page: a file of any length keeps nothing in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.calendar_week import Span
from webapp.services.exports.cells import Cell, csv_chunks, number_cell, read_sizes, time_cell
from webapp.services.scheduled import Entry, list_entries
from webapp.store import users
from webapp.store.scheduled import Kind, Place

BEFORE_THE_FIRST_ID = -1
HEADER = (
    *("Time", "Time (UTC)", "Kind", "Text", "To", "People", "From", "State", "By"),
    *("Batch", "Reference"),
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which part of the timeline: what is to come, or went; or a `span` of it, whatever the time is now."""

    is_past: bool = False
    span: Span | None = None


def scheduled_csv(db: Database, wanted: Stretch, *, timezone: ZoneInfo) -> Iterator[str]:
    """What is to come, or goes within the span, the soonest first; or what went, the latest first."""
    names = {user.id: user.name for user in users.list_users(db)}
    return csv_chunks(HEADER, (_row(entry, names, timezone) for entry in _all(db, wanted)))


def _all(db: Database, wanted: Stretch) -> Iterator[Entry]:
    # What goes out while the file is made is neither repeated nor left out.
    now = datetime.now(UTC)
    after = Place(wanted.span.since, Kind.TEXT, BEFORE_THE_FIRST_ID) if wanted.span else None
    for limit in read_sizes():
        found = list_entries(db, is_past=wanted.is_past, after=after, limit=limit, now=now)
        if not found:
            return
        for entry in found:
            if wanted.span and entry.place.at >= wanted.span.until:
                return
            yield entry
        after = found[-1].place


def _row(entry: Entry, names: dict[int, str], timezone: ZoneInfo) -> tuple[Cell, ...]:
    at = entry.place.at
    author = "another program" if entry.item else names.get(entry.author_id or 0, "")
    return (
        time_cell(at, timezone),
        time_cell(at, UTC),
        "batch" if entry.batch or entry.people > 1 else "text",
        entry.content,
        number_cell(entry.destination) if entry.people == 1 else "",
        entry.people,
        number_cell(entry.sender),
        entry.meaning.word,
        author,
        entry.batch.name if entry.batch else "",
        entry.reference,
    )
