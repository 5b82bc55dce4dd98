from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.messaging.calendar_week import PARTS, days_of_week, monday_of

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("monday", "sunday_hours", "words"),
    [
        (date(2026, 11, 23), 24, ""),
        (date(2026, 10, 19), 25, "Clocks go back: 25 hours"),
        (date(2027, 3, 22), 23, "Clocks go forward: 23 hours"),
    ],
)
def test_the_day_of_a_clock_change_has_its_hours(monday: date, sunday_hours: int, words: str) -> None:
    days = days_of_week(monday, LONDON)
    assert [day.hours for day in days] == [24] * 6 + [sunday_hours]
    assert days[-1].clock_change == words


@pytest.mark.parametrize("monday", [date(2026, 11, 23), date(2026, 10, 19), date(2027, 3, 22)])
def test_the_parts_of_a_week_leave_no_gap_and_do_not_overlap(monday: date) -> None:
    spans = [span for day in days_of_week(monday, LONDON) for span in day.parts]
    assert [span.until for span in spans[:-1]] == [span.since for span in spans[1:]]
    assert all(span.since < span.until for span in spans)
    assert spans[0].since.astimezone(LONDON) == datetime(monday.year, monday.month, monday.day, tzinfo=LONDON)
    assert len(spans) == 7 * len(PARTS)


def test_both_hours_that_come_twice_stand_in_the_night() -> None:
    sunday = days_of_week(date(2026, 10, 19), LONDON)[-1]
    night = sunday.parts[0]
    for at in (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)):
        assert f"{at.astimezone(LONDON):%H:%M}" == "01:30"
        assert night.since <= at < night.until
    assert night.until - night.since == timedelta(hours=7)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 29)])
def test_a_week_begins_on_monday(day: date) -> None:
    assert monday_of(day) == date(2026, 11, 23)
