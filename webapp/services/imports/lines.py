"""The lines of a text file, watched while they are fed to the csv reader, which would take anything."""

import re
from collections.abc import Iterator
from typing import TextIO

from webapp.messaging.words import plural

from .limits import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_LINE_CHARACTERS,
    MAX_RECORD_LINES,
    FileRefused,
    refuse_cell,
    refuse_columns,
)

END = "\0end"
"""Follows the last line. If it ends up inside a cell, a quotation mark was left open. No line can hold it,
because zero characters are dropped."""

_line_break = re.compile(r"\r\n|\r|\n")


class Lines:
    """Feeds the csv reader, which says where its next row begins in `record_start`."""

    def __init__(self, text: TextIO, separator: str) -> None:
        self._text = text
        self._separator = separator
        self.record_start = 1
        self.dropped = 0
        self.is_long = False
        """The present row is so long that its columns and cells must be counted; who counts says False."""
        self.ended = False
        """The last line was fed, or a row took too many: what comes now is not a whole row."""

    def __iter__(self) -> Iterator[str]:
        number = characters = 0
        for line in self._text:
            number += 1
            if number == self.record_start and len(line) <= MAX_COLUMNS and "\0" not in line:
                characters = len(line)
                yield line  # nearly all lines are done here
                continue
            if "\0" in line:
                self.dropped += line.count("\0")
                line = line.replace("\0", "")
            if number == self.record_start:
                characters = 0
            characters += len(line)
            self.is_long = characters > MAX_COLUMNS
            if self.is_long and self._takes_too_much(number, line, characters):
                break
            yield line
        self.ended = True
        yield END

    def _takes_too_much(self, number: int, line: str, characters: int) -> bool:
        if len(line) > MAX_LINE_CHARACTERS:
            raise self._too_long(number, line)
        return number - self.record_start >= MAX_RECORD_LINES or characters > MAX_LINE_CHARACTERS

    def _too_long(self, number: int, line: str) -> FileRefused:
        columns = line.count(self._separator) + 1
        if columns > MAX_COLUMNS:
            return refuse_columns(f"Line {number:,}", columns)
        return FileRefused(
            f"Line {number:,} has {plural(len(line), 'character')}; no row of a list is that long. "
            "Put each person on a line of their own."
        )


def check_record(number: int, values: list[str]) -> None:
    """Raise FileRefused for a row with too many columns or too much in one of them."""
    if len(values) > MAX_COLUMNS:
        raise refuse_columns(f"Row {number:,}", len(values))
    for column, value in enumerate(values):
        if len(value) > MAX_CELL_CHARACTERS:
            raise refuse_cell(number, column, len(value))


def left_open(number: int, values: list[str]) -> FileRefused:
    """The open quotation mark is that of the row's last cell; cells before it may hold line breaks."""
    line = number + sum(len(_line_break.findall(value)) for value in values[:-1])
    return FileRefused(
        f"A quotation mark opens in line {line:,} and is not closed. "
        "Close it, or take it out, and upload the file again."
    )


def misplaced_quote(first_line: int, last_line: int) -> FileRefused:
    """A quotation closes, but its value goes on: the row may have swallowed another."""
    where = f"line {first_line:,}" if first_line == last_line else f"lines {first_line:,} to {last_line:,}"
    return FileRefused(
        f"In {where} a quotation mark closes in the middle of a value. "
        "Take the quotation marks there out, or save the list again from a spreadsheet."
    )
