"""Which day it was where the organisation is, as the record knows it: sums by day go by it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.store.connection import row, time_text, transaction
from webapp.store.daily_tables import SUM_ALL
from webapp.store.spend_tables import SUM_SPEND

# No date before or after is believed.
FIRST = datetime(2000, 1, 1, tzinfo=UTC) - timedelta(days=2)
LAST = datetime(2100, 1, 1, tzinfo=UTC)
USUAL_ZONE = ZoneInfo("Europe/London")


def keep_days_of(db: Database, zone: ZoneInfo) -> None:
    """Count days as they are in `zone`; if that is another one than before, everything is summed anew."""
    if _zone_of(db) == zone.key:
        return
    with transaction(db):
        if _zone_of(db) == zone.key:
            return
        db.conn.execute("INSERT OR REPLACE INTO local_zone (id, name) VALUES (1, ?)", [zone.key])
        db.conn.execute("DELETE FROM local_shifts")
        db.conn.executemany(
            "INSERT INTO local_shifts (from_at, shift) VALUES (?, ?)",
            [(time_text(at), f"{seconds:+d} seconds") for at, seconds in _shifts(zone)],
        )
        sum_anew(db)


def sum_anew(db: Database) -> None:
    """Count all messages again. It reads the whole record."""
    with transaction(db):
        db.conn.execute("DELETE FROM daily_texts")
        db.conn.execute(SUM_ALL)
        # Not there yet while an older record is brought up to date.
        if row(db, "SELECT 1 FROM sqlite_master WHERE name = 'spend_sums'"):
            db.conn.execute("DELETE FROM spend_sums WHERE part <> 'status'")
            for statement in SUM_SPEND:
                db.conn.execute(statement)


def _zone_of(db: Database) -> str | None:
    found = row(db, "SELECT name FROM local_zone")
    return found["name"] if found else None


@cache
def _shifts(zone: ZoneInfo) -> tuple[tuple[datetime, int], ...]:
    """All of them: who looks for them looks at each day of a century."""
    return tuple(_each_shift(zone))


def _each_shift(zone: ZoneInfo) -> Iterator[tuple[datetime, int]]:
    """From when on the clocks of a zone are how many seconds ahead of UTC."""
    at, seconds = FIRST, _seconds(zone, FIRST)
    yield at, seconds
    while at < LAST:
        following = at + timedelta(days=1)
        if _seconds(zone, following) != seconds:
            changed_at = _change_between(zone, at, following)
            seconds = _seconds(zone, following)
            yield changed_at, seconds
        at = following


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the clocks are changed, on a day on which they are changed once."""
    seconds = _seconds(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _seconds(zone, middle) == seconds else (before, middle)
    return after


def _seconds(zone: ZoneInfo, at: datetime) -> int:
    shift = at.astimezone(zone).utcoffset()
    return 0 if shift is None else round(shift.total_seconds())
