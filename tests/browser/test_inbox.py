"""A team at one inbox: what comes in is seen by everybody, and nobody's half-written answer is disturbed."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import batch_steps, steps
from tests.browser.conftest import Browse, OpenHouse, OtherTab
from tests.browser.house import House
from tests.browser.pages import Kind
from tests.browser.test_accessibility import expect_no_violations
from tests.browser.test_narrow import UNBREAKABLE, expect_no_sideways_scrolling
from tests.browser.test_signed_out import end_sessions
from tests.browser.watch import Watch
from tests.conftest import PASSWORD
from tests.faults.waiting import until
from webapp.messaging.numbers import format_number
from webapp.sandbox import Fault, FaultKind
from webapp.store.inbox_state import read_state

HALF = "Yes, Friday at"


@pytest.fixture
def office(new_house: OpenHouse) -> House:
    """An office whose worker looks for replies all the time."""
    return new_house(inbox_seconds=0.1)


def receive(office: House, content: str, *, number: str | None = None) -> str:
    """Somebody texts us; their number."""
    number = number or office.number()
    office.sandbox.inject_inbound(sender=number, content=content)
    return number


def open_conversation(page: Page, number: str) -> None:
    page.goto("/inbox")
    row = page.get_by_role("link", name=format_number(number))
    expect(row).to_be_visible()
    row.click()
    expect(steps.heading(page, format_number(number))).to_be_visible()


def reply_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile(r"^Reply\b"))


def bubble(page: Page, text: str) -> Locator:
    return page.locator(".bubble-text").get_by_text(text, exact=True)


def test_two_people_side_by_side_work_through_one_conversation(browse: Browse, office: House) -> None:
    number = receive(office, "Can I come on Friday?")
    sam, vic = browse("sam", at=office), browse("vic", at=office)
    open_conversation(sam, number)
    open_conversation(vic, number)
    reply_box(sam).press_sequentially(HALF)
    expect(vic.get_by_text("sam is replying", exact=True)).to_be_visible()
    receive(office, "Or on Thursday?", number=number)
    expect(bubble(sam, "Or on Thursday?")).to_be_visible()
    expect(bubble(vic, "Or on Thursday?")).to_be_visible()
    expect(reply_box(sam)).to_have_value(HALF)
    expect(reply_box(sam)).to_be_focused()
    expect(vic.get_by_text("Unread", exact=True)).to_have_count(2)
    reply_box(sam).press_sequentially(" ten.")
    sam.get_by_role("button", name="Mark 2 texts as read").click()
    expect(vic.get_by_text("read by sam")).to_have_count(2)
    expect(sam.get_by_text("2 texts marked as read")).to_be_visible()
    expect(reply_box(sam)).to_have_value(f"{HALF} ten.")
    sam.get_by_role("button", name="Check and send").click()
    sam.get_by_role("button", name="Send for 1 credit").click()
    expect(bubble(vic, f"{HALF} ten.")).to_be_visible()
    expect(vic.get_by_text("sam is replying", exact=True)).to_be_hidden()
    expect(sam.get_by_text("Delivered", exact=True)).to_be_visible()
    assert [text.content for text in office.accepted(number)] == [f"{HALF} ten."]


def test_the_list_and_the_menu_follow_for_everybody(browse: Browse, office: House) -> None:
    sam, vic = browse("sam", at=office), browse("vic", at=office)
    sam.goto("/inbox")
    vic.goto("/inbox")
    number = receive(office, "Hello")
    name = format_number(number)
    expect(sam.get_by_role("link", name=name)).to_be_visible()
    expect(vic.get_by_role("link", name=name)).to_be_visible()
    expect(vic.get_by_text("1 person waits")).to_be_visible()
    sam.get_by_role("checkbox", name=f"Pick {name}").check()
    sam.get_by_role("button", name="Mark picked as read").click()
    expect(vic.get_by_text("1 person waits")).to_be_hidden()
    sam.get_by_role("button", name="Undo").click()
    expect(vic.get_by_text("1 person waits")).to_be_visible()


def test_the_menu_counts_what_the_list_has_just_shown(browse: Browse, office: House) -> None:
    """By itself it asks only every 15 seconds."""
    sam = browse("sam", at=office, kind=Kind.MOVABLE_CLOCK)
    sam.goto("/inbox")
    receive(office, "Hello")
    until(lambda: has_come(office), within=10)
    sam.clock.fast_forward(5_000)
    expect(sam.get_by_text("1 person waits")).to_be_visible()
    expect(sam.locator("#nav_inbox_count")).to_have_text("1 new", timeout=8_000)


def has_come(office: House) -> bool:
    with office.record() as db:
        return bool(read_state(db).unread_conversations)


def test_ticks_stay_while_the_list_renews_itself(browse: Browse, office: House) -> None:
    first = format_number(receive(office, "Hello"))
    sam = browse("sam", at=office)
    sam.goto("/inbox")
    tick = sam.get_by_role("checkbox", name=f"Pick {first}")
    tick.check()
    second = format_number(receive(office, "Me too"))
    expect(sam.get_by_role("link", name=second)).to_be_visible()
    expect(tick).to_be_checked()


def test_an_answer_to_an_old_text_is_stopped_and_kept(browse: Browse, office: House, watch: Watch) -> None:
    number = receive(office, "Can I come on Friday?")
    sam = browse("sam", at=office)
    open_conversation(sam, number)
    reply_box(sam).fill("Friday is fine.")
    sam.get_by_role("button", name="Check and send").click()
    expect(sam.get_by_role("button", name="Send for 1 credit")).to_be_focused()
    receive(office, "No, sorry, Thursday!", number=number)
    expect(bubble(sam, "No, sorry, Thursday!")).to_be_visible()
    watch.expect_refusal(409)
    sam.get_by_role("button", name="Send for 1 credit").click()
    expect(sam.get_by_text("They have texted again: nothing was sent")).to_be_visible()
    assert office.accepted(number) == ()
    sam.get_by_role("link", name="Change it").click()
    expect(reply_box(sam)).to_have_value("Friday is fine.")


def test_a_reply_survives_the_end_of_a_session(
    browse: Browse, office: House, watch: Watch, other_tab: OtherTab
) -> None:
    number = receive(office, "Can I come on Friday?")
    sam = browse("sam", at=office)
    open_conversation(sam, number)
    reply_box(sam).press_sequentially(HALF)
    expect(sam.locator("#reply_preview")).to_contain_text("146")
    end_sessions(office, "sam")
    watch.expect_refusal(401)
    alert = sam.locator("#alerts").get_by_text("nothing typed is lost")
    expect(alert).to_be_visible()
    expect(reply_box(sam)).to_have_value(HALF)
    tab = other_tab(sam)
    tab.goto(sam.url)
    steps.sign_in(tab, "sam", PASSWORD)
    expect(steps.heading(tab, format_number(number))).to_be_visible()
    expect(reply_box(tab)).to_have_value(HALF)
    expect(alert).to_be_hidden()
    expect(reply_box(sam)).to_have_value(HALF)


def test_trouble_with_the_provider_is_said_and_unsaid_by_itself(browse: Browse, office: House) -> None:
    sam = browse("sam", at=office)
    sam.goto("/inbox")
    office.sandbox.faults.add(
        Fault(kind=FaultKind.SERVER_ERROR, operation="fetch_unread", times=None, status=503)
    )
    expect(sam.get_by_text("Replies cannot be fetched just now")).to_be_visible()
    number = receive(office, "Hello")
    office.sandbox.faults.clear()
    expect(sam.get_by_role("link", name=format_number(number))).to_be_visible()
    expect(sam.get_by_text("Replies cannot be fetched just now")).to_be_hidden()


def test_polls_that_fail_are_said_and_go_on(browse: Browse, office: House, watch: Watch) -> None:
    number = receive(office, "Hello")
    sam = browse("sam", at=office)
    open_conversation(sam, number)
    watch.expect_errors("ERR_FAILED|htmx:")
    sam.route("**/status?*", lambda route: route.abort())
    expect(sam.get_by_text(re.compile(r"Not updating since \d\d:\d\d"))).to_be_visible()
    sam.unroute_all()
    receive(office, "Are you there?", number=number)
    expect(bubble(sam, "Are you there?")).to_be_visible()
    expect(sam.get_by_text("Not updating since")).to_be_hidden()


def test_plain_characters_are_one_click_away(browse: Browse, office: House) -> None:
    number = receive(office, "Can I come on Friday?")
    sam = browse("sam", at=office)
    open_conversation(sam, number)
    reply_box(sam).press_sequentially("It’s fine")
    sam.get_by_role("button", name="Use plain characters").click()
    expect(reply_box(sam)).to_have_value("It's fine")
    reply_box(sam).press_sequentially("!")
    expect(sam.get_by_role("button", name="Use plain characters")).to_be_hidden()


def test_everything_works_without_javascript(browse: Browse, office: House) -> None:
    number = receive(office, "Can I come on Friday?")
    name = format_number(number)
    seen = browse("vic", at=office)
    seen.goto("/inbox")
    expect(seen.get_by_role("link", name=name)).to_be_visible()
    sam = browse("sam", at=office, kind=Kind.NO_JAVASCRIPT)
    sam.goto("/inbox")
    sam.get_by_role("checkbox", name=f"Pick {name}").check()
    sam.get_by_role("button", name="Mark picked as read").click()
    sam.get_by_role("button", name="Undo").click()
    sam.get_by_role("searchbox", name="Number or words").fill("friday")
    sam.get_by_role("button", name="Search").click()
    sam.get_by_role("link", name=name).click()
    reply_box(sam).fill("It’s fine.")
    sam.get_by_role("button", name="Check and send").click()
    sam.get_by_role("link", name="Change it").click()
    expect(reply_box(sam)).to_have_value("It’s fine.")
    sam.get_by_role("button", name="Check and send").click()
    sam.get_by_role("button", name="Send for 1 credit").click()
    expect(bubble(sam, "It’s fine.")).to_be_visible()
    expect(sam.get_by_text("read by sam")).to_be_visible()
    assert len(office.accepted(number)) == 1


def test_stop_shows_and_nothing_can_be_sent_until_somebody_says_why(browse: Browse, office: House) -> None:
    number = receive(office, "STOP")
    sam = browse("sam", at=office)
    sam.goto("/inbox")
    expect(sam.get_by_text("Opted out")).to_be_visible()
    open_conversation(sam, number)
    expect(sam.get_by_text("This number has opted out of texts")).to_be_visible()
    steps.write(sam, to=number, text="Just this once")
    steps.check(sam)
    expect(sam.get_by_text("Nothing can be sent to it")).to_be_visible()
    expect(steps.send_button(sam)).to_be_hidden()
    sam.goto("/inbox/opt-outs")
    sam.get_by_role("link", name=format_number(number)).click()
    sam.get_by_text("Remove from the list…").click()
    sam.get_by_role("textbox", name="Why may they be texted again?").fill("She rang and asked")
    sam.get_by_role("button", name="Remove from the list", exact=True).click()
    expect(sam.get_by_text("can be texted again")).to_be_visible()


def test_inbox_pages_are_accessible_and_fit_a_phone(browse: Browse, office: House) -> None:
    numbers = [
        receive(office, "Can I come on Friday? " * 12),
        receive(office, "STOP"),
        receive(office, "Please stop texting me"),
        receive(office, f"{UNBREAKABLE} שלום"),
    ]
    ada = browse("ada", at=office)
    ada.goto("/inbox")
    expect(ada.get_by_text("4 people wait")).to_be_visible()
    steps.unfold(ada)
    expect_no_violations(ada)
    expect_fits(ada)
    for number in numbers:
        open_conversation(ada, number)
        expect_no_violations(ada)
        expect_fits(ada)
    ada.goto("/inbox/opt-outs")
    expect_no_violations(ada)
    expect_fits(ada)
    ada.get_by_role("link", name=format_number(numbers[1])).click()
    steps.unfold(ada)
    expect_no_violations(ada)
    open_conversation(ada, numbers[0])
    reply_box(ada).fill("It’s fine, " * 20)
    expect(ada.get_by_role("button", name="Use plain characters")).to_be_visible()
    expect_no_violations(ada)
    ada.get_by_role("button", name="Check and send").click()
    expect(ada.get_by_role("button", name=re.compile("^Send for"))).to_be_visible()
    expect_no_violations(ada)
    expect_fits(ada)


def test_a_number_stands_in_one_line_on_a_phone(browse: Browse, office: House) -> None:
    number = receive(office, "Can I come on Friday?")
    phone = browse("sam", at=office, kind=Kind.PHONE)
    phone.goto("/inbox")
    row = phone.get_by_role("link", name=format_number(number))
    heights = [row.evaluate("link => link.clientHeight")]
    phone.get_by_role("button", name="Mark all shown as read").click()
    expect(phone.get_by_text("1 text marked as read")).to_be_visible()
    heights.append(row.evaluate("link => link.clientHeight"))
    assert heights[0] == heights[1] > 0


def test_names_from_a_list_come_by_themselves_are_accessible_and_fit(browse: Browse, office: House) -> None:
    people = {"Jane Smith": "Hello", "J" * 60: "Hello again", "مريم الخطيب": "STOP"}
    numbers = [receive(office, content) for content in people.values()]
    vic = browse("vic", at=office)
    vic.goto("/inbox")
    expect(vic.get_by_text("3 people wait")).to_be_visible()
    rows = [f"{name},{number}\n" for name, number in zip(people, numbers, strict=True)]
    sam = browse("sam", at=office)
    ada = browse("ada", at=office)
    open_conversation(ada, numbers[0])
    batch_steps.send_a_list(sam, f"Name,Mobile\n{''.join(rows)}", "The clinic is closed on Friday.")
    expect(vic.get_by_role("link", name=f"Jane Smith {format_number(numbers[0])}")).to_be_visible()
    expect_no_violations(vic)
    expect_fits(vic)
    expect(steps.heading(ada, f"Jane Smith {format_number(numbers[0])}")).to_be_visible()
    expect_no_violations(ada)
    find(ada, "jane")
    expect(ada.get_by_role("heading", name="People")).to_be_visible()
    expect(ada.get_by_role("link", name=f"Jane Smith {format_number(numbers[0])}")).to_be_visible()
    expect_no_violations(ada)
    expect_fits(ada)
    for number in numbers:
        open_conversation(sam, number)
        expect_no_violations(sam)
        expect_fits(sam)
    open_conversation(sam, numbers[1])
    reply_box(sam).fill("Yes, at ten.")
    sam.get_by_role("button", name="Check and send").click()
    expect(sam.get_by_role("heading", name=f"Your reply to {'J' * 60}")).to_be_visible()
    expect_no_violations(sam)
    expect_fits(sam)


def find(page: Page, typed: str) -> None:
    page.goto("/inbox")
    page.get_by_label("Name, number or words").fill(typed)
    page.get_by_role("button", name="Search").click()


def expect_fits(page: Page) -> None:
    """At a phone's width; then as wide as before."""
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": 390, "height": 844})
    expect_no_sideways_scrolling(page)
    page.set_viewport_size(before)
