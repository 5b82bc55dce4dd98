"""What people do on the pages, step by step."""

import re
from datetime import datetime, timedelta
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.browser.house import SESSION_COOKIE, House
from webapp.messaging.numbers import format_number

MOST_QUESTIONS = 40
LONDON = ZoneInfo("Europe/London")
SEND = re.compile(r"^(Send|Schedule) \d+ text")
SCHEDULED_FOR = re.compile(r"^Scheduled for ")


def days_ahead(days: int) -> str:
    """What is typed into a date; of the day as it is where the house stands, also late in the evening."""
    return f"{datetime.now(LONDON) + timedelta(days=days):%Y-%m-%d}"


def be(page: Page, house: House, name: str) -> None:
    """Have that person signed in at `page`."""
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": house.session_of(name), "url": house.url}])


def recipients(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile(r"^To\b"))


def content(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile(r"^Text\b"))


def check_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Check and send")


def send_button(page: Page) -> Locator:
    return page.get_by_role("button", name=SEND)


def heading(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("heading", level=1, name=name)


def write(page: Page, *, to: str, text: str) -> None:
    """Open Compose and fill in the two fields that every text needs."""
    page.goto("/compose/new")
    recipients(page).fill(to)
    content(page).fill(text)


def check(page: Page) -> None:
    check_button(page).click()
    expect(heading(page, "Check and send")).to_be_visible()


def send(page: Page, *, to: str, text: str) -> None:
    """From an empty form to the message page of a text to one number."""
    write(page, to=to, text=text)
    check(page)
    send_button(page).click()
    expect_message_page(page, to)


def expect_message_page(page: Page, number: str) -> None:
    expect(heading(page, f"Text to {format_number(number)}")).to_be_visible()


def status(page: Page) -> Locator:
    """The large status on a message page."""
    return page.locator("#message_state .status-large")


def expect_status(page: Page, word: str) -> None:
    expect(status(page)).to_have_text(word)


def ask_until_delivered(page: Page, number: str) -> None:
    """Without JavaScript the page does not follow by itself: a button asks the provider."""
    expect_message_page(page, number)
    for _ in range(MOST_QUESTIONS):
        if status(page).inner_text().strip() == "Delivered":
            break
        page.get_by_role("button", name="Ask the provider now").click()
        expect_message_page(page, number)
        page.wait_for_timeout(100)
    expect_status(page, "Delivered")


def sign_in(page: Page, name: str, password: str) -> None:
    """On the sign-in page."""
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(heading(page, "Sign in")).to_be_hidden()


def add_colleague(page: Page, name: str, role: str) -> str:
    """As an admin; the link with which they set their password."""
    page.goto("/account/staff")
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("radio", name=role, exact=True).check()
    page.get_by_role("button", name="Add and make a link").click()
    expect(page.get_by_role("heading", name=f"Link for {name}")).to_be_visible()
    return page.locator(".one-time").inner_text()


def set_password(page: Page, link: str, name: str, password: str) -> None:
    """Open the link, choose a password, and sign in with it."""
    page.goto(link)
    page.get_by_label("New password").fill(password)
    page.get_by_label("The same again").fill(password)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("main")).to_contain_text("Your password is set")
    sign_in(page, name, password)


def expect_refused(page: Page, path: str, **fields: str) -> None:
    """Whoever has `page` open may not do this, though they may send the form."""
    token = page.locator("[name=csrf_token]").first.get_attribute("value") or ""
    url = urljoin(page.url, path)
    answer = page.request.post(url, form={"csrf_token": token, **fields}, max_redirects=0)
    assert answer.status == 403, answer.status
    assert "You may not do that" in answer.text()


def unfold(page: Page) -> None:
    """Open everything in the page that is folded away."""
    # Not by a locator: the first one in a page costs half as much as the page itself.
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
