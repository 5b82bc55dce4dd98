"""CSV, TSV and their kin, as a stream: memory does not grow with the file."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from webapp.messaging.words import plural

from .limits import MAX_LINE_CHARACTERS, MAX_RECORD_LINES, FileRefused
from .lines import END, Lines, check_record, left_open, misplaced_quote
from .rows import FIRST_ROWS, SheetFacts, SheetRow, Survey, is_blank
from .separators import SEPARATORS, declared_separator, sniff_separator
from .text_encoding import TextEncoding

if TYPE_CHECKING:
    from _csv import Reader


class DelimitedSource:
    """Rows of values between separators. `open_text` opens the text anew, line ends as they are."""

    def __init__(self, open_text: Callable[[], TextIO], encoding: TextEncoding | None = None) -> None:
        self._open_text = open_text
        self._encoding = encoding
        self._dropped = 0
        with open_text() as text:
            self._declared = declared_separator(text.readline(MAX_LINE_CHARACTERS))
        with open_text() as text:
            self.separator = self._declared or sniff_separator(text)

    @classmethod
    def from_path(cls, path: Path, encoding: TextEncoding) -> "DelimitedSource":
        # A byte that the encoding doesn't know becomes U+FFFD: only the rows that use it are refused.
        return cls(lambda: path.open(encoding=encoding.codec, errors="replace", newline=""), encoding)

    @classmethod
    def from_text(cls, text: str) -> "DelimitedSource":
        return cls(lambda: io.StringIO(text, newline=""))

    @property
    def facts(self) -> SheetFacts:
        notes = []
        if self._encoding and self._encoding.guessed:
            notes.append(
                f"The file does not say how its letters are written; it was read as {self._encoding.name}. "
                "Check names with accents and pound signs."
            )
        if self._dropped:
            notes.append(f"{plural(self._dropped, 'invisible zero character')} left out.")
        return SheetFacts(
            encoding=self._encoding.name if self._encoding else None,
            separator=SEPARATORS[self.separator],
            notes=tuple(notes),
        )

    def survey(self) -> Survey:
        with self._open_text() as text:
            lines = Lines(text, self.separator)
            reader = self._reader(lines, strict=True)
            try:
                rows, columns = _survey(reader, lines)
            except csv.Error as error:
                raise self._misquoted(lines, reader.line_num) from error
        self._dropped = lines.dropped
        return Survey(tuple(islice(self.rows(), min(rows, FIRST_ROWS))), rows, columns)

    def rows(self) -> Iterator[SheetRow]:
        with self._open_text() as text:
            reader = self._reader((line.replace("\0", "") for line in text) if self._dropped else text)
            number = reader.line_num + 1
            new = tuple.__new__  # a quarter of the time of SheetRow(...), a hundred thousand times
            for values in reader:
                yield new(SheetRow, (number, tuple(values), None))
                number = reader.line_num + 1

    def close(self) -> None:
        """Nothing stays open between readings."""

    def _reader(self, lines: Iterable[str], *, strict: bool = False) -> "Reader":
        reader = csv.reader(lines, delimiter=self.separator, strict=strict)
        if self._declared:
            next(reader)
        return reader

    def _misquoted(self, lines: Lines, last_line: int) -> FileRefused:
        """Read the row again without objection: what it holds shows where the quotation mark opened."""
        if not lines.ended:
            return misplaced_quote(lines.record_start, last_line)
        start = lines.record_start - 1
        with self._open_text() as text:
            record = csv.reader(islice(text, start, start + MAX_RECORD_LINES), delimiter=self.separator)
            with suppress(csv.Error):  # a cell too large even for the library
                return left_open(lines.record_start, next(record, []))
        return left_open(lines.record_start, [])


def _survey(reader: "Reader", lines: Lines) -> tuple[int, int]:
    """Count the rows to the last that is not blank, and the most values one of them has.

    Reads in the strict way of Python's reader, which guesses at no end of a quotation.
    """
    last = columns = 0
    lines.record_start = reader.line_num + 1
    for row, values in enumerate(reader, start=1):
        if values == [END]:
            break
        if lines.is_long:
            check_record(lines.record_start, values)
            lines.is_long = False
        if not is_blank(values):
            last = row
            if len(values) > columns:
                columns = len(values)
        lines.record_start = reader.line_num + 1
    return last, columns
