"""What comes with a page: the script from elsewhere is the one we vouch for, and all of it stays small."""

import base64
import gzip
import hashlib

import pytest
from playwright.sync_api import Page

from tests.browser.rehearsal import Rehearsal
from webapp.web.htmx import HTMX_INTEGRITY, HTMX_URL

MOST_BYTES = 60_000
HARDEST = 9
ASSETS = """() => performance.getEntriesByType("resource")
  .map((entry) => entry.name)
  .filter((address) => /\\.(css|js)(\\?|$)/.test(address))"""


def test_the_published_htmx_is_the_one_the_pages_vouch_for(htmx: bytes) -> None:
    digest = base64.b64encode(hashlib.sha384(htmx).digest()).decode()
    assert f"sha384-{digest}" == HTMX_INTEGRITY


@pytest.mark.parametrize("page_name", ["home", "compose", "check", "message", "account"])
def test_styles_and_scripts_of_a_page_are_small(
    ada: Page, rehearsal: Rehearsal, htmx: bytes, page_name: str
) -> None:
    pages = {
        "home": "/",
        "compose": "/compose/new",
        "check": rehearsal.check_url,
        "message": rehearsal.messages["95"],
        "account": "/account",
    }
    ada.goto(pages[page_name])
    assert weight(ada, htmx) <= MOST_BYTES


def weight(page: Page, htmx: bytes) -> int:
    """Bytes of the styles and scripts of an open page, compressed."""
    addresses = page.evaluate(ASSETS)
    assert HTMX_URL in addresses
    files = [htmx if each == HTMX_URL else page.request.get(each).body() for each in addresses]
    return sum(len(gzip.compress(content, HARDEST)) for content in files)
