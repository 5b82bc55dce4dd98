"""Signed out in the middle of writing: said without leaving the page, and gone on with after signing in."""

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import OtherTab
from tests.browser.house import House
from tests.browser.watch import Watch
from tests.conftest import PASSWORD
from webapp.store import sessions, users

WRITTEN = "Dear Mrs Smith, your appointment"


def test_nothing_typed_is_lost_when_a_session_ends(
    sam: Page, house: House, watch: Watch, other_tab: OtherTab
) -> None:
    steps.write(sam, to=house.number(), text=WRITTEN)
    expect(sam.locator("#compose_preview")).to_contain_text(WRITTEN)
    end_sessions(house, "sam")
    watch.expect_refusal(401)
    steps.content(sam).press_sequentially(" is moved")
    alert = sam.locator("#alerts").get_by_text("nothing typed is lost")
    expect(alert).to_be_visible()
    tab = other_tab(sam)
    tab.goto("/sign-in")
    steps.sign_in(tab, "sam", PASSWORD)
    sam.bring_to_front()
    steps.content(sam).press_sequentially(" to Monday")
    expect(alert).to_be_hidden()
    steps.check(sam)
    expect(sam.get_by_role("main")).to_contain_text(f"{WRITTEN} is moved to Monday")


def end_sessions(house: House, name: str) -> None:
    with house.record() as db:
        user = users.find_user(db, name)
        assert user is not None
        sessions.end_sessions_of(db, user.id)
