"""Whatever people do to a check page, its text goes out once."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Browse, OtherTab
from tests.browser.house import House
from tests.browser.pages import Kind
from tests.browser.watch import Watch
from webapp.sandbox import Fault, FaultKind

TEXT = "The clinic is closed on Friday."
CONFIRM_AT_ONCE = """async (times) => {
  const form = document.querySelector("#check_form");
  const body = new URLSearchParams(new FormData(form));
  const requests = Array.from({length: times}, () => fetch(form.action, {method: "POST", body}));
  return (await Promise.all(requests)).map((response) => response.status);
}"""


def open_check(page: Page, number: str) -> None:
    steps.write(page, to=number, text=TEXT)
    steps.check(page)


def slow_provider(house: House) -> None:
    """The next text takes a while to be accepted, as long as it takes to be impatient."""
    house.sandbox.faults.add(Fault(kind=FaultKind.DELAY, operation="send_message", seconds=0.5))


@pytest.mark.parametrize("kind", [Kind.DESKTOP, Kind.NO_JAVASCRIPT])
def test_a_double_click_sends_once(browse: Browse, house: House, kind: Kind) -> None:
    page, number = browse("sam", kind=kind), house.number()
    open_check(page, number)
    slow_provider(house)
    steps.send_button(page).dblclick()
    steps.expect_message_page(page, number)
    assert len(house.accepted(number)) == 1


def test_a_refresh_after_sending_sends_nothing_more(sam: Page, house: House) -> None:
    number = house.number()
    steps.send(sam, to=number, text=TEXT)
    sam.reload()
    steps.expect_message_page(sam, number)
    assert len(house.accepted(number)) == 1


def test_going_back_after_sending_leads_to_what_was_sent(sam: Page, house: House) -> None:
    number = house.number()
    steps.send(sam, to=number, text=TEXT)
    sam.go_back()
    steps.expect_message_page(sam, number)
    assert len(house.accepted(number)) == 1


def test_two_tabs_of_one_check_page_send_once(sam: Page, other_tab: OtherTab, house: House) -> None:
    number = house.number()
    open_check(sam, number)
    other = other_tab(sam)
    other.goto(sam.url)
    steps.send_button(sam).click()
    steps.expect_message_page(sam, number)
    steps.send_button(other).click()
    steps.expect_message_page(other, number)
    assert other.url == sam.url
    assert len(house.accepted(number)) == 1


def test_confirmations_at_the_same_moment_send_once(sam: Page, house: House) -> None:
    number = house.number()
    open_check(sam, number)
    slow_provider(house)
    assert sam.evaluate(CONFIRM_AT_ONCE, 5) == [200] * 5
    assert len(house.accepted(number)) == 1


def test_a_check_page_of_a_text_changed_since_sends_nothing(
    sam: Page, other_tab: OtherTab, house: House, watch: Watch
) -> None:
    number = house.number()
    open_check(sam, number)
    other = other_tab(sam)
    other.goto(sam.url)
    other.get_by_role("link", name="Back", exact=True).click()
    steps.content(other).fill("The clinic is open on Friday.")
    steps.check(other)
    sam.bring_to_front()
    watch.expect_refusal(409)
    steps.send_button(sam).click()
    expect(sam.get_by_text("This text was changed after you opened the page")).to_be_visible()
    expect(sam.get_by_label("How it looks on a phone")).to_contain_text("The clinic is open on Friday.")
    assert house.accepted(number) == ()


def test_the_same_text_to_the_same_number_needs_a_second_yes(sam: Page, house: House, watch: Watch) -> None:
    number = house.number()
    steps.send(sam, to=number, text=TEXT)
    sam.get_by_role("button", name="Send again").click()
    expect(steps.heading(sam, "Check and send")).to_be_visible()
    again = sam.get_by_role("checkbox", name="Send it again all the same")
    expect(again).to_be_visible()
    watch.expect_refusal(422)
    steps.send_button(sam).click()
    expect(sam.get_by_text("Nothing was sent. Tick the box")).to_be_visible()
    assert len(house.accepted(number)) == 1
    again.check()
    steps.send_button(sam).click()
    steps.expect_message_page(sam, number)
    assert len(house.accepted(number)) == 2
