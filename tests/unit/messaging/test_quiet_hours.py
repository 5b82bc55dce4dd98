"""Quiet hours: spanning midnight or not, and on the days on which the clocks change."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from webapp.messaging.quiet_hours import QuietHours

LONDON = ZoneInfo("Europe/London")
NIGHT = QuietHours(time(21), time(8))
LUNCH = QuietHours(time(12), time(13, 30))
SMALL_HOURS = QuietHours(time(0), time(1, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "when", "ends"),
    [
        (NIGHT, "2026-11-20 20:59:59", None),
        (NIGHT, "2026-11-20 21:00", "2026-11-21 08:00"),
        (NIGHT, "2026-11-21 00:00", "2026-11-21 08:00"),
        (NIGHT, "2026-11-21 07:59:59", "2026-11-21 08:00"),
        (NIGHT, "2026-11-21 08:00", None),
        (NIGHT, "2026-07-01 20:00", "2026-07-02 07:00"),  # 21:00 by summer time
        (LUNCH, "2026-11-20 12:00", "2026-11-20 13:30"),
        (LUNCH, "2026-11-20 13:30", None),
        (LUNCH, "2026-11-20 23:00", None),
        # The night in which the clocks go forward is an hour shorter, the other one an hour longer.
        (NIGHT, "2027-03-27 22:00", "2027-03-28 07:00"),
        (NIGHT, "2026-10-24 21:00", "2026-10-25 08:00"),
        # An end that is skipped (01:30 on 28 March), and one that comes twice (01:30 on 25 October).
        (SMALL_HOURS, "2027-03-28 00:30", "2027-03-28 01:30"),
        (SMALL_HOURS, "2026-10-25 00:10", "2026-10-25 01:30"),
        (SMALL_HOURS, "2026-10-25 01:10", "2026-10-25 01:30"),
    ],
)
def test_quiet_hours_end(hours: QuietHours, when: str, ends: str | None) -> None:
    assert hours.end_after(at(when), LONDON) == (at(ends) if ends else None)


def test_quiet_hours_are_over_when_they_end() -> None:
    for hours in (NIGHT, LUNCH, SMALL_HOURS):
        for minute in range(0, 60 * 24 * 366, 7):
            end = hours.end_after(datetime.fromtimestamp(1_790_000_000 + minute * 60, UTC), LONDON)
            assert end is None or hours.end_after(end, LONDON) is None
