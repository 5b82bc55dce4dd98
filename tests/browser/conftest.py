"""A browser in front of a whole house: real pages, real HTTP, and nothing that leaves this machine."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.house import House, open_house
from tests.browser.tools import CHROMIUM_ARGUMENTS, Unavailable, find_chromium, htmx_script, in_ci
from tests.browser.watch import CONTEXT_OPTIONS, TIMEOUT_MILLISECONDS, Watch
from webapp.config import ROOT

expect.set_options(timeout=TIMEOUT_MILLISECONDS)

Browse = Callable[..., Page]
OpenHouse = Callable[..., House]
FAILED = pytest.StashKey[bool]()
SCREENSHOTS = ROOT / "test-results"


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


def _do_without(reason: Unavailable) -> NoReturn:
    message = f"No browser tests: {reason}."
    if in_ci():
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def htmx() -> bytes:
    try:
        return htmx_script()
    except Unavailable as reason:
        _do_without(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each test has contexts of its own in it."""
    with sync_playwright() as playwright:
        try:
            executable = find_chromium(playwright)
        except Unavailable as reason:
            _do_without(reason)
        opened = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, staffed_database: Path) -> Iterator[House]:
    """The house of one file of tests. Take a number of your own from it."""
    with open_house(tmp_path_factory.mktemp("house"), staffed_database) as opened:
        yield opened


@pytest.fixture
def watch(htmx: bytes) -> Iterator[Watch]:
    watch = Watch(htmx)
    yield watch
    assert watch.strays == []
    assert watch.unexpected == []
    assert watch.missing == []


@pytest.fixture
def browse(chromium: Browser, house: House, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Browse]:
    """Opens a page in a browser context of its own, signed in as `name` if there is one."""
    contexts: list[BrowserContext] = []

    def open_page(name: str | None = None, *, at: House = house, **options: Any) -> Page:
        context = chromium.new_context(base_url=at.url, **{**CONTEXT_OPTIONS, **options})
        contexts.append(context)
        watch.over(context)
        if name is not None:
            context.add_cookies([at.cookie_of(name)])
        return context.new_page()

    yield open_page
    if request.node.stash.get(FAILED, False):
        _keep_screenshots(contexts, request.node.name)
    watch.stop()
    for context in contexts:
        context.close()


def _keep_screenshots(contexts: list[BrowserContext], name: str) -> None:
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages, start=1):
        page.screenshot(path=SCREENSHOTS / f"{name}-{number}.png", full_page=True)


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


@pytest.fixture
def new_house(tmp_path: Path, staffed_database: Path) -> Iterator[OpenHouse]:
    """Opens a house for one test alone, with other settings or to be damaged."""
    with ExitStack() as opened:
        yield lambda **changes: opened.enter_context(open_house(tmp_path, staffed_database, **changes))
