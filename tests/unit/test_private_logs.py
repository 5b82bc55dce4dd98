"""The watch over the logs of all tests sees what it is to see."""

import logging

import pytest

from tests.private_logs import PrivateLogs


@pytest.mark.parametrize(
    "line",
    [
        "to 447400123456",
        "07400 123456",
        "+44 7400 123456",
        "+447400123456",
        "{'n': '07400123456'}",
        "hunter2",
    ],
)
def test_what_is_private_is_seen(line: str) -> None:
    watch = PrivateLogs("hunter2")
    watch.emit(logging.LogRecord("x", logging.INFO, "", 1, "%s", (line,), None))
    assert watch.found == [f"INFO x {line}"]


def test_a_number_in_a_traceback_is_seen() -> None:
    watch = PrivateLogs()
    try:
        raise ValueError("447400" + "123456")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
        watch.emit(logging.LogRecord("x", logging.ERROR, "", 1, "failed", (), info))
    assert len(watch.found) == 1


@pytest.mark.parametrize("line", ["id=3f2a447400 status=200", "ms=1 bytes=123456", "2026-11-27 09:00:00,123"])
def test_other_figures_are_not(line: str) -> None:
    watch = PrivateLogs("hunter2")
    watch.emit(logging.LogRecord("x", logging.INFO, "", 1, line, (), None))
    assert watch.found == []
