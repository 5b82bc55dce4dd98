"""The other ways out: later, as flash, and a copy to oneself first."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Browse, OpenHouse
from tests.browser.house import House
from tests.browser.watch import Watch
from webapp.messaging.numbers import format_number
from webapp.messaging.schedule import MAX_AHEAD
from webapp.store import users

TEXT = "The flu jabs are here."
OWN_MOBILE = "447400123400"
# The clocks go back on different days: one of them always lies within the year that can be scheduled.
ZONES = (ZoneInfo("Europe/London"), ZoneInfo("America/New_York"))


def choose_later(page: Page) -> None:
    page.get_by_role("radio", name="Later").check()


def test_a_quick_pick_fills_in_date_and_time(sam: Page, house: House) -> None:
    steps.write(sam, to=house.number(), text=TEXT)
    choose_later(sam)
    sam.get_by_role("button", name="Tomorrow 09:00").click()
    tomorrow = datetime.now(house.settings.timezone).date() + timedelta(days=1)
    expect(sam.get_by_label("Date")).to_have_value(tomorrow.isoformat())
    expect(sam.get_by_label("Time")).to_have_value("09:00")
    expect(sam.get_by_role("radio", name="Later")).to_be_checked()
    expect(steps.content(sam)).to_have_value(TEXT)


def test_a_text_cancelled_before_its_time_is_never_sent(browse: Browse, new_house: OpenHouse) -> None:
    house = new_house()
    page, number = browse("sam", at=house), house.number()
    schedule(page, number)
    steps.expect_status(page, "Scheduled")
    page.get_by_role("button", name="Cancel this text").click()
    steps.expect_status(page, "Cancelled")
    expect(page.get_by_text("It will not be sent, and nothing is charged")).to_be_visible()
    house.clock.advance(2 * 60 * 60)
    house.sandbox.run_due()
    assert house.sent(number) == ()


def schedule(page: Page, number: str) -> None:
    steps.write(page, to=number, text=TEXT)
    choose_later(page)
    page.get_by_role("button", name="In an hour").click()
    expect(page.get_by_label("Date")).not_to_have_value("")
    steps.check(page)
    steps.send_button(page).click()
    steps.expect_message_page(page, number)


def test_an_hour_that_comes_twice_is_asked_about(browse: Browse, new_house: OpenHouse, watch: Watch) -> None:
    zone, repeated = next(repeated_hours())
    house = new_house(timezone=zone)
    page = browse("sam", at=house)
    steps.write(page, to=house.number(), text=TEXT)
    choose_later(page)
    page.get_by_label("Date").fill(f"{repeated:%Y-%m-%d}")
    page.get_by_label("Time").fill(f"{repeated:%H:%M}")
    watch.expect_refusal(422)
    steps.check_button(page).click()
    which = page.get_by_role("group", name="Which one?")
    expect(which.get_by_role("radio")).to_have_count(2)
    which.get_by_role("radio", name=re.compile("^The second")).check()
    steps.check(page)
    second = repeated.replace(fold=1).astimezone(UTC)
    expect(page.get_by_role("main").get_by_role("time")).to_have_attribute(
        "datetime", second.isoformat(timespec="seconds")
    )


def repeated_hours() -> Iterator[tuple[ZoneInfo, datetime]]:
    """Half past the local hours that come twice within the year that can be scheduled."""
    now = datetime.now(UTC)
    for zone in ZONES:
        for hour in range(24, MAX_AHEAD.days * 24):
            local = (now + timedelta(hours=hour)).astimezone(zone).replace(minute=30, second=0, microsecond=0)
            if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset() and local.fold == 0:
                yield zone, local


def test_a_flash_goes_as_flash(sam: Page, house: House) -> None:
    number = house.number()
    steps.write(sam, to=number, text=TEXT)
    sam.get_by_role("radio", name="Now, as flash").check()
    steps.check(sam)
    expect(sam.get_by_text("Now, as flash")).to_be_visible()
    steps.send_button(sam).click()
    steps.expect_message_page(sam, number)
    assert [text.operation for text in house.accepted(number)] == ["send_flash"]


def test_a_copy_goes_to_oneself_first_and_then_the_real_one(sam: Page, house: House) -> None:
    number = house.number()
    with house.record() as db:
        person = users.find_user(db, "sam")
        assert person is not None
        users.set_mobile(db, person.id, mobile=OWN_MOBILE)
    steps.write(sam, to=number, text=TEXT)
    steps.check(sam)
    sam.get_by_role("button", name="Send me a copy first").click()
    expect(sam.get_by_role("link", name=format_number(OWN_MOBILE))).to_be_visible()
    assert (len(house.accepted(OWN_MOBILE)), len(house.accepted(number))) == (1, 0)
    steps.send_button(sam).click()
    steps.expect_message_page(sam, number)
    assert (len(house.accepted(OWN_MOBILE)), len(house.accepted(number))) == (1, 1)
