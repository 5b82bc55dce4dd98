"""Browser pages that reach this machine only, and that tell of every error they log.

Nothing listens to every request: that would be a tenth of what a page takes. What is asked for by https is
held up here, and of other machines there is no name (tests/browser/tools.py), which is an error in the log.
"""

import base64
import re
from contextlib import suppress
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, WebError

from webapp.web.htmx import HTMX_URL

CDN_HEADERS = {
    "access-control-allow-origin": "*",
    "content-type": "application/javascript",
    "cache-control": "public, max-age=31536000",
}


class Watch:
    """Collects what goes wrong in the contexts it watches, one test at a time."""

    def __init__(self, htmx: bytes) -> None:
        self._htmx = {
            "responseCode": 200,
            "responseHeaders": [{"name": name, "value": value} for name, value in CDN_HEADERS.items()],
            "body": base64.b64encode(htmx).decode(),
        }
        self._is_on = False
        self._errors: list[str] = []
        self._expected: list[str] = []
        self.strays: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._note_message)
        context.on("weberror", self._note_error)

    def answer_for_cdn(self, page: Page) -> None:
        """Give `page` the CDN's one file from our cache, which the browser checks, and nothing else by https.

        Through the protocol and not page.route, which would switch the browser's own cache off.
        """
        session = page.context.new_cdp_session(page)

        def answer(event: dict[str, Any]) -> None:
            request = {"requestId": event["requestId"]}
            with suppress(Error):  # the page was left before its script came: nobody waits for it
                if event["request"]["url"] == HTMX_URL:
                    session.send("Fetch.fulfillRequest", request | self._htmx)
                else:
                    self.strays.append(event["request"]["url"])
                    session.send("Fetch.failRequest", request | {"errorReason": "AddressUnreachable"})

        session.on("Fetch.requestPaused", answer)
        session.send("Fetch.enable", {"patterns": [{"urlPattern": "https://*"}]})

    def begin(self) -> None:
        self._errors, self._expected, self.strays = [], [], []
        self._is_on = True

    def end(self) -> None:
        """What a page logs while it is left counts no more."""
        self._is_on = False

    def expect_errors(self, pattern: str) -> None:
        """This test makes pages log errors in which `pattern` is found."""
        self._expected.append(pattern)

    def expect_refusal(self, code: int) -> None:
        """This test makes pages log an answer with that status, as the browser words it or as htmx does."""
        self.expect_errors(rf"(?i)status (of|error code) {code}\b")

    @property
    def unexpected(self) -> list[str]:
        return [error for error in self._errors if not any(re.search(each, error) for each in self._expected)]

    @property
    def missing(self) -> list[str]:
        """Expected errors that did not come."""
        return [each for each in self._expected if not any(re.search(each, error) for error in self._errors)]

    def _note_message(self, message: ConsoleMessage) -> None:
        if self._is_on and message.type == "error":
            self._errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _note_error(self, error: WebError) -> None:
        if self._is_on:
            self._errors.append(str(error.error))
