"""A browser in front of a whole house: real pages, real HTTP, and nothing that leaves this machine."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.house import House, open_house
from tests.browser.pages import TIMEOUT_MILLISECONDS, PagePool
from tests.browser.tools import CHROMIUM_ARGUMENTS, Unavailable, find_chromium, htmx_script, in_ci
from tests.browser.watch import Watch
from webapp.config import ROOT

Browse = Callable[..., Page]
OpenHouse = Callable[..., House]
SCREENSHOTS = ROOT / "test-results"
FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=TIMEOUT_MILLISECONDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One browser serves all these tests, so one test worker runs them."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("browser"))


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
            executable = find_chromium(playwright)
        except Unavailable as reason:
            _do_without(reason)
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


def _do_without(reason: Unavailable) -> NoReturn:
    """On somebody's own machine the other tests are worth having; in CI a missing browser is a fault."""
    message = f"No browser tests: {reason}."
    if in_ci():
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def pages(chromium: Browser, htmx: bytes) -> PagePool:
    return PagePool(chromium, Watch(htmx))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, staffed_database: Path) -> Iterator[House]:
    """The house of all these tests: each takes a number of its own from it."""
    with open_house(tmp_path_factory.mktemp("house"), staffed_database) as opened:
        yield opened


@pytest.fixture
def new_house(tmp_path: Path, staffed_database: Path, pages: PagePool) -> Iterator[OpenHouse]:
    """Opens a house for one test alone, with other settings or to be damaged."""
    with ExitStack() as opened:

        def open_new(**changes: Any) -> House:
            house = opened.enter_context(open_house(tmp_path / "house", staffed_database, **changes))
            opened.callback(pages.forget, house.url)
            return house

        yield open_new


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
    """Opens a browser, signed in as `name` if there is one, in front of the house `at`."""

    def open_browser(name: str | None = None, *, at: House = house, **options: Any) -> Page:
        page = pages.take(at.url, **options)
        if name is not None:
            page.context.add_cookies([at.cookie_of(name)])
        return page

    yield open_browser
    if request.node.stash.get(FAILED, False):
        for number, page in enumerate(pages.taken, start=1):
            page.screenshot(path=SCREENSHOTS / f"{request.node.name}-{number}.png", full_page=True)
    watch.end()
    pages.take_back()


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
