"""Asking the provider what became of texts, and deleting a record: with and without JavaScript, by role."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Browse
from tests.browser.house import House
from tests.browser.pages import Kind
from tests.faults.waiting import until
from webapp.messaging.numbers import format_number
from webapp.messaging.status import FAILED

TEXT = "Your results are in, please ring us."
FAILING = "447400123490"
FAILED_WITHIN_SECONDS = 30

WITH_AND_WITHOUT = pytest.mark.parametrize("kind", [Kind.DESKTOP, Kind.NO_JAVASCRIPT])


def id_of(house: House, number: str) -> str:
    """The provider's id of the latest text to a number."""
    return house.accepted(number)[-1].message_id


def sent(page: Page, house: House) -> str:
    """A number to which a text has gone."""
    number = house.number()
    steps.send(page, to=number, text=TEXT)
    return number


@WITH_AND_WITHOUT
@pytest.mark.parametrize("who", ["sam", "vic"])
def test_the_provider_is_searched(browse: Browse, house: House, sam: Page, kind: Kind, who: str) -> None:
    number = sent(sam, house)
    page = browse(who, kind=kind)
    page.goto("/messages")
    page.get_by_role("link", name="Search the provider").click()
    page.get_by_label("To", exact=True).fill(f"0{number[2:]}")
    page.get_by_role("button", name="Ask the provider").click()
    table = page.get_by_role("table", name="Messages the provider found")
    expect(table.get_by_role("link")).to_have_text([format_number(number)])
    expect(table).to_contain_text(TEXT)


@WITH_AND_WITHOUT
@pytest.mark.parametrize("who", ["sam", "vic"])
def test_a_message_is_got_by_its_id(browse: Browse, house: House, sam: Page, kind: Kind, who: str) -> None:
    number = sent(sam, house)
    page = browse(who, kind=kind)
    page.goto("/messages/provider")
    page.get_by_label("The provider’s message id").fill(id_of(house, number))
    page.get_by_role("button", name="Look it up").click()
    steps.expect_message_page(page, number)
    expect(page.get_by_role("main")).to_contain_text(TEXT)


@WITH_AND_WITHOUT
def test_a_record_is_deleted_by_an_admin_alone(browse: Browse, house: House, sam: Page, kind: Kind) -> None:
    number = sent(sam, house)
    url = sam.url
    for who in ("sam", "vic"):
        page = browse(who)
        page.goto(url)
        expect(page.get_by_text("Delete the record")).to_have_count(0)
        steps.expect_refused(page, f"{url}/delete", last_digits=number[-4:])
    assert len(house.sent(number)) == 1
    ada = browse("ada", kind=kind)
    ada.goto(url)
    for _ in range(100):
        if steps.status(ada).inner_text() == "Delivered":
            break
        ada.wait_for_timeout(100)
        ada.reload()
    ada.get_by_text("Delete the record…").click()
    ada.get_by_label("Last four digits of the number").fill(number[-4:])
    ada.get_by_role("button", name="Delete the record", exact=True).click()
    steps.expect_status(ada, "Deleted")
    assert house.sent(number) == ()


@WITH_AND_WITHOUT
def test_failed_texts_are_fetched_by_a_sender_and_not_by_a_viewer(
    browse: Browse, house: House, sam: Page, kind: Kind
) -> None:
    steps.send(sam, to=FAILING, text=f"{TEXT} {house.number()}")
    until(lambda: house.sent(FAILING)[0].status in FAILED, within=FAILED_WITHIN_SECONDS)
    page = browse("sam", kind=kind)
    asked = house.sandbox.calls().get("list_failed", 0)
    page.goto("/failed")
    page.get_by_role("button", name="Ask the provider now").click()
    expect(page.get_by_text("and all stand here now")).to_be_visible()
    assert house.sandbox.calls()["list_failed"] > asked
    expect(page.get_by_role("main")).to_contain_text(format_number(FAILING))
    vic = browse("vic", kind=kind)
    vic.goto("/failed")
    expect(vic.get_by_role("main")).to_contain_text(format_number(FAILING))
    expect(vic.get_by_role("button", name="Ask the provider now")).to_have_count(0)
    steps.expect_refused(vic, "/failed/fetch")


@WITH_AND_WITHOUT
@pytest.mark.parametrize("who", ["sam", "vic"])
def test_the_scheduled_list_is_asked_for_now(browse: Browse, house: House, kind: Kind, who: str) -> None:
    """What another program schedules shows at once when somebody asks, not only half a minute later."""
    number, page = house.number(), browse(who, kind=kind)
    page.goto("/scheduled")
    house.schedule_elsewhere(number, TEXT, at=datetime.now(UTC) + timedelta(days=3))
    row = page.get_by_role("row").filter(has_text=format_number(number))
    for _ in range(100):
        page.get_by_role("button", name="Ask the provider now").click()
        expect(steps.heading(page, "Scheduled")).to_be_visible()
        if row.count():
            break
        page.wait_for_timeout(200)
    expect(row).to_contain_text("another program")
