from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.messaging.schedule import (
    AmbiguousTime,
    MissingTime,
    ScheduleRefused,
    countdown,
    format_local,
    offset_words,
    parse_local_time,
    quick_picks,
)

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 20, 10, 30, 15, tzinfo=UTC)
BEFORE_SPRING = datetime(2027, 3, 1, tzinfo=UTC)
BEFORE_AUTUMN = datetime(2027, 10, 1, tzinfo=UTC)


def parse(date_text: str, time_text: str, now: datetime = NOW, fold: int | None = None) -> datetime:
    return parse_local_time(date_text, time_text, timezone=LONDON, now=now, fold=fold)


def refusal(date_text: str, time_text: str, **options: datetime) -> str:
    with pytest.raises(ScheduleRefused) as caught:
        parse(date_text, time_text, **options)
    assert caught.value.message == str(caught.value)
    return caught.value.message


def test_winter_time_is_utc_and_summer_time_an_hour_before():
    assert parse("2026-11-23", "09:00") == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert parse("2027-06-01", "09:00") == datetime(2027, 6, 1, 8, tzinfo=UTC)
    assert parse("2027-06-01", "09:00").tzinfo is UTC


@pytest.mark.parametrize("time_text", ["09:00:59", "09:00:30.250", " 09:00 "])
def test_seconds_and_spaces_around_are_ignored(time_text):
    assert parse(" 2026-11-23 ", time_text) == datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize("time_text", ["10:30", "10:29", "00:00"])
def test_the_past_is_refused_to_the_minute(time_text):
    assert (
        refusal("2026-11-20", time_text) == "That time has passed. Choose one after Fri 20 Nov 2026, 10:30."
    )


def test_this_very_instant_has_passed():
    assert "has passed" in refusal("2026-11-20", "10:30", now=NOW.replace(second=0))


def test_the_next_minute_is_accepted():
    assert parse("2026-11-20", "10:31") == datetime(2026, 11, 20, 10, 31, tzinfo=UTC)


def test_up_to_a_year_ahead_is_accepted_and_no_more():
    assert parse("2027-11-21", "10:30") == datetime(2027, 11, 21, 10, 30, tzinfo=UTC)
    assert refusal("2027-11-21", "10:31") == (
        "That is more than a year ahead. Choose a time up to Sun 21 Nov 2027, 10:30."
    )


@pytest.mark.parametrize(
    ("date_text", "time_text", "part"),
    [
        ("", "09:00", "Enter the date"), ("tomorrow", "09:00", "Enter the date"),
        ("23/11/2026", "09:00", "Enter the date"),
        ("20261123", "09:00", "Enter the date"), ("2026-W48-1", "09:00", "Enter the date"),
        ("٢٠٢٦-١١-٢٣", "09:00", "Enter the date"),
        ("12026-11-23", "09:00", "Enter the date"), ("2026-11-23\0", "09:00", "Enter the date"),
        ("\ud800", "09:00", "Enter the date"),
        ("2026-02-30", "09:00", "no such date"), ("2026-13-01", "09:00", "no such date"),
        ("0000-01-01", "09:00", "no such date"),
        ("0001-01-01", "00:00", "has passed"), ("9999-12-31", "23:59", "more than a year"),
        ("2206-11-23", "09:00", "more than a year"),
        ("2026-11-23", "", "Enter the time"), ("2026-11-23", "9am", "Enter the time"),
        ("2026-11-23", "9:00", "Enter the time"),
        ("2026-11-23", "09:00+01:00", "Enter the time"), ("2026-11-23", "٠٩:٠٠", "Enter the time"),
        ("2026-11-23", "09", "Enter the time"),
        ("2026-11-23", "24:00", "no such time"), ("2026-11-23", "12:60", "no such time"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_plain_words(date_text, time_text, part):
    assert part in refusal(date_text, time_text)


def test_a_year_the_zone_pushes_over_the_edge_is_refused():
    with pytest.raises(ScheduleRefused, match="Check the year"):
        parse_local_time("0001-01-01", "00:00", timezone=ZoneInfo("Asia/Tokyo"), now=NOW)


def test_march_s_missing_hour_is_refused_with_its_neighbours():
    with pytest.raises(MissingTime) as caught:
        parse("2027-03-28", "01:30", now=BEFORE_SPRING)
    assert caught.value.before == datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
    assert caught.value.after == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert caught.value.message == (
        "01:30 does not exist on Sun 28 Mar: the clocks go forward then. "
        "Choose 00:59 or earlier, or 02:00 or later."
    )


@pytest.mark.parametrize("fold", [0, 1])
def test_the_missing_hour_stays_missing_whichever_fold_is_given(fold):
    with pytest.raises(MissingTime):
        parse("2027-03-28", "01:00", now=BEFORE_SPRING, fold=fold)


@pytest.mark.parametrize(("time_text", "utc_hour", "minute"), [("00:59", 0, 59), ("02:00", 1, 0)])
def test_the_minutes_beside_the_missing_hour_are_accepted(time_text, utc_hour, minute):
    at = datetime(2027, 3, 28, utc_hour, minute, tzinfo=UTC)
    assert parse("2027-03-28", time_text, now=BEFORE_SPRING) == at


def test_october_s_repeated_hour_is_asked_with_both_instants():
    with pytest.raises(AmbiguousTime) as caught:
        parse("2027-10-31", "01:30", now=BEFORE_AUTUMN)
    assert caught.value.earlier.astimezone(UTC) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert caught.value.later.astimezone(UTC) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert [caught.value.earlier.fold, caught.value.later.fold] == [0, 1]
    assert caught.value.message == (
        "01:30 comes twice on Sun 31 Oct, because the clocks go back. "
        "Choose the first (BST) or the second (GMT)."
    )


@pytest.mark.parametrize(("fold", "utc_hour"), [(0, 0), (1, 1)])
def test_the_answer_settles_the_repeated_hour(fold, utc_hour):
    at = datetime(2027, 10, 31, utc_hour, 30, tzinfo=UTC)
    assert parse("2027-10-31", "01:30", now=BEFORE_AUTUMN, fold=fold) == at


@pytest.mark.parametrize("fold", [0, 1])
def test_the_answer_changes_nothing_at_other_times(fold):
    assert parse("2027-06-01", "09:00", fold=fold) == datetime(2027, 6, 1, 8, tzinfo=UTC)


def test_once_the_first_of_the_two_has_passed_only_the_second_can_be_meant():
    between = datetime(2027, 10, 31, 0, 45, tzinfo=UTC)
    assert parse("2027-10-31", "01:30", now=between) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert "has passed" in refusal("2027-10-31", "01:30", now=between + timedelta(hours=1))
    with pytest.raises(ScheduleRefused, match="has passed"):
        parse("2027-10-31", "01:30", now=between, fold=0)


def test_a_zone_that_skips_a_whole_day_names_times_around_it():
    with pytest.raises(MissingTime) as caught:
        parse_local_time(
            "2011-12-30", "12:00", timezone=ZoneInfo("Pacific/Apia"), now=datetime(2011, 12, 1, tzinfo=UTC)
        )
    assert f"{caught.value.before:%Y-%m-%d %H:%M}" == "2011-12-29 23:59"
    assert f"{caught.value.after:%Y-%m-%d %H:%M}" == "2011-12-31 00:00"


def test_over_a_year_one_time_is_missing_one_comes_twice_and_all_others_read_back():
    found = {"missing": 0, "twice": 0}
    for day, time_text in product(range(1, 365), ["00:30", "01:30", "02:30", "12:00"]):
        date_text = f"{NOW.date() + timedelta(days=day)}"
        try:
            first, second = (parse(date_text, time_text, fold=fold) for fold in (0, 1))
        except MissingTime:
            found["missing"] += 1
        else:
            found["twice"] += first != second
            assert {f"{at.astimezone(LONDON):%Y-%m-%d %H:%M}" for at in (first, second)} == {
                f"{date_text} {time_text}"
            }
    assert found == {"missing": 1, "twice": 1}


@settings(deadline=None)
@given(st.text(alphabet=st.characters()), st.text(alphabet="0123456789:-T. "))
def test_any_text_is_refused_and_never_crashes(date_text, time_text):
    with pytest.raises(ScheduleRefused):
        parse(date_text, "09:00")
    with pytest.raises(ScheduleRefused):
        parse("2026-11-20", time_text.replace("1", "0").replace("2", "0"))


def labels(now: datetime) -> list[tuple[str, str]]:
    return [(pick.label, format_local(pick.at, LONDON)) for pick in quick_picks(now, LONDON)]


def test_quick_picks_on_a_friday():
    assert labels(NOW) == [
        ("In an hour", "Fri 20 Nov 2026, 11:30"),
        ("Tomorrow 09:00", "Sat 21 Nov 2026, 09:00"),
        ("Monday 09:00", "Mon 23 Nov 2026, 09:00"),
    ]


def test_quick_picks_on_a_monday_mean_the_next_one():
    assert labels(datetime(2026, 11, 23, 7, tzinfo=UTC))[-1] == ("Monday 09:00", "Mon 30 Nov 2026, 09:00")


def test_quick_picks_on_a_sunday_do_not_offer_monday_twice():
    assert [label for label, _ in labels(datetime(2026, 11, 22, 7, tzinfo=UTC))] == [
        "In an hour",
        "Tomorrow 09:00",
    ]


def test_quick_picks_count_from_the_local_day_and_keep_wall_time_over_a_clock_change():
    late_on_saturday = datetime(2027, 3, 27, 23, 30, tzinfo=UTC)
    assert labels(late_on_saturday) == [
        ("In an hour", "Sun 28 Mar 2027, 00:30"),
        ("Tomorrow 09:00", "Sun 28 Mar 2027, 09:00"),
        ("Monday 09:00", "Mon 29 Mar 2027, 09:00"),
    ]
    assert labels(late_on_saturday + timedelta(hours=1))[0] == ("In an hour", "Sun 28 Mar 2027, 02:30")


def test_tomorrow_follows_the_local_day_when_utc_is_still_the_day_before():
    sunday_in_london = datetime(2027, 6, 5, 23, 30, tzinfo=UTC)
    assert labels(sunday_in_london) == [
        ("In an hour", "Sun 6 Jun 2027, 01:30"),
        ("Tomorrow 09:00", "Mon 7 Jun 2027, 09:00"),
    ]


def test_a_quick_pick_in_the_repeated_hour_is_a_true_hour_away():
    now = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    at = quick_picks(now, LONDON)[0].at
    assert at.astimezone(UTC) - now == timedelta(hours=1)
    assert (f"{at:%H:%M}", at.fold) == ("01:30", 1)


def test_times_are_written_with_weekday_in_local_time():
    assert format_local(datetime(2027, 6, 1, 8, 5, tzinfo=UTC), LONDON) == "Tue 1 Jun 2027, 09:05"


@pytest.mark.parametrize(
    ("zone", "month", "words"),
    [("Europe/London", 1, "GMT"), ("Europe/London", 7, "BST"), ("Asia/Dubai", 1, "UTC+04:00")],
)
def test_the_offset_has_the_name_people_use(zone, month, words):
    assert offset_words(datetime(2027, month, 1, tzinfo=ZoneInfo(zone))) == words


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(0), "due now"), (timedelta(seconds=-90), "due now"),
        (timedelta(seconds=59), "in less than a minute"),
        (timedelta(minutes=1), "in 1 min"), (timedelta(minutes=59, seconds=59), "in 59 min"),
        (timedelta(hours=2, minutes=5), "in 2 h 5 min"),
        (timedelta(hours=2), "in 2 h"), (timedelta(days=1), "in 1 day"),
        (timedelta(days=3, hours=4, minutes=9), "in 3 days 4 h"),
        (timedelta(days=1, minutes=9), "in 1 day"),
    ],
)  # fmt: skip
def test_a_countdown_names_the_two_largest_units(ahead, words):
    assert countdown(NOW + ahead, NOW) == words
