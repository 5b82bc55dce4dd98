"""A list from the spreadsheet to what became of everybody on it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import batch_steps, steps
from tests.browser.batch_steps import CLINIC, Numbers, figure, state
from tests.browser.conftest import Browse
from tests.browser.house import House
from tests.browser.pages import Kind, PagePool
from tests.browser.test_accessibility import expect_no_violations
from tests.browser.test_main_job import tab_to
from tests.browser.test_narrow import UNBREAKABLE, expect_no_sideways_scrolling
from tests.browser.test_weight import MOST_BYTES, weight
from tests.browser.watch import Watch

TEXT = "The clinic is closed on Friday."
PERSONAL = "Dear ((name)), the clinic is closed on Friday."
# Delivered, failed for good, failed for a time.
ENDINGS = "name,mobile\nAda,07400 123451\nSam,07400 123490\nVic,07400 123491\n"


@dataclass(frozen=True)
class Gallery:
    """Addresses of Batches pages in every state that a page can be looked at in."""

    unsent: str
    finished: str
    scheduled: str
    lookup: str

    @property
    def all(self) -> tuple[str, ...]:
        edit = self.unsent
        rows = edit.replace("/edit", "/rows?verdict=invalid")
        check = edit.replace("/edit", "/check")
        return ("/batches", "/batches/new", edit, rows, check, self.finished, self.scheduled, self.lookup)


@pytest.fixture(scope="module", autouse=True)
def quick_reports(house: House) -> Iterator[None]:
    """The provider reports almost at once: what is waited for here is our own pages."""
    house.sandbox.change_switches({"pace": 0.05})
    yield
    house.sandbox.change_switches({"pace": 1.0})


@pytest.fixture(scope="module")
def gallery(pages: PagePool, house: House) -> Gallery:
    page = pages.take(Kind.DESKTOP, base_url=house.url)
    steps.be(page, house, "sam")
    batch_steps.send_a_list(page, ENDINGS, f"{PERSONAL} {UNBREAKABLE}")
    finished = page.url
    look_until(page, figure(page, "failed"), "2")
    lookup = page.get_by_role("definition").get_by_role("link").last.get_attribute("href") or ""
    batch_steps.upload(page, CLINIC.format(*Numbers.take(2)))
    schedule(page, TEXT)
    batch_steps.send(page, "clinic.csv")
    scheduled = page.url
    batch_steps.upload(page, f"{'x' * 60},mobile\nAda,{Numbers.take(1)[0]}\nLandline,0161 496 0000\n,\n")
    unsent = page.url
    batch_steps.check(page, f"It’s {UNBREAKABLE}")
    pages.take_back()
    return Gallery(unsent, finished, scheduled, lookup)


def look_until(page: Page, shown: Locator, words: str) -> None:
    """Sooner than the page would look by itself."""
    for _ in range(steps.MOST_QUESTIONS):
        if shown.inner_text().strip() == words:
            return
        page.wait_for_timeout(100)
        page.reload()
    expect(shown).to_have_text(words)


def schedule(page: Page, text: str) -> None:
    """Have it checked for a week from now."""
    page.get_by_role("radio", name="Later").check()
    page.get_by_label("Date").fill(steps.days_ahead(7))
    page.get_by_label("Time", exact=True).fill("09:00")
    batch_steps.check(page, text)


def test_a_pasted_list_goes_and_its_bar_fills_by_itself(sam: Page, house: House) -> None:
    numbers = Numbers.take(3)
    batch_steps.paste(sam, numbers)
    expect(figure(sam, "will get the text")).to_have_text("3")
    batch_steps.check(sam, TEXT)
    with house.worker.stopped():
        batch_steps.send(sam, "Pasted list")
        expect(sam.get_by_role("progressbar")).to_have_attribute("value", "0")
        expect(sam.get_by_text("0 of 3 texts handed over")).to_be_visible()
        sam.evaluate("window.neverReloaded = true")
    expect(state(sam)).to_have_text("Sent")
    expect(figure(sam, "delivered")).to_have_text("3")
    assert sam.evaluate("window.neverReloaded") is True
    assert [len(house.accepted(each)) for each in numbers] == [1, 1, 1]


def test_an_uploaded_list_is_put_right_and_previewed_while_one_types(sam: Page) -> None:
    first, second, third = Numbers.take(3)
    batch_steps.upload(sam, CLINIC.format(first, second))
    sam.get_by_role("definition").get_by_role("link", name="1", exact=True).click()
    sam.get_by_label("mobile").fill(third)
    sam.get_by_role("button", name="Save").click()
    expect(sam.get_by_text("Row 4 is right now and gets the text.")).to_be_visible()
    expect(figure(sam, "will get the text")).to_have_text("3")
    preview = sam.get_by_role("complementary", name="Preview")
    steps.content(sam).press_sequentially("Hi ((na")
    expect(sam.get_by_text("opens a placeholder that is not closed")).to_be_visible()
    steps.content(sam).press_sequentially("me)), It’s on")
    expect(preview).to_contain_text("Hi Landline, It’s on")
    sam.get_by_role("button", name="Use plain characters").click()
    expect(steps.content(sam)).to_have_value("Hi ((name)), It's on")
    steps.check(sam)
    expect(sam.get_by_text("Hi Landline, It's on").first).to_be_visible()
    expect(steps.send_button(sam)).to_have_text("Send 3 texts for 3 credits")


def test_a_batch_is_paused_and_resumed(sam: Page, house: House) -> None:
    numbers = Numbers.take(2)
    batch_steps.upload(sam, CLINIC.format(*numbers))
    batch_steps.check(sam, TEXT)
    with house.worker.stopped():
        batch_steps.send(sam, "clinic.csv")
        sam.get_by_role("button", name="Pause").click()
        expect(state(sam)).to_have_text("Paused")
    sam.get_by_role("button", name="Resume").click()
    look_until(sam, state(sam), "Sent")
    assert [len(house.accepted(each)) for each in numbers] == [1, 1]


def test_failures_are_opened_exported_and_sent_again(sam: Page, gallery: Gallery) -> None:
    sam.goto(gallery.finished)
    figure(sam, "failed").get_by_role("link").click()
    people = sam.get_by_role("table", name="The people on the list").get_by_role("row")
    expect(people).to_have_count(3)
    expect(people.filter(has_text="123490")).to_contain_text("Number does not exist")
    with sam.expect_download() as started:
        sam.get_by_role("link", name="Result file").click()
    statuses = [row[3] for row in read_csv(started.value.path())]
    assert statuses == ["Status", "Delivered", "Not delivered", "Expired"]
    sam.get_by_role("button", name="Send again to the one that may work now").click()
    expect(steps.heading(sam, "Check and send")).to_be_visible()
    expect(sam.get_by_text("Dear Vic, the clinic").first).to_be_visible()
    batch_steps.send(sam, "clinic.csv (again)")


def read_csv(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_a_scheduled_batch_is_cancelled_with_a_receipt(sam: Page, house: House) -> None:
    numbers = Numbers.take(2)
    batch_steps.upload(sam, CLINIC.format(*numbers))
    schedule(sam, TEXT)
    batch_steps.send(sam, "clinic.csv")
    expect(state(sam)).to_have_text("Scheduled")
    sam.get_by_role("button", name="Cancel this batch").click()
    expect(sam.get_by_text("Cancelled: 2 texts will not be sent")).to_be_visible()
    expect(state(sam)).to_have_text("Cancelled")
    assert house.sent(numbers[0]) == ()


def test_the_main_path_works_without_javascript(browse: Browse, house: House, watch: Watch) -> None:
    watch.expect_refusal(422)
    page, numbers = browse("sam", kind=Kind.NO_JAVASCRIPT), Numbers.take(12)
    page.goto("/compose/new")
    steps.recipients(page).fill("\n".join(numbers))
    steps.content(page).fill(TEXT)
    steps.check_button(page).click()
    page.get_by_role("button", name="Make it a batch").click()
    batch_steps.expect_list(page, "Pasted list")
    expect(steps.content(page)).to_have_value(TEXT)
    steps.check(page)
    batch_steps.send(page, "Pasted list")
    look_until(page, state(page), "Sent")
    assert len(house.accepted(numbers[11])) == 1


def test_the_main_path_works_by_keyboard_alone(browse: Browse, house: House) -> None:
    page, numbers = browse("sam"), Numbers.take(2)
    page.goto("/batches")
    tab_to(page, "New batch")
    page.keyboard.press("Enter")
    expect(steps.heading(page, "New batch")).to_be_visible()
    tab_to(page, "Or paste the numbers")
    page.keyboard.type(", ".join(numbers))
    tab_to(page, "Read the list…")
    page.keyboard.press("Enter")
    batch_steps.expect_list(page, "Pasted list")
    tab_to(page, "Text")
    page.keyboard.type(TEXT)
    tab_to(page, "Check and send…")
    page.keyboard.press("Space")
    expect(steps.heading(page, "Check and send")).to_be_visible()
    tab_to(page, "Send 2 texts for 2 credits")
    page.keyboard.press("Enter")
    expect(steps.heading(page, "Pasted list")).to_be_visible()
    look_until(page, state(page), "Sent")
    assert [len(house.accepted(each)) for each in numbers] == [1, 1]


def test_a_long_list_is_read_with_a_bar_and_the_form_comes_by_itself(sam: Page, house: House) -> None:
    rows = "".join(f"Somebody with a long name,{each}\n" for each in Numbers.take(2_000))
    with house.worker.stopped():
        sam.goto("/batches/new")
        file = {"name": "long.csv", "mimeType": "text/csv", "buffer": f"name,mobile\n{rows}".encode()}
        sam.get_by_label("Spreadsheet").set_input_files(files=[file])  # type: ignore[list-item]
        sam.get_by_role("button", name="Read the list").click()
        expect(sam.get_by_role("progressbar", name="Rows read")).to_be_visible()
    expect(figure(sam, "rows in the list")).to_have_text("2,000")
    expect(steps.content(sam)).to_be_visible()


def test_every_batches_page_is_accessible(sam: Page, gallery: Gallery) -> None:
    for address in gallery.all:
        sam.goto(address)
        steps.unfold(sam)
        expect_no_violations(sam)


def test_errors_on_batches_pages_are_accessible(sam: Page, gallery: Gallery, watch: Watch) -> None:
    watch.expect_refusal(422)
    sam.goto(gallery.unsent)
    steps.content(sam).fill("Dear ((surname))")
    sam.get_by_role("radio", name="Later").check()
    steps.check_button(sam).click()
    expect(sam.get_by_role("alert")).to_be_visible()
    expect_no_violations(sam)


def test_every_batches_page_fits_a_phone(browse: Browse, gallery: Gallery) -> None:
    phone = browse("sam", kind=Kind.PHONE)
    for address in gallery.all:
        phone.goto(address)
        steps.unfold(phone)
        expect_no_sideways_scrolling(phone)


def test_styles_and_scripts_of_batches_pages_are_small(sam: Page, gallery: Gallery, htmx: bytes) -> None:
    for address in (gallery.unsent, gallery.finished):
        sam.goto(address)
        assert weight(sam, htmx) <= MOST_BYTES
