"""Screenshots of a running demo, for the documentation:

python -m tests.browser.images http://127.0.0.1:8000
"""

import argparse
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import steps
from tests.browser.pages import Kind, PagePool
from tests.browser.tools import htmx_script, launch
from tests.browser.watch import Watch
from webapp.config import ROOT
from webapp.demo import PASSWORD

TEXT = (
    "Hello Mrs Shah, it's time for your flu jab: Tuesday 24 November at 10:30 in the surgery. "
    "Please wear short sleeves."
)
CURLY = TEXT.replace("Shah, it's", "Shah – it’s")


@dataclass(frozen=True)
class Look:
    """One way of looking at a page; sizes are CSS pixels."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]


LOOKS = (
    Look("light", 1280, 800, "light"),
    Look("dark", 1280, 800, "dark"),
    Look("phone", 390, 844, "light"),
)


def take_images(page: Page, directory: Path) -> None:
    """Do the main job once and picture its three pages on the way."""
    page.goto("/sign-in")
    steps.sign_in(page, "sam", PASSWORD)
    page.goto("/compose/new")
    discard = page.get_by_role("button", name="Discard it")
    if discard.is_visible():
        discard.click()
    number = f"074001234{secrets.choice(range(10, 90))}"
    steps.write(page, to=number, text=CURLY)
    expect(page.get_by_role("button", name="Use plain characters")).to_be_visible()
    expect(page.get_by_role("list", name="How the numbers are understood")).to_contain_text("+44 7400")
    take(page, directory, "compose")
    steps.content(page).fill(TEXT)
    steps.check(page)
    take(page, directory, "check")
    steps.send_button(page).click()
    steps.expect_message_page(page, f"44{number[1:]}")
    steps.expect_status(page, "Delivered")
    take(page, directory, "message")


def take(page: Page, directory: Path, name: str) -> None:
    for look in LOOKS:
        page.set_viewport_size({"width": look.width, "height": look.height})
        page.emulate_media(color_scheme=look.scheme)
        page.evaluate("window.scrollTo(0, 0)")
        path = directory / f"{name}-{look.name}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
        print(path)
    page.set_viewport_size({"width": LOOKS[0].width, "height": LOOKS[0].height})
    page.emulate_media(color_scheme="light")


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the screenshots of docs/images from a running demo.")
    parser.add_argument("address", help="where the demo is, such as http://127.0.0.1:8000")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "images")
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launch(playwright) as browser:
        pages = PagePool(browser, Watch(htmx_script()), base_url=arguments.address)
        take_images(pages.take(Kind.DESKTOP, base_url=arguments.address), arguments.into)


if __name__ == "__main__":
    main()
