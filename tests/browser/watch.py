"""Browser contexts that reach this machine only, and that tell of every error a page logs."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Route, WebError

from webapp.web.htmx import HTMX_URL

ELSEWHERE = re.compile(r"^(?!http://127\.0\.0\.1:\d+/)")


class Watch:
    """Collects what goes wrong in the contexts it watches, one test at a time."""

    def __init__(self, htmx: bytes) -> None:
        self._htmx = htmx
        self._is_on = False
        self._errors: list[str] = []
        self._expected: list[str] = []
        self.strays: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Watch a context. The CDN's one address is answered from the cache, nothing else gets out."""
        context.on("console", self._note_message)
        context.on("weberror", self._note_error)
        # The pattern keeps requests to this machine in the browser: only what leaves it comes by here.
        context.route(ELSEWHERE, self._answer)

    def begin(self) -> None:
        self._errors, self._expected, self.strays = [], [], []
        self._is_on = True

    def end(self) -> None:
        """What a page logs while it is closed counts no more."""
        self._is_on = False

    def expect_errors(self, pattern: str) -> None:
        """This test makes pages log errors in which `pattern` is found."""
        self._expected.append(pattern)

    @property
    def unexpected(self) -> list[str]:
        return [error for error in self._errors if not any(re.search(each, error) for each in self._expected)]

    @property
    def missing(self) -> list[str]:
        """Expected errors that did not come."""
        return [each for each in self._expected if not any(re.search(each, error) for error in self._errors)]

    def _answer(self, route: Route) -> None:
        if route.request.url == HTMX_URL:
            headers = {"access-control-allow-origin": "*"}
            route.fulfill(body=self._htmx, content_type="application/javascript", headers=headers)
        else:
            self.strays.append(route.request.url)
            route.abort()

    def _note_message(self, message: ConsoleMessage) -> None:
        if self._is_on and message.type == "error":
            self._errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _note_error(self, error: WebError) -> None:
        if self._is_on:
            self._errors.append(str(error.error))
