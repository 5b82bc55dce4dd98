"""What comes out of a printer: the list or the conversation, and nothing to press."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rehearsal import Rehearsal

PAPER = {"width": 718, "height": 1000}
"""A4 between usual margins, in CSS pixels."""
BRIGHTNESS = "getComputedStyle(document.body).color.match(/\\d+/g).map(Number).reduce((a, b) => a + b)"


@pytest.fixture
def print_page(ada: Page, rehearsal: Rehearsal) -> Iterator[Callable[[str], Page]]:
    """Prints what is at an address, for somebody who has chosen dark colours."""
    usual = ada.viewport_size
    assert usual is not None
    ada.context.add_cookies([{"name": "theme", "value": "dark", "url": rehearsal.url}])

    def open_on_paper(address: str) -> Page:
        ada.goto(address)
        ada.emulate_media(media="print")
        ada.set_viewport_size(PAPER)  # type: ignore[arg-type]
        return ada

    yield open_on_paper
    ada.emulate_media(media="screen")
    ada.set_viewport_size(usual)


@pytest.mark.parametrize("page_name", ["list", "message"])
def test_paper_has_dark_ink_and_nothing_to_press(
    print_page: Callable[[str], Page], rehearsal: Rehearsal, page_name: str
) -> None:
    paper = print_page("/messages" if page_name == "list" else rehearsal.messages["95"])
    assert paper.evaluate(BRIGHTNESS) < 255
    expect(paper.get_by_role("navigation")).to_have_count(0)
    expect(paper.get_by_role("button")).to_have_count(0)
    expect(paper.get_by_role("main")).to_contain_text("Delivered")


def test_lists_stay_tables_on_paper(print_page: Callable[[str], Page]) -> None:
    paper = print_page("/messages")
    expect(paper.get_by_role("columnheader", name="Status")).to_be_visible()
    assert paper.evaluate("getComputedStyle(document.querySelector('tbody tr')).display") == "table-row"
