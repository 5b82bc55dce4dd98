"""The pictures of the documentation: make images."""

import argparse
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image
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
COLOURS = 128
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
    number = "07400123456"
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
        shrink(path)
        print(path)
    page.set_viewport_size({"width": LOOKS[0].width, "height": LOOKS[0].height})
    page.emulate_media(color_scheme="light")


@contextmanager
def running_demo(directory: str) -> Iterator[str]:
    """A demo of its own with nothing in it; its address."""
    port, sandbox_port = _free_ports(2)
    ports = ["--port", str(port), "--sandbox-port", str(sandbox_port)]
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", *ports, "--data", directory]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:
        try:
            yield _address(demo.stdout or ())
        finally:
            demo.terminate()


def _address(said: Iterable[str]) -> str:
    for line in said:
        if line.startswith("Ready: "):
            return line.removeprefix("Ready: ").strip()
    raise SystemExit("The demo did not start.")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        listeners = [held.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]


def shrink(path: Path) -> None:
    """A palette is a third of the size, and on pages of few colours nobody sees it."""
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the pictures of docs/images from a demo of their own.")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "images")
    into = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as directory,
        running_demo(directory) as address,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        pages = PagePool(browser, Watch(htmx_script()), base_url=address)
        take_images(pages.take(Kind.DESKTOP, base_url=address), into)


if __name__ == "__main__":
    main()
