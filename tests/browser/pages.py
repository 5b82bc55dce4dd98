"""Pages to browse with: opening one costs half a second of a core, so tests take them one after another."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.watch import Watch

TIMEOUT_MILLISECONDS = 15_000
USUAL: Mapping[str, Any] = {
    "locale": "en-GB",
    "timezone_id": "Europe/London",
    "reduced_motion": "reduce",
}
# Something small of ours: elsewhere the browser would start a new process when it comes back.
RESTING_PLACE = "/static/icons/favicon.svg"

# Staff wait seconds for a poll; in a browser of the tests it comes ten times as fast.
FAST_POLLS = """
const wait = window.setTimeout;
window.setTimeout = (work, delay, ...rest) => wait(work, delay >= 1000 ? delay / 10 : delay, ...rest);
"""


class Kind(StrEnum):
    """Which browser somebody sits at."""

    DESKTOP = "desktop"
    PHONE = "phone"
    NO_JAVASCRIPT = "no JavaScript"
    MOVABLE_CLOCK = "a clock that a test can move on"


OFFICE: ViewportSize = {"width": 1280, "height": 800}
IN_HAND: ViewportSize = {"width": 390, "height": 844}
OPTIONS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.DESKTOP: {"viewport": OFFICE},
    Kind.PHONE: {"viewport": IN_HAND, "has_touch": True, "is_mobile": True},
    Kind.NO_JAVASCRIPT: {"viewport": OFFICE, "java_script_enabled": False},
    Kind.MOVABLE_CLOCK: {"viewport": OFFICE},
}


class PagePool:
    """Hands out pages, each in a context of its own, and keeps one of each kind in front of `base_url`."""

    def __init__(self, browser: Browser, watch: Watch, *, base_url: str) -> None:
        self.watch = watch
        self._browser = browser
        self._base_url = base_url
        self._idle: dict[Kind, Page] = {}
        self._taken: list[tuple[Kind | None, Page]] = []

    def take(self, kind: Kind, *, base_url: str) -> Page:
        """A page that nobody has signed in with."""
        if base_url == self._base_url:
            page = self._idle.pop(kind, None) or self._open(kind, base_url)
            self._taken.append((kind, page))
        else:
            page = self._open(kind, base_url)
            self._taken.append((None, page))
        return page

    def open_tab(self, context: BrowserContext) -> Page:
        page = context.new_page()
        self.watch.answer_for_cdn(page)
        return page

    @property
    def taken(self) -> list[Page]:
        """Every page that is open in what was taken, other tabs too."""
        return [tab for _, page in self._taken for tab in page.context.pages]

    def take_back(self) -> None:
        for kind, page in self._taken:
            if kind is None or kind in self._idle or page.is_closed():
                page.context.close()
            else:
                _clean(page, OPTIONS[kind]["viewport"])
                self._idle[kind] = page
        self._taken.clear()

    def _open(self, kind: Kind, base_url: str) -> Page:
        context = self._browser.new_context(base_url=base_url, **USUAL, **OPTIONS[kind])
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        if kind is Kind.MOVABLE_CLOCK:
            context.clock.install()
        else:
            context.add_init_script(FAST_POLLS)
        self.watch.over(context)
        return self.open_tab(context)


def _clean(page: Page, size: ViewportSize) -> None:
    for tab in page.context.pages:
        if tab is not page:
            tab.close()
    page.unroute_all()
    page.emulate_media(color_scheme="light")
    # What lies under the pointer looks different, also in the next page.
    page.mouse.move(0, 0)
    if page.viewport_size != size:
        page.set_viewport_size(size)
    page.goto(RESTING_PLACE)
    # Only now: a poll whose session has ended leads to signing in, and might do so while we go there.
    page.context.clear_cookies()
