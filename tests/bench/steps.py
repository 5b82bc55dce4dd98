"""How much work SQLite does for a page, counted in the steps of its virtual machine: the same each time.

Unlike times they know nothing of the machine, nor of what else it does, so tests may compare them. They leave
out what full-text indexes do inside themselves, and everything that is not SQLite's.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.bench.asking import Ask
from tests.bench.pages import House
from webapp.web.context import database

STEPS_A_TICK = 10
_VALUE = re.compile(r"'(?:[^']|'')*'|\b\d+\b")


@dataclass(frozen=True, slots=True)
class Work:
    """What one page took: steps, the statements that were run, and the bytes it came to."""

    steps: int
    statements: tuple[str, ...]
    size: int


class CountingHouse(House):
    """Textdesk over one record, where each page is asked what it took."""

    def __init__(self, path: Path) -> None:
        self._is_counting = False
        super().__init__(path)

    def work(self, ask: Ask) -> Work:
        self._ticks, self._statements, self._is_counting = 0, list[str](), True
        try:
            answer = self.time(ask)[1]
        finally:
            self._is_counting = False
        statements = tuple(each for each in self._statements if not each.startswith(("PRAGMA", "--")))
        return Work(self._ticks * STEPS_A_TICK, statements, len(answer))

    def _listen(self) -> None:
        """Before each request: connections are lent to one after the other, with whatever was set on them."""
        connection = database().conn
        connection.set_progress_handler(self._tick if self._is_counting else None, STEPS_A_TICK)
        connection.set_trace_callback(self._statements.append if self._is_counting else None)

    def _tick(self) -> int:
        self._ticks += 1
        return 0


def shape_of(statement: str) -> str:
    """A statement without its values: two that differ in nothing else are run the same way."""
    return _VALUE.sub("?", statement)
