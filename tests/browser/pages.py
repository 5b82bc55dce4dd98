"""Pages to browse with: opening one costs a second of a core, so tests take them one after another."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.watch import Watch

CONTEXT_OPTIONS: dict[str, Any] = {
    "locale": "en-GB",
    "timezone_id": "Europe/London",
    "reduced_motion": "reduce",
}
TIMEOUT_MILLISECONDS = 15_000


@dataclass(frozen=True)
class _Kind:
    """Pages of one kind can take each other's place."""

    base_url: str
    options: frozenset[tuple[str, Any]]


class PagePool:
    """Hands out pages, each in a context of its own, and takes them back clean."""

    def __init__(self, browser: Browser, watch: Watch) -> None:
        self._browser = browser
        self.watch = watch
        self._idle: dict[_Kind, Page] = {}
        self._taken: list[tuple[_Kind, Page]] = []

    def take(self, base_url: str, **options: Any) -> Page:
        """A page with no cookies; `options` are those of a browser context that differ from the usual."""
        kind = _Kind(base_url, frozenset(options.items()))
        page = self._idle.pop(kind, None) or self._open(base_url, options)
        self._taken.append((kind, page))
        return page

    @property
    def taken(self) -> list[Page]:
        """Every page that is open in what was taken, other tabs too."""
        return [tab for _, page in self._taken for tab in page.context.pages]

    def take_back(self) -> None:
        """Clean what was taken; of each kind one page is kept."""
        for kind, page in self._taken:
            if kind in self._idle or page.is_closed():
                page.context.close()
            else:
                _clean(page)
                self._idle[kind] = page
        self._taken.clear()

    def forget(self, base_url: str) -> None:
        """Close what is kept for a server that ends."""
        for kind in [kind for kind in self._idle if kind.base_url == base_url]:
            self._idle.pop(kind).context.close()

    def _open(self, base_url: str, options: dict[str, Any]) -> Page:
        context = self._browser.new_context(base_url=base_url, **{**CONTEXT_OPTIONS, **options})
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        self.watch.over(context)
        return context.new_page()


def _clean(page: Page) -> None:
    for tab in page.context.pages:
        if tab is not page:
            tab.close()
    page.unroute_all()
    page.goto("about:blank")
    page.context.clear_cookies()
