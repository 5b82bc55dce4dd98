"""The provider out of reach, or turning us away: said in words, and nothing lost or sent twice."""

import re

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Browse, OpenHouse

TEXT = "Please bring your letter."


def test_a_text_waits_while_the_provider_is_away_and_then_goes_once(
    browse: Browse, new_house: OpenHouse
) -> None:
    house = new_house(provider_is_up=False)
    page, number = browse("sam", at=house), house.number()
    steps.write(page, to=number, text=TEXT)
    steps.check(page)
    expect(page.get_by_text("The balance could not be read just now")).to_be_visible()
    expect(page.get_by_text("The SMS Works could not be reached")).to_be_visible()
    steps.send_button(page).click()
    steps.expect_message_page(page, number)
    steps.expect_status(page, "Waiting to go")
    expect(page.get_by_text("Textdesk keeps trying by itself")).to_be_visible()
    house.provider.start()
    expect(steps.status(page)).to_have_text(re.compile("^(Sent, waiting for report|Delivered)$"))
    assert len(house.accepted(number)) == 1


def test_a_wrong_token_is_said_before_and_after_sending(browse: Browse, new_house: OpenHouse) -> None:
    house = new_house(smsworks_token="JWT not.the.token")
    page, number = browse("sam", at=house), house.number()
    steps.write(page, to=number, text=TEXT)
    steps.check(page)
    not_accepted = page.get_by_text(re.compile("The API token was not accepted"))
    expect(not_accepted).to_be_visible()
    steps.send_button(page).click()
    steps.expect_message_page(page, number)
    steps.expect_status(page, "Not sent")
    expect(not_accepted.first).to_be_visible()
    assert house.accepted(number) == ()


def test_a_text_still_waiting_can_be_stopped(browse: Browse, new_house: OpenHouse) -> None:
    house = new_house(provider_is_up=False)
    page, number = browse("sam", at=house), house.number()
    send_without_answer(page, number)
    page.get_by_role("button", name="Stop trying").click()
    steps.expect_status(page, "Not sent")
    house.provider.start()
    page.reload()
    steps.expect_status(page, "Not sent")
    assert house.accepted(number) == ()


def send_without_answer(page: Page, number: str) -> None:
    steps.write(page, to=number, text=TEXT)
    steps.check(page)
    steps.send_button(page).click()
    steps.expect_message_page(page, number)
    steps.expect_status(page, "Waiting to go")
