from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.smsworks.dates import format_date, parse_date

from .test_wire import SETTINGS

SUMMER_EVENING = datetime(2017, 7, 19, 19, 53, 46, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Wed Jul 19 2017 20:53:46 GMT+0100 (BST)",
        "Wed Jul 19 2017 20:53:46 GMT+0100 (British Summer Time)",
        "Wed Jul 19 2017 20:53:46 GMT+0100",
        "Sun Jul 19 2017 20:53:46 GMT+01:00",
        "Wed Jul 19 2017 15:23:46 GMT-0430 (VET)",
        "Wed Jul 19 2017 19:53:46 GMT (UTC)",
        "2017-07-19T19:53:46.000Z",
        "2017-07-19T20:53:46+01:00",
        "2017-07-19T19:53:46",
        " 2017-07-19 19:53:46 ",
        1500494026000,
        1500494026000.0,
        "1500494026000",
    ],
)
def test_every_form_of_a_date_is_the_same_moment(written: object) -> None:
    assert parse_date(written) == SUMMER_EVENING


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "  ",
        True,
        "soon",
        "Wed Foo 19 2017 20:53:46 GMT+0100",
        "Wed Jul 32 2017 20:53:46 GMT+0100",
        "Wed Jul 19 2017 20:53:46 GMT+2500",
        "Mon Jan 01 0001 00:00:00 GMT+1000",
        1e300,
        float("nan"),
        "9" * 5000,
        [],
        {},
    ],
)
def test_what_is_no_date_is_none(written: object) -> None:
    assert parse_date(written) is None


def test_dates_come_back_in_utc() -> None:
    parsed = parse_date("2017-07-19T20:53:46+01:00")
    assert parsed is not None
    assert parsed.tzinfo is UTC


def test_dates_are_sent_in_utc_with_milliseconds() -> None:
    paris = timezone(timedelta(hours=2))
    assert format_date(datetime(2021, 10, 28, 15, 10, 0, 123456, tzinfo=paris)) == "2021-10-28T13:10:00.123Z"


def test_a_time_without_an_offset_is_not_sent() -> None:
    with pytest.raises(ValueError, match="offset"):
        format_date(datetime(2021, 10, 28, 13, 10))  # noqa: DTZ001


@SETTINGS
@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_is_sent_reads_back_to_the_millisecond(at: datetime) -> None:
    assert parse_date(format_date(at)) == at.replace(microsecond=at.microsecond // 1000 * 1000)


@pytest.mark.parametrize("absurd", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", -62135596800000])
def test_a_date_that_no_text_can_have_is_none(absurd: object) -> None:
    assert parse_date(absurd) is None


@SETTINGS
@given(st.text() | st.integers() | st.floats())
def test_nothing_makes_reading_a_date_fail(value: object) -> None:
    parsed = parse_date(value)
    assert parsed is None or parsed.tzinfo is UTC
