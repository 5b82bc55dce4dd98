"""The message page: who may do what, deleting a record, and what happens when its polls go wrong."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import steps
from tests.browser.conftest import Browse
from tests.browser.house import House
from tests.browser.pages import Kind
from tests.browser.rehearsal import TEXT as REHEARSED_TEXT
from tests.browser.rehearsal import Rehearsal, number_ending_in
from tests.browser.watch import Watch
from tests.conftest import PASSWORD

TEXT = "Your results are in."
NEVER_REPORTED = "447400123494"
POLLS = "**/messages/*version=*"
POLL_MILLISECONDS = 2_000


def test_a_record_is_deleted_after_typing_the_last_digits(ada: Page, house: House) -> None:
    number = house.number()
    steps.send(ada, to=number, text=TEXT)
    steps.expect_status(ada, "Delivered")
    ada.reload()
    confirm_deletion(ada, number[-4:])
    steps.expect_status(ada, "Deleted")
    expect(ada.get_by_text(TEXT)).to_be_hidden()
    assert house.sent(number) == ()


def test_wrong_digits_delete_nothing(ada: Page, rehearsal: Rehearsal, house: House, watch: Watch) -> None:
    ada.goto(rehearsal.messages["95"])
    watch.expect_refusal(422)
    confirm_deletion(ada, "0000")
    expect(ada.get_by_text("These are not the last four digits. Nothing was deleted.")).to_be_visible()
    assert len(house.sent(number_ending_in("95"))) >= 1


def confirm_deletion(page: Page, digits: str) -> None:
    page.get_by_text("Delete the record…").click()
    page.get_by_label("Last four digits of the number").fill(digits)
    page.get_by_role("button", name="Delete the record", exact=True).click()


@pytest.mark.parametrize("ending", ["94", "95", "97"])
def test_a_viewer_sees_a_text_and_no_way_to_act_on_it(vic: Page, rehearsal: Rehearsal, ending: str) -> None:
    vic.goto(rehearsal.messages[ending])
    main = vic.get_by_role("main")
    expect(main).to_contain_text(REHEARSED_TEXT)
    for name in ("Send again", "Cancel", "Stop trying", "Delete"):
        expect(main.get_by_role("button", name=name)).to_have_count(0)
    expect(main.locator("summary")).to_have_count(0)
    expect(vic.get_by_role("link", name="Compose")).to_have_count(0)


def test_a_session_that_ends_while_a_page_polls_leads_back_after_signing_in(
    sam: Page, house: House, watch: Watch
) -> None:
    open_live_page(sam, house)
    url = sam.url
    watch.expect_refusal(401)
    sam.context.clear_cookies()
    expect(steps.heading(sam, "Sign in")).to_be_visible()
    steps.sign_in(sam, "sam", PASSWORD)
    steps.expect_status(sam, "Sent, waiting for report")
    assert sam.url == url


def test_polls_that_fail_are_told_and_go_on(browse: Browse, house: House, watch: Watch) -> None:
    sam = browse("sam", kind=Kind.MOVABLE_CLOCK)
    failures: tuple[Callable[[Route], None], ...] = (
        lambda route: route.abort(),
        lambda route: route.fulfill(status=500),
    )
    for expected in ("ERR_FAILED", "htmx:sendError|htmx:afterRequest", "500"):
        watch.expect_errors(expected)
    with house.worker.stopped():
        steps.send(sam, to=house.number(), text=TEXT)
        for fail in failures:
            sam.route(POLLS, fail)
            sam.clock.fast_forward(POLL_MILLISECONDS)
            expect(sam.get_by_text("Not updating since")).to_be_visible()
            sam.unroute(POLLS)
            sam.clock.fast_forward(POLL_MILLISECONDS)
            expect(sam.get_by_text("Not updating since")).to_be_hidden()
    steps.expect_status(sam, "Delivered")


def open_live_page(page: Page, house: House) -> None:
    """A message page that polls for ever: this number never has a report."""
    steps.write(page, to=NEVER_REPORTED, text=f"{TEXT} {house.number()}")
    steps.check(page)
    steps.send_button(page).click()
    steps.expect_message_page(page, NEVER_REPORTED)
    steps.expect_status(page, "Sent, waiting for report")
