"""What Compose says while somebody types."""

import re

from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser import steps
from tests.browser.house import House
from tests.browser.watch import Watch

CURLY = "It’s ready"
# From press to release: a button that is renewed meanwhile loses the click.
HUMAN_CLICK_MILLISECONDS = 120
# As long as the page waits after a key before it counts, and then some.
LONG_CLICK_MILLISECONDS = 500


def figure(page: Page, name: str) -> Locator:
    """One figure of the counter, by the beginning of its name."""
    term = page.get_by_role("term").filter(has_text=re.compile(rf"^{name}"))
    return page.locator("dl div", has=term).get_by_role("definition")


def open_compose(page: Page) -> None:
    page.goto("/compose/new")
    expect(figure(page, "Segments")).to_have_text("0")


def test_typing_counts_segments_units_and_credits(sam: Page) -> None:
    open_compose(sam)
    steps.content(sam).press_sequentially("x" * 8)
    expect(figure(sam, "Segments")).to_have_text("1")
    expect(figure(sam, "Left in segment 1")).to_have_text("152")
    expect(figure(sam, "Encoding")).to_have_text("GSM-7")
    expect(figure(sam, "Credits")).to_have_text("1")


def test_typing_goes_on_where_it_was_while_the_page_counts(sam: Page) -> None:
    open_compose(sam)
    steps.content(sam).press_sequentially("We are ")
    expect(figure(sam, "Segments")).to_have_text("1")
    sam.keyboard.type("open")
    expect(steps.content(sam)).to_be_focused()
    expect(steps.content(sam)).to_have_value("We are open")


def test_the_cost_is_for_everybody_who_is_named(sam: Page, house: House) -> None:
    open_compose(sam)
    steps.content(sam).fill("x" * 161)
    steps.recipients(sam).fill(f"{house.number()}, {house.number()}")
    expect(figure(sam, "Credits")).to_have_text(re.compile(r"^4\b"))


def test_numbers_are_shown_as_they_are_understood(sam: Page) -> None:
    open_compose(sam)
    steps.recipients(sam).fill("07400 123456\n020 7946 0000\n+44 7400 123456")
    understood = sam.get_by_role("list", name="How the numbers are understood").get_by_role("listitem")
    expect(understood).to_have_count(3)
    expect(understood.nth(0)).to_have_text(re.compile(r"\+44 7400 123456"))
    expect(understood.nth(1)).to_contain_text("sent once")
    expect(understood.nth(2)).to_contain_text("020 7946 0000")


def test_what_is_typed_right_after_leaving_the_numbers_is_counted(sam: Page, house: House) -> None:
    open_compose(sam)
    steps.recipients(sam).press_sequentially(house.number())
    sam.keyboard.press("Tab")
    steps.content(sam).press_sequentially("x" * 20)
    expect(figure(sam, "Left in segment 1")).to_have_text("140")
    expect(sam.get_by_role("list", name="How the numbers are understood")).to_contain_text("+44 7400")
    expect(steps.content(sam)).to_have_value("x" * 20)


def test_a_curly_quote_is_pointed_out_with_what_it_does(sam: Page) -> None:
    open_compose(sam)
    steps.content(sam).fill(CURLY + " " * 150 + "now")
    expect(figure(sam, "Encoding")).to_have_text("UCS-2")
    expect(sam.get_by_role("listitem").filter(has_text="curly apostrophe")).to_be_visible()
    expect(sam.get_by_role("button", name="Use plain characters")).to_be_visible()


def test_plain_characters_keep_everything_else(sam: Page, house: House) -> None:
    number = house.number()
    open_compose(sam)
    steps.recipients(sam).fill(number)
    steps.content(sam).fill(CURLY)
    plain_button(sam).click(delay=HUMAN_CLICK_MILLISECONDS)
    expect(steps.content(sam)).to_have_value("It's ready")
    expect(steps.recipients(sam)).to_have_value(number)
    expect(figure(sam, "Encoding")).to_have_text("GSM-7")


def test_plain_characters_by_keyboard_leave_the_focus_in_the_form(sam: Page) -> None:
    open_compose(sam)
    steps.content(sam).press_sequentially(CURLY)
    plain_button(sam).press("Enter")
    expect(steps.content(sam)).to_have_value("It's ready")
    expect(sam.locator("#compose_form :focus")).to_have_count(1)


def test_plain_characters_can_be_pressed_right_after_typing(sam: Page) -> None:
    open_compose(sam)
    steps.content(sam).press_sequentially(CURLY)
    expect(plain_button(sam)).to_be_visible()
    sam.keyboard.type(" – now")
    plain_button(sam).click(delay=LONG_CLICK_MILLISECONDS)
    expect(steps.content(sam)).to_have_value("It's ready - now")
    expect(sam.locator(":focus")).to_have_text("Swapped for plain characters.")


def test_plain_characters_can_be_pressed_with_the_space_bar_held_down(sam: Page) -> None:
    open_compose(sam)
    steps.content(sam).press_sequentially(CURLY)
    expect(plain_button(sam)).to_be_visible()
    sam.keyboard.type("!")
    plain_button(sam).press("Space", delay=LONG_CLICK_MILLISECONDS)
    expect(steps.content(sam)).to_have_value("It's ready!")


def test_a_press_elsewhere_in_the_preview_only_puts_the_count_off(sam: Page) -> None:
    open_compose(sam)
    steps.content(sam).press_sequentially("x" * 8)
    sam.get_by_role("complementary", name="Preview").click(delay=LONG_CLICK_MILLISECONDS)
    expect(figure(sam, "Left in segment 1")).to_have_text("152")


def test_what_is_typed_while_characters_are_swapped_stays(sam: Page) -> None:
    open_compose(sam)
    steps.content(sam).fill(CURLY)
    expect(plain_button(sam)).to_be_visible()
    on_their_way: list[Route] = []

    def hold_back(route: Route) -> None:
        if asks_for_plain(route.request) and not on_their_way:
            on_their_way.append(route)
        else:
            route.fallback()

    sam.route("**/compose/new", hold_back)
    with sam.expect_request(asks_for_plain):
        plain_button(sam).click()
    steps.content(sam).press_sequentially(" – now")
    wait_for(sam, on_their_way)
    on_their_way[0].continue_()
    expect(steps.content(sam)).to_have_value("It's ready - now")
    expect(steps.content(sam)).to_be_focused()


def asks_for_plain(request: Request) -> bool:
    return "intent=plain" in (request.post_data or "")


def wait_for(page: Page, routes: list[Route]) -> None:
    """Requests are handed to us while the page is waited for, some time after they were made."""
    for _ in range(steps.MOST_QUESTIONS):
        if routes:
            return
        page.wait_for_timeout(100)


def plain_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Use plain characters")


def test_the_preview_shows_where_the_text_splits(sam: Page) -> None:
    open_compose(sam)
    steps.content(sam).fill("x" * 153 + "second part")
    preview = sam.get_by_role("complementary", name="Preview")
    expect(preview.get_by_title("Segment 2 starts here")).to_be_visible()
    expect(preview).to_contain_text(re.compile(r"segment 2 starts here\)\s*2\s*second part"))
    expect(preview).to_contain_text("2 segments, each charged")


def test_what_was_typed_survives_an_error(sam: Page, house: House, watch: Watch) -> None:
    number = house.number()
    watch.expect_refusal(422)
    open_compose(sam)
    steps.recipients(sam).fill(f"{number}\n020 7946 0000")
    steps.content(sam).fill(CURLY)
    sam.get_by_role("radio", name="Now, as flash").check()
    steps.check_button(sam).click()
    expect(sam.get_by_role("alert")).to_contain_text("Nothing was sent")
    expect(steps.recipients(sam)).to_have_value(f"{number}\n020 7946 0000")
    expect(steps.content(sam)).to_have_value(CURLY)
    expect(sam.get_by_role("radio", name="Now, as flash")).to_be_checked()
    sam.get_by_role("alert").get_by_role("link").click()
    expect(steps.recipients(sam)).to_be_focused()
