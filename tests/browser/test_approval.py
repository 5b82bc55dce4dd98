"""A large batch between two people: asked for, sent back, put right, asked for again, approved."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import batch_steps, steps
from tests.browser.batch_steps import Numbers
from tests.browser.conftest import Browse
from tests.browser.house import House
from tests.browser.pages import Kind
from tests.browser.test_accessibility import expect_no_violations
from tests.browser.test_narrow import expect_no_sideways_scrolling
from tests.browser.test_weight import MOST_BYTES, weight
from tests.browser.watch import Watch
from tests.faults.waiting import until
from webapp.store.organisation import change_organisation

WITH_AND_WITHOUT = pytest.mark.parametrize("kind", [Kind.DESKTOP, Kind.NO_JAVASCRIPT])
HANDED_OVER_WITHIN_SECONDS = 30
WHY = "It is Thursday, not Friday."


@pytest.fixture(scope="module", autouse=True)
def more_than_ten(house: House) -> Iterator[None]:
    with house.record() as db:
        change_organisation(db, {"approval_above": 10}, changed_by="Ada", now=datetime.now(UTC))
    yield
    with house.record() as db:
        change_organisation(db, {"approval_above": None}, changed_by="Ada", now=datetime.now(UTC))


def ask(page: Page, numbers: list[str], text: str) -> str:
    """From a pasted list to the page that waits; the address of that page."""
    batch_steps.paste(page, numbers)
    batch_steps.check(page, text)
    page.get_by_role("button", name="Ask for approval of").click()
    expect(page.get_by_text("Waits for approval")).to_be_visible()
    return page.url


def read(page: Page, check_url: str) -> None:
    """Follow the line on Home."""
    page.goto("/")
    page.locator(f"a[href='{urlsplit(check_url).path.replace('/check', '/approve')}']").click()
    expect(steps.heading(page, "Approve a batch of sam’s")).to_be_visible()


@WITH_AND_WITHOUT
def test_a_large_batch_goes_once_another_has_approved_it(
    browse: Browse, house: House, watch: Watch, kind: Kind
) -> None:
    watch.expect_refusal(422)
    sam, ada, numbers = browse("sam", kind=kind), browse("ada", kind=kind), Numbers.take(11)
    url = ask(sam, numbers, "Closed on Friday.")
    read(ada, url)
    expect(ada.get_by_text("11 people", exact=True)).to_be_visible()
    ada.get_by_role("button", name="Send it back").click()
    expect(ada.get_by_role("alert")).to_contain_text("Nothing was sent back")
    ada.get_by_label("What is to be put right?").fill(WHY)
    ada.get_by_role("button", name="Send it back").click()
    expect(ada.get_by_text("Sent back: nothing goes")).to_be_visible()

    sam.goto(url)
    expect(sam.get_by_text(WHY)).to_be_visible()
    sam.get_by_role("link", name="Back", exact=True).click()
    batch_steps.check(sam, "Closed on Thursday.")
    sam.get_by_role("button", name="Ask for approval of").click()
    expect(sam.get_by_text("Waits for approval")).to_be_visible()
    assert house.sent(numbers[0]) == ()

    read(ada, url)
    ada.get_by_role("button", name="Approve: send 11 texts for 11 credits").click()
    expect(ada.get_by_text("Confirmed by sam, approved by ada")).to_be_visible()
    until(lambda: house.accepted(numbers[-1]), within=HANDED_OVER_WITHIN_SECONDS)
    assert {number: len(house.accepted(number)) for number in numbers} == dict.fromkeys(numbers, 1)
    assert [text.content for text in house.accepted(numbers[0])] == ["Closed on Thursday."]


def test_whoever_asked_is_led_to_the_batch_when_it_is_approved(browse: Browse) -> None:
    sam, ada = browse("sam"), browse("ada")
    url = ask(sam, Numbers.take(11), "Closed on Monday.")
    read(ada, url)
    ada.get_by_role("button", name="Approve: send").click()

    expect(steps.heading(sam, "Pasted list")).to_be_visible()
    expect(sam.get_by_text("Confirmed by sam, approved by ada")).to_be_visible()


@WITH_AND_WITHOUT
def test_a_request_is_withdrawn(browse: Browse, kind: Kind) -> None:
    sam, ada = browse("sam", kind=kind), browse("ada", kind=kind)
    url = ask(sam, Numbers.take(11), "Closed on Tuesday.")
    sam.get_by_role("button", name="Withdraw the request").click()
    expect(sam.get_by_role("button", name="Ask for approval of")).to_be_visible()
    ada.goto(url.replace("/check", "/approve"))
    expect(ada.get_by_text("does not wait for approval")).to_be_visible()


def test_pages_of_approval_are_accessible_small_and_fit_a_phone(
    browse: Browse, htmx: bytes, watch: Watch
) -> None:
    watch.expect_refusal(422)
    sam, ada = browse("sam"), browse("ada")
    url = ask(sam, Numbers.take(11), "Closed on Wednesday.")
    expect_no_violations(sam)
    read(ada, url)
    assert weight(ada, htmx) <= MOST_BYTES
    expect_no_violations(ada)
    ada.get_by_role("button", name="Send it back").click()
    expect(ada.get_by_role("alert")).to_be_visible()
    expect_no_violations(ada)
    phone = browse("ada", kind=Kind.PHONE)
    phone.goto(url.replace("/check", "/approve"))
    expect_no_sideways_scrolling(phone)
