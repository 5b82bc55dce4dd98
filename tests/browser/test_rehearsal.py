"""The endings of docs/sandbox.md, each from the confirmed text to what its page says at last."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.house import House
from tests.browser.pages import PagePool
from webapp.messaging.numbers import format_number
from webapp.messaging.words import plural

TEXT = "Please ring the surgery."


@dataclass(frozen=True)
class Rehearsed:
    """What the message page of a text to a number with this ending says in the end."""

    ending: str
    status: str
    says: tuple[str, ...] = ()
    times_accepted: int = 1

    @property
    def number(self) -> str:
        return f"4474001234{self.ending}"


REHEARSED = (
    Rehearsed("90", "Not delivered", ("Number does not exist", "Refunded")),
    Rehearsed("91", "Expired", ("Handset switched off or out of coverage", "Refunded")),
    Rehearsed("92", "Rejected", ("sent nothing", "Not charged")),
    Rehearsed("93", "Delivered", ("The text is on the phone", "Handset switched off or out of coverage")),
    Rehearsed("94", "Sent, waiting for report", ("Charged",)),
    Rehearsed("95", "Delivered"),
    Rehearsed("96", "Delivered"),
    Rehearsed("97", "Not sent", ("There are not enough credits",), times_accepted=0),
    Rehearsed("98", "Delivered", ("No clear answer came", "Found at the provider")),
    Rehearsed("99", "Delivered", ("No clear answer came", "Not found at the provider")),
)


@pytest.fixture(scope="module")
def rehearsed(pages: PagePool, house: House) -> str:
    """Sam has sent one text to all ten; the address of the page that lists what became of each."""
    page = pages.take(house.url)
    page.context.add_cookies([house.cookie_of("sam")])
    steps.write(page, to="\n".join(each.number for each in REHEARSED), text=TEXT)
    steps.check(page)
    steps.send_button(page).click()
    expect(steps.heading(page, f"Sent to {plural(len(REHEARSED), 'person', 'people')}")).to_be_visible()
    url = page.url
    pages.take_back()
    return url


@pytest.mark.parametrize("each", REHEARSED, ids=lambda each: each.ending)
def test_a_text_to_this_ending_ends_as_documented(
    sam: Page, rehearsed: str, house: House, each: Rehearsed
) -> None:
    sam.goto(rehearsed)
    sam.get_by_role("link", name=format_number(each.number)).click()
    steps.expect_message_page(sam, each.number)
    steps.expect_status(sam, each.status)
    for words in each.says:
        expect(sam.get_by_role("main")).to_contain_text(words)
    accepted = [text for text in house.accepted(each.number) if text.content == TEXT]
    assert len(accepted) == each.times_accepted
