"""Runs the sheet reader in a process of its own and hands on what it says, line by line, within bounds."""

import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .formats import FileFormat
from .limits import MAX_COLUMNS, FileRefused
from .sheet_reader.protocol import END, MAX_LINE_BYTES, MAX_ROW_CHARACTERS, REFUSED, Refusal

MAX_SECONDS = 30
"""On the clock; of the processor the child has less (`sheet_reader.__main__`)."""

_ROOT = Path(__file__).parents[3]
_SAVE_AGAIN = "Open it in a spreadsheet, save it again as CSV or XLSX and upload that."
_SENTENCES = {
    Refusal.PASSWORD: "The file is protected by a password. Open it in the spreadsheet, take the password "
    "off, save it and upload it again.",
    Refusal.DAMAGED: f"The file is damaged and cannot be read. {_SAVE_AGAIN}",
    Refusal.MEMORY: "Reading the file takes too much memory: there may be a stray value far below or far to "
    "the right of the list. Copy the list into a new spreadsheet, save it and upload that.",
    Refusal.NO_SHEET: "The file has no sheet of that name.",
    Refusal.EMPTY: "The file is empty: no visible sheet has anything in it.",
    Refusal.LONG_ROW: f"One row holds more than {MAX_ROW_CHARACTERS:,} characters. Save only the columns you "
    "need.",
    Refusal.COLUMNS: f"The sheet has more than {MAX_COLUMNS} columns. Save only the columns you need.",
}
_TOO_SLOW = f"Reading the file takes too long. {_SAVE_AGAIN}"


def read_in_child(path: Path, found: FileFormat, sheet: str | None) -> Iterator[tuple[bytes, Any]]:
    """Yield each line the reader writes, raw and read; raises FileRefused, whatever happens to the child."""
    with tempfile.TemporaryDirectory(prefix="textdesk-") as folder:
        # By its ending the library knows which format to expect, and what to say if it isn't that.
        named = Path(folder) / f"workbook.{found.lower()}"
        named.symlink_to(path.resolve())
        with _start([str(named), found.value, sheet or ""]) as child:
            clock = threading.Timer(MAX_SECONDS, child.kill)
            clock.start()
            try:
                yield from _lines(child)
            finally:
                clock.cancel()
                child.kill()


def _start(arguments: list[str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-E", "-s", "-X", "utf8", "-m", f"{__package__}.sheet_reader", *arguments]
    return subprocess.Popen(  # noqa: S603 - our own program; the file's name is an argument, not a command
        command,
        cwd=_ROOT,
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _lines(child: "subprocess.Popen[bytes]") -> Iterator[tuple[bytes, Any]]:
    assert child.stdout is not None  # noqa: S101 - it was asked for
    ended = False
    while line := child.stdout.readline(MAX_LINE_BYTES):
        said = _read_json(line)
        if isinstance(said, dict):
            if REFUSED in said:
                raise FileRefused(_SENTENCES.get(said[REFUSED], _SENTENCES[Refusal.DAMAGED]))
            ended = said.get(END) is True
        yield line, said
    if not ended:
        raise FileRefused(_why_it_died(child.wait()))


def _read_json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FileRefused(_SENTENCES[Refusal.DAMAGED]) from error


def _why_it_died(code: int) -> str:
    """The library aborts where it gets no memory; signals are negative codes."""
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return _TOO_SLOW
    return _SENTENCES[Refusal.MEMORY if code == -signal.SIGABRT else Refusal.DAMAGED]
