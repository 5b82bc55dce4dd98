"""The pictures of the documentation: make images."""

import argparse
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Playwright, sync_playwright

from tests.browser.camera import Camera
from tests.browser.life import live
from tests.browser.pages import Kind, PagePool
from tests.browser.tools import htmx_script, launch
from tests.browser.tour import walk
from tests.browser.watch import Watch
from webapp.config import ROOT


class Demo(NamedTuple):
    """Addresses: of the pages, and of the provider behind them."""

    url: str
    sandbox_url: str


@contextmanager
def running_demo(directory: Path) -> Iterator[Demo]:
    """A demo over what is in that directory."""
    port, sandbox_port = _free_ports(2)
    ports = ["--port", str(port), "--sandbox-port", str(sandbox_port)]
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", *ports, "--data", str(directory)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:
        try:
            yield Demo(_address(demo.stdout or ()), f"http://127.0.0.1:{sandbox_port}")
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


def take_images(playwright: Playwright, demo: Demo, into: Path) -> None:
    with launch(playwright) as browser:
        pages = PagePool(browser, Watch(htmx_script()), base_url=demo.url)
        sam, admin = (pages.take(Kind.DESKTOP, base_url=demo.url) for _ in range(2))
        walk(Camera(sam, into), Camera(admin, into), demo.sandbox_url)


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the pictures of docs/images from a demo of their own.")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "images")
    into = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    for old in into.glob("*.png"):
        old.unlink()
    with TemporaryDirectory() as name:
        directory = Path(name)
        live(directory, until=datetime.now(UTC).date())
        with running_demo(directory) as demo, sync_playwright() as playwright:
            take_images(playwright, demo, into)


if __name__ == "__main__":
    main()
