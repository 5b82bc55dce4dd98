"""A browser in front of a whole house: real pages, real HTTP, and nothing that leaves this machine."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import steps
from tests.browser.house import House, open_house
from tests.browser.pages import TIMEOUT_MILLISECONDS, Kind, PagePool
from tests.browser.rehearsal import Rehearsal, rehearse
from tests.browser.tools import Unavailable, htmx_script, in_ci, launch
from tests.browser.watch import Watch
from webapp.config import ROOT

Browse = Callable[..., Page]
OpenHouse = Callable[..., House]
OtherTab = Callable[[Page], Page]
SCREENSHOTS = ROOT / "test-results"
FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=TIMEOUT_MILLISECONDS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def htmx() -> bytes:
    try:
        return htmx_script()
    except Unavailable as reason:
        _do_without(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except Unavailable as reason:
            _do_without(reason)
        yield browser
        browser.close()


def _do_without(reason: Unavailable) -> NoReturn:
    """On somebody's own machine the other tests are worth having; in CI a missing browser is a fault."""
    message = f"No browser tests: {reason}."
    if in_ci():
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def pages(chromium: Browser, htmx: bytes, house: House) -> PagePool:
    return PagePool(chromium, Watch(htmx), base_url=house.url)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, staffed_database: Path) -> Iterator[House]:
    """The house of all these tests: each takes a number of its own from it."""
    with open_house(tmp_path_factory.mktemp("house"), staffed_database) as opened:
        yield opened


@pytest.fixture(scope="session")
def rehearsal(pages: PagePool, house: House) -> Rehearsal:
    """Ada has texted all numbers that end in a special way: see docs/sandbox.md."""
    page = pages.take(Kind.DESKTOP, base_url=house.url)
    try:
        steps.be(page, house, "ada")
        return rehearse(page, house)
    finally:
        pages.take_back()


@pytest.fixture
def new_house(tmp_path: Path, staffed_database: Path) -> Iterator[OpenHouse]:
    """Opens a house for one test alone, with other settings or to be damaged."""
    with ExitStack() as opened:
        yield lambda **changes: opened.enter_context(
            open_house(tmp_path / "house", staffed_database, **changes)
        )


@pytest.fixture
def watch(pages: PagePool) -> Iterator[Watch]:
    """Fails a test whose pages log errors it did not expect, or ask another machine for anything."""
    watch = pages.watch
    watch.begin()
    yield watch
    assert watch.strays == []
    assert watch.unexpected == []
    assert watch.missing == []


@pytest.fixture
def browse(pages: PagePool, house: House, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Browse]:
    """Opens a browser in front of the house `at`, with `name` signed in.

    `kind` says what is special about it: see tests/browser/pages.py.
    """

    def open_browser(name: str | None = None, *, at: House = house, kind: Kind = Kind.DESKTOP) -> Page:
        page = pages.take(kind, base_url=at.url)
        if name is not None:
            steps.be(page, at, name)
        return page

    yield open_browser
    if request.node.stash.get(FAILED, False):
        keep_screenshots(pages.taken, test_name=request.node.name)
    watch.end()
    pages.take_back()


def keep_screenshots(taken: list[Page], *, test_name: str) -> None:
    """For whoever has to find out why a test failed."""
    file_name = re.sub(r"\W+", "-", test_name).strip("-")
    for number, page in enumerate(taken, start=1):
        page.screenshot(path=SCREENSHOTS / f"{file_name}-{number}.png", full_page=True)


@pytest.fixture
def other_tab(pages: PagePool) -> OtherTab:
    """Opens another tab in the browser of a page."""
    return lambda page: pages.open_tab(page.context)


@pytest.fixture
def sam(browse: Browse) -> Page:
    """A sender's browser."""
    return browse("sam")


@pytest.fixture
def ada(browse: Browse) -> Page:
    """An admin's browser."""
    return browse("ada")


@pytest.fixture
def vic(browse: Browse) -> Page:
    """A viewer's browser."""
    return browse("vic")
