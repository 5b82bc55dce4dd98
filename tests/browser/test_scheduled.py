"""Scheduled, in a browser: scheduled, changed and cancelled by a sender, with and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import batch_steps, steps
from tests.browser.batch_steps import CLINIC, Numbers, state
from tests.browser.conftest import Browse
from tests.browser.house import House
from tests.browser.pages import Kind
from tests.faults.waiting import until
from webapp.messaging.numbers import format_number
from webapp.sandbox import Fault, FaultKind

TEXT = "The clinic opens at nine."
NEW_TEXT = "The clinic opens at ten."
MOST_QUESTIONS = 100
HANDED_OVER_WITHIN_SECONDS = 30

WITH_AND_WITHOUT = pytest.mark.parametrize("kind", [Kind.DESKTOP, Kind.NO_JAVASCRIPT])


def schedule(page: Page, number: str, *, at: str = "09:00") -> None:
    """From an empty form to the page of a text for a day next week."""
    steps.write(page, to=number, text=TEXT)
    choose_time(page, days=7, at=at)
    steps.check(page)
    steps.send_button(page).click()
    steps.expect_message_page(page, number)
    steps.expect_status(page, "Scheduled")


def choose_time(page: Page, *, days: int, at: str = "09:00") -> None:
    if page.get_by_role("radio", name="Later").count():
        page.get_by_role("radio", name="Later").check()
    page.get_by_label("Date").fill(steps.days_ahead(days))
    page.get_by_label("Time", exact=True).fill(at)


def schedule_batch(page: Page, house: House, numbers: list[str]) -> None:
    """From a list to the page of a batch that the provider has."""
    batch_steps.upload(page, CLINIC.format(*numbers))
    choose_time(page, days=7)
    batch_steps.check(page, TEXT)
    batch_steps.send(page, "clinic.csv")
    until(lambda: house.scheduled(numbers[0]), within=HANDED_OVER_WITHIN_SECONDS)
    page.reload()
    expect(state(page)).to_have_text("Scheduled")


def open_entry(page: Page, number: str) -> None:
    """From the list to the page of what is scheduled for a number."""
    page.goto("/scheduled")
    rows = page.get_by_role("table", name="Scheduled texts and batches").get_by_role("row")
    rows.filter(has_text=format_number(number)).filter(has_not_text="Cancelled").get_by_role("link").click()
    expect(steps.heading(page, steps.SCHEDULED_FOR)).to_be_visible()


def change(page: Page, text: str) -> None:
    """From the button to the yes."""
    page.get_by_role("button", name="Change it").click()
    expect(steps.heading(page, "Change a scheduled text")).to_be_visible()
    steps.content(page).fill(text)
    choose_time(page, days=8, at="10:00")
    page.get_by_role("button", name="Check the change").click()
    expect(steps.heading(page, "Check the change")).to_be_visible()
    page.get_by_role("button", name="and cancel the old one").click()


def expect_replaced(page: Page) -> None:
    """Without JavaScript the page does not follow by itself, should the old text not be cancelled at once."""
    words = page.get_by_text("It has taken the place of the one for")
    for _ in range(MOST_QUESTIONS):
        if words.count():
            break
        page.wait_for_timeout(100)
        page.reload()
    expect(words).to_be_visible()


@WITH_AND_WITHOUT
def test_a_text_is_scheduled_changed_and_cancelled(browse: Browse, house: House, kind: Kind) -> None:
    sam, number = browse("sam", kind=kind), house.number()
    schedule(sam, number)
    open_entry(sam, number)
    change(sam, NEW_TEXT)
    steps.expect_message_page(sam, number)
    expect_replaced(sam)
    assert house.scheduled(number) == {TEXT: "CANCELLED", NEW_TEXT: "SCHEDULED"}
    sam.get_by_role("link", name="The old text").click()
    expect(sam.get_by_text("has taken its place")).to_be_visible()
    open_entry(sam, number)
    sam.get_by_role("button", name="Cancel this text").click()
    expect(sam.get_by_text("Cancelled. It will not be sent, and nothing is charged.")).to_be_visible()
    assert set(house.scheduled(number).values()) == {"CANCELLED"}


@WITH_AND_WITHOUT
def test_a_text_is_changed_and_cancelled_from_its_own_page(browse: Browse, house: House, kind: Kind) -> None:
    sam, number = browse("sam", kind=kind), house.number()
    schedule(sam, number)
    change(sam, NEW_TEXT)
    expect_replaced(sam)
    sam.get_by_role("button", name="Cancel this text").click()
    steps.expect_status(sam, "Cancelled")
    assert house.scheduled(number) == {TEXT: "CANCELLED", NEW_TEXT: "CANCELLED"}


def test_the_page_of_a_change_keeps_itself_up_to_date(sam: Page, house: House) -> None:
    """The provider takes the new text, and answers nothing about the old one for a while."""
    number = house.number()
    schedule(sam, number)
    fault = Fault(kind=FaultKind.SERVER_ERROR, operation="cancel_scheduled_message", times=None)
    house.sandbox.faults.add(fault)
    change(sam, NEW_TEXT)
    expect(sam.get_by_text("Both are scheduled at the moment")).to_be_visible()
    sam.evaluate("window.neverReloaded = true")
    house.sandbox.faults.clear()
    expect(sam.get_by_text("It has taken the place of the one for")).to_be_visible()
    assert sam.evaluate("window.neverReloaded") is True
    assert house.scheduled(number) == {TEXT: "CANCELLED", NEW_TEXT: "SCHEDULED"}


@WITH_AND_WITHOUT
def test_a_change_can_be_left_as_it_was(browse: Browse, house: House, kind: Kind) -> None:
    sam, number = browse("sam", kind=kind), house.number()
    schedule(sam, number)
    sam.get_by_role("button", name="Change it").click()
    sam.get_by_role("button", name="Leave it as it was").click()
    expect(sam.get_by_text("it is scheduled as it was")).to_be_visible()
    assert house.scheduled(number) == {TEXT: "SCHEDULED"}


@WITH_AND_WITHOUT
def test_a_batch_is_cancelled_from_scheduled(browse: Browse, house: House, kind: Kind) -> None:
    sam, numbers = browse("sam", kind=kind), Numbers.take(2)
    schedule_batch(sam, house, numbers)
    sam.goto(sam.url.replace("/batches/", "/scheduled/"))
    expect(sam.get_by_text("A batch cannot be changed here")).to_be_visible()
    sam.get_by_role("button", name="Cancel this batch").click()
    expect(sam.get_by_text("Cancelled. It will not be sent, and nothing is charged.")).to_be_visible()
    assert house.scheduled(numbers[0]) == {TEXT: "CANCELLED"}


@WITH_AND_WITHOUT
def test_a_viewer_is_offered_none_of_it_and_refused_it(browse: Browse, house: House, kind: Kind) -> None:
    sam, number, numbers = browse("sam"), house.number(), Numbers.take(2)
    schedule(sam, number)
    own = sam.url
    schedule_batch(sam, house, numbers)
    vic = browse("vic", kind=kind)
    entries = [own.replace("/messages/", "/scheduled/"), sam.url.replace("/batches/", "/scheduled/")]
    for address in (own, *entries):
        vic.goto(address)
        main = vic.get_by_role("main")
        expect(main).to_contain_text(TEXT)
        expect(main.get_by_role("button", name="Cancel")).to_have_count(0)
        expect(main.get_by_role("button", name="Change")).to_have_count(0)
        for deed in ("cancel", "change"):
            steps.expect_refused(vic, f"{address.replace('/messages/', '/scheduled/')}/{deed}")
    steps.expect_refused(vic, f"{own}/cancel")
    steps.expect_refused(vic, f"{sam.url}/cancel")
    assert house.scheduled(number) == house.scheduled(numbers[0]) == {TEXT: "SCHEDULED"}


@WITH_AND_WITHOUT
def test_a_week_is_turned_over_and_leads_to_what_is_scheduled(
    browse: Browse, house: House, kind: Kind
) -> None:
    sam, number = browse("sam", kind=kind), house.number()
    schedule(sam, number, at="22:00")
    sam.goto("/scheduled")
    sam.get_by_role("link", name="Week", exact=True).click()
    sam.get_by_role("link", name="Week after").click()
    week = sam.get_by_role("table", name="by day and part of the day")
    week.get_by_role("link").filter(has_text=format_number(number)).click()
    expect(steps.heading(sam, steps.SCHEDULED_FOR)).to_be_visible()
    expect(sam.get_by_role("main")).to_contain_text(format_number(number))


def test_on_a_phone_a_week_is_a_list_by_day(browse: Browse, house: House) -> None:
    phone = browse("sam", kind=Kind.PHONE)
    phone.goto("/scheduled/week")
    expect(phone.get_by_role("table")).to_have_count(0)
    expect(phone.get_by_role("region")).to_have_count(7)


def test_what_is_scheduled_is_downloaded(sam: Page, house: House) -> None:
    number = house.number()
    schedule(sam, number)
    sam.goto("/scheduled")
    with sam.expect_download() as download:
        sam.get_by_role("button", name="Download these as CSV").click()
    assert format_number(number) in download.value.path().read_text(encoding="utf-8-sig")
