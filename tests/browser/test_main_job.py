"""The main job whole: signing in, writing, checking, sending, and seeing it delivered."""

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Browse
from tests.browser.house import House
from tests.browser.pages import Kind
from tests.conftest import PASSWORD
from webapp.messaging.numbers import format_number

TEXT = "Your appointment is on Monday at 10:30."
MOST_TABS = 60


def contents(house: House, number: str) -> list[str]:
    return [text.content for text in house.accepted(number)]


def test_a_text_goes_from_signing_in_to_delivered_by_itself(browse: Browse, house: House) -> None:
    page, number = browse(), house.number()
    page.goto("/")
    steps.sign_in(page, "sam", PASSWORD)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Compose").click()
    steps.recipients(page).fill(f"0{number[2:]}")
    steps.content(page).fill(TEXT)
    steps.check(page)
    with house.worker.stopped():
        steps.send_button(page).click()
        steps.expect_status(page, "Sent, waiting for report")
        page.evaluate("window.neverReloaded = true")
    steps.expect_status(page, "Delivered")
    assert page.evaluate("window.neverReloaded") is True
    assert contents(house, number) == [TEXT]


def test_the_main_job_works_without_javascript(browse: Browse, house: House) -> None:
    page, number = browse(kind=Kind.NO_JAVASCRIPT), house.number()
    page.goto("/")
    steps.sign_in(page, "sam", PASSWORD)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Compose").click()
    steps.recipients(page).fill(f"+{number}")
    steps.content(page).fill("It’s time")
    page.get_by_role("radio", name="Later").check()
    page.get_by_role("button", name="In an hour").click()
    expect(steps.content(page)).to_have_value("It’s time")
    expect(page.get_by_label("Date")).not_to_have_value("")
    page.get_by_role("button", name="Use plain characters").click()
    expect(steps.content(page)).to_have_value("It's time")
    page.get_by_role("radio", name="Now", exact=True).check()
    steps.check(page)
    steps.send_button(page).click()
    steps.ask_until_delivered(page, number)
    assert contents(house, number) == ["It's time"]


def test_the_main_job_works_by_keyboard_alone(browse: Browse, house: House) -> None:
    page, number = browse("sam"), house.number()
    page.goto("/")
    tab_to(page, "Compose")
    page.keyboard.press("Enter")
    expect(steps.heading(page, "Compose")).to_be_visible()
    tab_to(page, "To")
    page.keyboard.type(number)
    tab_to(page, "Text")
    page.keyboard.type(TEXT)
    tab_to(page, "Check and send…")
    page.keyboard.press("Space")
    expect(steps.heading(page, "Check and send")).to_be_visible()
    tab_to(page, "Send 1 text for 1 credit")
    page.keyboard.press("Enter")
    steps.expect_message_page(page, number)
    assert contents(house, number) == [TEXT]


def test_a_reply_is_answered_by_keyboard_alone(browse: Browse, house: House) -> None:
    page, number = browse("sam"), house.number()
    house.sandbox.inject_inbound(sender=number, content="Can I come on Friday?")
    page.goto("/")
    tab_to(page, "Inbox")
    page.keyboard.press("Enter")
    expect(steps.heading(page, "Inbox")).to_be_visible()
    tab_to(page, "Ask the provider now")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=format_number(number))).to_be_visible()
    tab_to(page, format_number(number))
    page.keyboard.press("Enter")
    expect(steps.heading(page, format_number(number))).to_be_visible()
    tab_to(page, "Reply")
    page.keyboard.type("Yes, at ten.")
    tab_to(page, "Check and send…")
    page.keyboard.press("Space")
    send = page.get_by_role("button", name="Send for 1 credit")
    expect(send).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".bubble-text").get_by_text("Yes, at ten.")).to_be_visible()
    assert contents(house, number) == ["Yes, at ten."]


# A number of new ones follows the name of an area on a line of its own, whenever some are there.
FOCUSED_NAME = """() => {
  const focused = document.activeElement;
  const label = focused.labels?.length ? focused.labels[0] : focused;
  return label.innerText.replace("required", "").trim().split("\\n")[0];
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the thing of that name has the focus."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(FOCUSED_NAME))
        if passed[-1] == name:
            return
    raise AssertionError(f"Tab never came to {name!r}, only to {passed}")
