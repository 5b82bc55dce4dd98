"""The watch over the pages of all tests sees what it is to see."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Browse
from tests.browser.watch import Watch

ASK = "(address) => fetch(address, {mode: 'no-cors'}).catch(() => {})"


@pytest.fixture
def blank(browse: Browse) -> Page:
    """A page without the rules that ours have for what they load."""
    page = browse()
    page.goto("about:blank")
    return page


def test_a_page_that_asks_another_machine_is_seen(blank: Page, watch: Watch) -> None:
    watch.expect_errors("ERR_ADDRESS_UNREACHABLE")
    blank.evaluate(ASK, "https://elsewhere.example/pixel")
    assert watch.strays == ["https://elsewhere.example/pixel"]
    watch.strays.clear()


def test_a_page_that_asks_another_machine_in_plain_text_is_seen(blank: Page, watch: Watch) -> None:
    watch.expect_errors("ERR_NAME_NOT_RESOLVED.*http://elsewhere.example/pixel")
    blank.evaluate(ASK, "http://elsewhere.example/pixel")


def test_an_address_of_another_machine_leads_nowhere(blank: Page, watch: Watch) -> None:
    watch.expect_errors("ERR_NAME_NOT_RESOLVED.*http://192.0.2.1/pixel")
    blank.evaluate(ASK, "http://192.0.2.1/pixel")
