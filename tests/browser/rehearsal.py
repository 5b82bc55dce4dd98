"""One text to all the numbers of docs/sandbox.md that end in a special way: a page for every state."""

from collections.abc import Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.house import House
from webapp.store import calls
from webapp.store.calls import Purpose

TEXT = "Please ring the surgery, we have news about your prescription."
ENDINGS = tuple(str(ending) for ending in range(90, 100))


def number_ending_in(ending: str) -> str:
    return f"4474001234{ending}"


@dataclass(frozen=True)
class Rehearsal:
    """Where the results are: `url` lists them, `messages` holds the page of each by its ending.

    `check_url` is a check page of the same text to one of them again.
    """

    url: str
    messages: Mapping[str, str]
    check_url: str


def rehearse(page: Page, house: House) -> Rehearsal:
    """Send it, in the browser of somebody who may."""
    steps.write(page, to="\n".join(map(number_ending_in, ENDINGS)), text=TEXT)
    steps.check(page)
    steps.send_button(page).click()
    expect(page.get_by_role("table", name="What became of each text")).to_be_visible()
    url = page.url
    messages = message_urls(house, draft_id=url.rpartition("/")[2])
    page.goto(messages["95"])
    page.get_by_role("button", name="Send again").click()
    expect(steps.heading(page, "Check and send")).to_be_visible()
    return Rehearsal(url, messages, page.url)


def message_urls(house: House, *, draft_id: str) -> dict[str, str]:
    with house.record() as db:
        listed = calls.list_for_draft(db, draft_id, purpose=Purpose.SEND)
    return {call.destination[-2:]: f"{house.url}/messages/{call.ref}" for call in listed}
