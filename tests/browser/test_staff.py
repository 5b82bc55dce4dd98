"""An administrator adds colleagues, who set their own passwords and switch two-factor on; and they leave."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Browse
from tests.browser.pages import Kind
from tests.browser.watch import Watch
from tests.two_factor import Phone

PASSWORD = "a good long password"


@pytest.mark.parametrize("kind", [Kind.DESKTOP, Kind.NO_JAVASCRIPT])
def test_a_colleague_is_added_signs_in_with_a_code_and_is_disabled(
    browse: Browse, watch: Watch, kind: Kind
) -> None:
    name = f"Sue at {kind.name.lower()}"
    ada = browse("ada", kind=kind)
    sue = browse(kind=kind)
    steps.set_password(sue, steps.add_colleague(ada, name, "Sender"), name, PASSWORD)
    phone, recovery_code = switch_two_factor_on(sue)
    sign_out(sue)
    steps.sign_in(sue, name, PASSWORD)
    enter(sue, "Code from your phone", phone.code(steps_ahead=1))
    expect(steps.heading(sue, "Home")).to_be_visible()
    sign_out(sue)
    steps.sign_in(sue, name, PASSWORD)
    sue.get_by_text("I do not have my phone").click()
    enter(sue, "Recovery code", recovery_code)
    expect(steps.heading(sue, "Home")).to_be_visible()
    open_member(ada, name)
    ada.get_by_role("button", name=f"Disable {name}").click()
    expect(ada.get_by_role("main")).to_contain_text("can no longer sign in")
    expect_signed_out(sue, watch, kind)


def test_an_admin_resets_a_password_and_ends_a_session(browse: Browse, watch: Watch) -> None:
    ada, vic = browse("ada"), browse()
    name = "Val"
    steps.set_password(vic, steps.add_colleague(ada, name, "Viewer"), name, PASSWORD)
    open_member(ada, name)
    ada.get_by_role("button", name="End session").click()
    expect(ada.get_by_role("main")).to_contain_text("not signed in anywhere")
    expect_signed_out(vic, watch, Kind.DESKTOP)
    ada.get_by_role("button", name="Make a link").click()
    steps.set_password(vic, ada.locator(".one-time").inner_text(), name, f"{PASSWORD} again")
    expect(steps.heading(vic, "Home")).to_be_visible()


def expect_signed_out(page: Page, watch: Watch, kind: Kind) -> None:
    """A page that polls finds out by itself; without JavaScript the next click does."""
    if kind is Kind.NO_JAVASCRIPT:
        page.get_by_role("link", name="Messages", exact=True).click()
    else:
        watch.expect_refusal(401)
    expect(steps.heading(page, "Sign in")).to_be_visible()


def open_member(page: Page, name: str) -> None:
    page.goto("/account/staff")
    page.get_by_role("link", name=name, exact=True).click()
    expect(steps.heading(page, name)).to_be_visible()


def switch_two_factor_on(page: Page) -> tuple[Phone, str]:
    """The phone that has scanned the code, and one of the recovery codes."""
    page.goto("/account/you")
    page.get_by_role("link", name="Set it up").click()
    page.get_by_role("textbox", name="Present password").fill(PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    phone = Phone(page.locator(".one-time").inner_text().replace(" ", ""))
    page.get_by_role("textbox", name="Code from the app").fill(phone.code())
    page.get_by_role("button", name="Switch it on").click()
    codes = page.locator(".recovery-codes li")
    expect(codes).to_have_count(10)
    code = codes.first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("main")).to_contain_text("a code from your phone")
    return phone, code


def enter(page: Page, field: str, code: str) -> None:
    page.get_by_role("textbox", name=field).fill(code)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    page.get_by_role("banner").locator("summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(steps.heading(page, "Sign in")).to_be_visible()
