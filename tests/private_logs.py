"""No log line of any test holds a phone number, a text or a secret: `conftest` looks at each of them."""

import logging
import re

from webapp import demo
from webapp.sandbox import DEMO_TOKEN

# Numbers of tests are 07400 1234xx, in whatever form they are written.
NUMBERS = re.compile(r"(?:\b0|\b44|\+44\s?(?:\(0\))?)\s?7400[\s-]?\d{3}[\s-]?\d{3}")


class PrivateLogs(logging.Handler):
    """Keeps what it should never have been given, as it would stand in the log, traceback and all."""

    def __init__(self, *secrets: str) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        self._secrets = (DEMO_TOKEN, DEMO_TOKEN.removeprefix("JWT "), demo.PASSWORD, *secrets)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if NUMBERS.search(line) or any(secret in line for secret in self._secrets):
            self.found.append(line)
