"""A phone 390 pixels wide: no page scrolls sideways, and the menu works."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Browse
from tests.browser.every_page import pages_without_arguments
from tests.browser.house import House
from tests.browser.pages import IN_HAND, Kind
from tests.browser.rehearsal import Rehearsal
from tests.browser.test_accessibility import expect_no_violations
from tests.browser.watch import Watch
from webapp.store import audit, users
from webapp.store.users import LONGEST_NAME, Role

UNBREAKABLE = "https://example.org/" + "x" * 150
WIDTHS = "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"


@pytest.fixture
def phone(browse: Browse) -> Page:
    """Ada's phone: an admin's pages hold the most."""
    return browse("ada", kind=Kind.PHONE)


def expect_no_sideways_scrolling(page: Page) -> None:
    content, window = page.evaluate(WIDTHS)
    assert content <= window, f"{page.url} at {window} pixels"


def test_every_page_fits(phone: Page, rehearsal: Rehearsal, wired_app: Flask) -> None:
    for address in (*pages_without_arguments(wired_app), "/account/staff/1", "/account/staff/2"):
        phone.goto(address)
        expect_no_sideways_scrolling(phone)


def test_every_page_can_be_enlarged(ada: Page, rehearsal: Rehearsal, wired_app: Flask) -> None:
    """A tablet, and a window of 1280 pixels at 200 % and at 400 %: WCAG 1.4.4 and 1.4.10."""
    for address in pages_without_arguments(wired_app):
        ada.goto(address)
        steps.unfold(ada)
        for width in (768, 640, 320):
            ada.set_viewport_size({"width": width, "height": width * 5 // 8})
            expect_no_sideways_scrolling(ada)


def test_pages_about_one_text_fit(phone: Page, rehearsal: Rehearsal) -> None:
    for address in (rehearsal.url, rehearsal.check_url, *rehearsal.messages.values()):
        phone.goto(address)
        steps.unfold(phone)
        expect_no_sideways_scrolling(phone)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_name_of_a_colleague_fits(browse: Browse, house: House, width: int) -> None:
    name = f"{house.number()}.{'x' * LONGEST_NAME}"[:LONGEST_NAME]
    with house.record() as db:
        users.add_user(db, name=name, role=Role.SENDER, password_hash="none", now=datetime.now(UTC))
    page, number = browse(name), house.number()
    steps.send(page, to=number, text="Your lift is repaired.")
    page.set_viewport_size({"width": width, "height": 800})
    for address in (page.url, "/", "/messages", "/account/spend"):
        page.goto(address)
        expect_no_sideways_scrolling(page)


@pytest.mark.parametrize("width", [1024, 768])
def test_lists_are_tables_from_a_tablet_up(ada: Page, rehearsal: Rehearsal, width: int) -> None:
    usual = ada.viewport_size
    ada.set_viewport_size({"width": width, "height": 768})
    for address in ("/messages", "/failed", rehearsal.url):
        ada.goto(address)
        row = ada.locator("tbody tr").first
        assert row.evaluate("row => getComputedStyle(row).display") == "table-row", address
        expect_no_sideways_scrolling(ada)
    assert usual is not None
    ada.set_viewport_size(usual)


def test_the_audit_trail_fits_with_a_reference_that_leads_nowhere(ada: Page, house: House) -> None:
    reference = "bcbdb835-cd2d-4356-85d7-9d4057499174"
    with house.record() as db:
        audit.record_own(db, "did what it no longer does", reference, now=datetime.now(UTC))
    ada.goto("/account/audit")
    expect(ada.get_by_text(reference)).to_be_visible()
    for width in (1000, 768):
        ada.set_viewport_size({"width": width, "height": 768})
        expect_no_sideways_scrolling(ada)


def test_words_without_a_break_fit(phone: Page, house: House) -> None:
    number = house.number()
    steps.write(phone, to=number, text=f"{UNBREAKABLE} it’s “here”")
    expect(phone.get_by_role("button", name="Use plain characters")).to_be_visible()
    phone.get_by_role("radio", name="Later").check()
    steps.unfold(phone)
    phone.get_by_role("textbox", name="Tag").fill("x" * 280)
    expect_no_sideways_scrolling(phone)
    phone.get_by_role("radio", name="Now", exact=True).check()
    steps.check(phone)
    expect_no_sideways_scrolling(phone)
    steps.send_button(phone).click()
    steps.expect_message_page(phone, number)
    expect_no_sideways_scrolling(phone)
    phone.goto("/messages")
    expect_no_sideways_scrolling(phone)


def test_errors_fit(phone: Page, watch: Watch) -> None:
    watch.expect_refusal(422)
    steps.write(phone, to="x" * 200, text="")
    steps.check_button(phone).click()
    expect(phone.get_by_role("alert")).to_be_visible()
    expect_no_sideways_scrolling(phone)
    watch.expect_refusal(404)
    phone.goto("/nowhere")
    expect_no_sideways_scrolling(phone)


def test_signing_in_fits(browse: Browse) -> None:
    page = browse(kind=Kind.PHONE)
    page.goto("/sign-in")
    expect_no_sideways_scrolling(page)


@pytest.mark.parametrize("kind", [Kind.PHONE, Kind.NO_JAVASCRIPT])
def test_the_pages_of_account_stand_below_the_one_that_is_open(browse: Browse, kind: Kind) -> None:
    phone = browse("ada", kind=kind)
    phone.set_viewport_size(IN_HAND)
    phone.goto("/account/spend")
    pages = phone.get_by_role("navigation", name="Account pages")
    expect(pages.get_by_role("link")).to_have_count(0)
    pages.get_by_text("Spend and 8 other pages").press("Enter")
    expect(pages.get_by_role("link")).to_have_count(9)
    if kind is Kind.PHONE:
        expect_no_violations(phone)
    expect_no_sideways_scrolling(phone)
    pages.get_by_role("link", name="Audit trail").press("Enter")
    expect(phone).to_have_url(re.compile("/account/audit$"))
    expect(pages.get_by_text("Audit trail and 8 other pages")).to_be_visible()


def test_the_menu_works_by_keyboard(phone: Page) -> None:
    phone.goto("/")
    menu = phone.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()
    phone.get_by_role("button", name="Menu", exact=True).press("Enter")
    expect(menu).to_be_visible()
    phone.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(phone.get_by_role("button", name="Menu", exact=True)).to_be_focused()
    phone.keyboard.press("Space")
    menu.get_by_role("link", name="Messages").press("Enter")
    expect(steps.heading(phone, "Messages")).to_be_visible()
    expect(phone).to_have_url(re.compile("/messages$"))
