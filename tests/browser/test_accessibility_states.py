"""What axe finds on pages of one text, one schedule and one trouble, in both themes: nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser import batch_steps, steps
from tests.browser.batch_steps import Numbers
from tests.browser.conftest import Browse, OpenHouse
from tests.browser.house import House
from tests.browser.test_accessibility import expect_no_violations
from tests.browser.test_signed_out import end_sessions
from tests.browser.watch import Watch
from tests.conftest import PASSWORD
from webapp.messaging.numbers import format_number
from webapp.store.organisation import change_organisation

TEXT = "The clinic opens at nine."


def test_a_scheduled_text_and_its_change_are_accessible(sam: Page, house: House) -> None:
    number = house.number()
    steps.write(sam, to=number, text=TEXT)
    sam.get_by_role("radio", name="Later").check()
    sam.get_by_label("Date").fill(steps.days_ahead(7))
    sam.get_by_label("Time", exact=True).fill("09:00")
    steps.check(sam)
    expect_no_violations(sam)
    steps.send_button(sam).click()
    steps.expect_status(sam, "Scheduled")
    expect_no_violations(sam)
    sam.goto(sam.url.replace("/messages/", "/scheduled/"))
    expect(steps.heading(sam, steps.SCHEDULED_FOR)).to_be_visible()
    expect_no_violations(sam)
    sam.get_by_role("button", name="Change it").click()
    expect(steps.heading(sam, "Change a scheduled text")).to_be_visible()
    expect_no_violations(sam)
    steps.content(sam).fill("The clinic opens at ten.")
    sam.get_by_role("button", name="Check the change").click()
    expect(steps.heading(sam, "Check the change")).to_be_visible()
    expect_no_violations(sam)


def test_what_other_programs_sent_is_accessible(ada: Page, house: House) -> None:
    """Found at the provider, and on its page."""
    number = house.number()
    house.send_elsewhere(number, TEXT)
    ada.goto("/messages/provider")
    ada.get_by_label("To", exact=True).fill(number)
    ada.get_by_role("button", name="Ask the provider").click()
    found = ada.get_by_role("table", name="Messages the provider found").get_by_role("link")
    expect(found).to_have_text([format_number(number)])
    expect_no_violations(ada)
    found.click()
    expect(ada.get_by_text("Sent by another program")).to_be_visible()
    steps.unfold(ada)
    expect_no_violations(ada)


def test_messages_filtered_and_searched_are_accessible(ada: Page, watch: Watch, house: House) -> None:
    """What is wrong in both forms, and what was found, with credits that are only expected."""
    house.send_elsewhere(house.number(), TEXT)
    watch.expect_refusal(422)
    ada.goto("/messages?credits=many&batch=none&since=2026-11-20&until=2026-11-01")
    expect(ada.get_by_text("Choose one of those on the list.")).to_be_visible()
    expect_no_violations(ada)
    ada.goto("/messages?credits=1")
    expect_no_violations(ada)
    ada.get_by_text("By metadata, too").click()
    ada.get_by_label("Metadata").fill("=north")
    ada.get_by_role("button", name="Search", exact=True).click()
    expect(ada.get_by_text("Write the name before the =")).to_be_visible()
    expect_no_violations(ada)


HEAR = """() => {
  window.heard = [];
  const region = document.querySelector("[role=status]#spoken");
  const listen = () => { window.heard.push(region.textContent.trim()); };
  new MutationObserver(listen).observe(region, { childList: true });
}"""


def expect_heard(page: Page, *words: str) -> None:
    """What screen readers were given to say by a page that stayed: in this order, each once."""
    page.wait_for_function("(count) => window.heard.length >= count", arg=len(words))
    assert page.evaluate("window.heard") == list(words)


def test_what_becomes_of_a_text_is_spoken_once(sam: Page, house: House) -> None:
    with house.worker.stopped():
        steps.send(sam, to=house.number(), text=TEXT)
        steps.expect_status(sam, "Sent, waiting for report")
        sam.evaluate(HEAR)
    steps.expect_status(sam, "Delivered")
    expect_heard(sam, "Delivered.")


def test_the_end_of_a_batch_is_spoken_once(sam: Page, house: House) -> None:
    batch_steps.paste(sam, Numbers.take(2))
    batch_steps.check(sam, TEXT)
    with house.worker.stopped():
        batch_steps.send(sam, "Pasted list")
        sam.evaluate(HEAR)
    expect(batch_steps.figure(sam, "delivered")).to_have_text("2")
    expect_heard(sam, "Sent: 2 delivered.")


@pytest.fixture
def night(house: House) -> Iterator[None]:
    """Quiet hours in which it is now, whenever that is, and a warning of low credits."""
    now = datetime.now(UTC)
    began, ends = (f"{now.astimezone(steps.LONDON) + timedelta(hours=hours):%H:%M}" for hours in (-6, 6))
    changes = {"quiet_from": began, "quiet_until": ends, "low_credits": "1000000"}
    with house.record() as db:
        change_organisation(db, changes, changed_by="Ada", now=now)
    yield
    with house.record() as db:
        nothing = {"quiet_from": None, "quiet_until": None, "low_credits": "50"}
        change_organisation(db, nothing, changed_by="Ada", now=now)


@pytest.mark.usefixtures("night")
def test_warnings_before_sending_are_accessible(sam: Page, house: House) -> None:
    steps.write(sam, to=house.number(), text="It’s time for your flu jab, please come to the surgery. " * 3)
    steps.check(sam)
    expect(sam.get_by_text("These characters make this text")).to_be_visible()
    expect(sam.get_by_role("main").get_by_role("checkbox")).to_be_visible()
    expect_no_violations(sam)


def test_what_somebody_may_not_do_is_said_accessibly(vic: Page, watch: Watch) -> None:
    watch.expect_refusal(403)
    vic.goto("/compose/new")
    expect(steps.heading(vic, "You may not do that")).to_be_visible()
    expect_no_violations(vic)


def test_a_form_that_comes_too_late_is_accessible(sam: Page, house: House, watch: Watch) -> None:
    """Signed out meanwhile: what was typed is shown."""
    steps.write(sam, to="07400 123456", text=TEXT)
    end_sessions(house, "sam")
    watch.expect_refusal(401)
    steps.check_button(sam).click()
    expect(sam.get_by_role("heading", name="What you typed")).to_be_visible()
    expect_no_violations(sam)


def test_trouble_with_the_provider_is_accessible(browse: Browse, new_house: OpenHouse) -> None:
    house = new_house(smsworks_token="")
    page = browse("ada", at=house)
    page.goto("/account/connection")
    expect_no_violations(page)
    page.goto("/")
    expect(page.get_by_role("main")).to_be_visible()
    expect_no_violations(page)


def test_a_colleague_with_a_link_is_accessible_from_both_ends(browse: Browse) -> None:
    ada, new = browse("ada"), browse()
    link = steps.add_colleague(ada, "Sue with a screen reader", "Viewer")
    expect_no_violations(ada)
    new.goto(link)
    expect_no_violations(new)
    steps.set_password(new, link, "Sue with a screen reader", PASSWORD)
