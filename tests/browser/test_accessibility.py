"""What axe finds on every page and in every state, in both themes: nothing."""

from typing import Any, Literal

import pytest
from axe_playwright_python.base import AxeResults
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Browse, OpenHouse
from tests.browser.every_page import pages_without_arguments
from tests.browser.house import AXE_PATH, House
from tests.browser.rehearsal import Rehearsal
from tests.browser.watch import Watch
from tests.conftest import PASSWORD
from tests.two_factor import Phone
from webapp.sandbox import Fault, FaultKind

Scheme = Literal["light", "dark"]

Options = dict[str, Any]

# `preload` fetches every stylesheet again, for a rule that is off.
VIOLATIONS: Options = {"resultTypes": ["violations"], "preload": False}
# axe has the smallest size of what is pressed (WCAG 2.2) switched off as yet.
EVERYTHING: Options = {**VIOLATIONS, "rules": {"target-size": {"enabled": True}}}
COLOURS_ONLY: Options = {**VIOLATIONS, "runOnly": ["color-contrast"]}
# What a theme changes begins to change in the frame after next.
RUN = f"""
async (options) => {{
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  await Promise.all(document.getAnimations().map((animation) => animation.finished));
  if (!('axe' in window)) await import('{AXE_PATH}');
  const {{ violations }} = await axe.run(options);
  return {{ violations }};
}}
"""


def expect_no_violations(page: Page) -> None:
    """Every rule in the light theme; in the dark one those about colours, since nothing else changes."""
    expect_none(page, "light", EVERYTHING)
    expect_none(page, "dark", COLOURS_ONLY)


def expect_none(page: Page, scheme: Scheme, options: Options) -> None:
    page.emulate_media(color_scheme=scheme)
    results = AxeResults(page.evaluate(RUN, options))
    assert results.violations_count == 0, f"{page.url} {scheme}: {results.generate_report()}"


def test_every_page_is_accessible_to_who_may_do_everything(
    ada: Page, rehearsal: Rehearsal, wired_app: Flask
) -> None:
    for address in pages_without_arguments(wired_app):
        ada.goto(address)
        steps.unfold(ada)
        expect_no_violations(ada)


def test_every_page_is_accessible_to_who_may_only_look(
    vic: Page, rehearsal: Rehearsal, wired_app: Flask, watch: Watch
) -> None:
    """The colours of what is left out for them have been looked at."""
    watch.expect_refusal(403)
    for address in pages_without_arguments(wired_app):
        vic.goto(address)
        steps.unfold(vic)
        expect_none(vic, "light", EVERYTHING)


def test_a_member_of_staff_is_accessible(ada: Page) -> None:
    ada.goto("/account/staff/2")
    expect_no_violations(ada)


@pytest.mark.parametrize("ending", ["90", "94", "95", "97", "98"])
def test_message_pages_are_accessible(ada: Page, rehearsal: Rehearsal, ending: str) -> None:
    ada.goto(rehearsal.messages[ending])
    steps.unfold(ada)
    expect_no_violations(ada)


def test_a_text_that_waits_for_a_decision_is_accessible(sam: Page, house: House) -> None:
    number = house.number()
    house.sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_message"))
    with house.worker.stopped():
        steps.send(sam, to=number, text="Is it there?")
        steps.expect_status(sam, "Outcome unknown")
        house.ask_person(sam.url, reason="The provider has this text more than once.")
    sam.reload()
    expect_no_violations(sam)
    sam.get_by_role("link", name="See what the provider has").click()
    expect(steps.heading(sam, "Was it sent?")).to_be_visible()
    expect_no_violations(sam)
    sam.go_back()
    sam.get_by_role("button", name="Leave it: do not send").click()
    steps.expect_status(sam, "Closed, outcome unknown")


def test_the_page_of_a_text_to_several_people_is_accessible(ada: Page, rehearsal: Rehearsal) -> None:
    ada.goto(rehearsal.url)
    expect_no_violations(ada)


def test_a_check_page_with_warnings_is_accessible(ada: Page, rehearsal: Rehearsal, watch: Watch) -> None:
    ada.goto(rehearsal.check_url)
    watch.expect_refusal(422)
    steps.send_button(ada).click()
    expect(ada.get_by_text("Nothing was sent. Tick the box")).to_be_visible()
    expect_no_violations(ada)


def test_compose_with_costly_characters_and_options_is_accessible(sam: Page, house: House) -> None:
    steps.write(sam, to=f"{house.number()}, 020 7946 0000", text="It’s ready " * 20)
    expect(sam.get_by_role("button", name="Use plain characters")).to_be_visible()
    sam.get_by_role("radio", name="Later").check()
    steps.unfold(sam)
    expect_no_violations(sam)


def test_compose_with_errors_is_accessible(sam: Page, watch: Watch) -> None:
    steps.write(sam, to="020 7946 0000", text="")
    sam.get_by_role("radio", name="Later").check()
    watch.expect_refusal(422)
    steps.check_button(sam).click()
    expect(sam.get_by_role("alert")).to_be_visible()
    expect_no_violations(sam)


def test_home_without_any_text_is_accessible(browse: Browse, new_house: OpenHouse) -> None:
    page = browse("sam", at=new_house())
    page.goto("/")
    expect_no_violations(page)
    page.goto("/messages")
    expect_no_violations(page)


def test_signing_in_is_accessible_with_and_without_an_error(browse: Browse, watch: Watch) -> None:
    page = browse()
    page.goto("/sign-in")
    expect_no_violations(page)
    watch.expect_refusal(422)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect_no_violations(page)


def test_setting_up_two_factor_and_a_link_that_leads_nowhere_are_accessible(
    browse: Browse, new_house: OpenHouse, watch: Watch
) -> None:
    page = browse("vic", at=new_house())
    page.goto("/account/you/two-factor")
    page.get_by_role("textbox", name="Present password").fill(PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    expect_no_violations(page)
    phone = Phone(page.locator(".one-time").inner_text().replace(" ", ""))
    page.get_by_role("textbox", name="Code from the app").fill(phone.code())
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    expect_no_violations(page)
    page.context.clear_cookies()
    page.goto("/sign-in")
    steps.sign_in(page, "vic", PASSWORD)
    page.get_by_text("I do not have my phone").click()
    expect_no_violations(page)
    watch.expect_refusal(410)
    page.goto("/set-password/nonsense")
    expect_no_violations(page)


def test_error_pages_are_accessible(sam: Page, watch: Watch) -> None:
    watch.expect_refusal(404)
    sam.goto("/nowhere")
    expect_no_violations(sam)


def test_the_open_menu_is_accessible_and_the_chosen_theme_stays(sam: Page) -> None:
    sam.goto("/account")
    sam.get_by_role("banner").locator("summary").click()
    expect_no_violations(sam)
    sam.get_by_role("button", name="Dark").click()
    expect(sam.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect_none(sam, "light", COLOURS_ONLY)
    sam.goto("/messages")
    expect(sam.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_nothing_moves_for_those_who_asked_for_less_motion(ada: Page, rehearsal: Rehearsal) -> None:
    ada.goto("/messages")
    ada.emulate_media(color_scheme="dark")
    assert ada.evaluate("document.getAnimations().length") == 0
