"""Spreadsheets: read once by a child process, then from a copy of the rows that has no name on the disk."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from webapp.messaging.words import join_and, plural

from .child import read_in_child
from .formats import FileFormat
from .limits import MAX_CELL_CHARACTERS, FileRefused, refuse_cell
from .rows import FIRST_ROWS, SheetFacts, SheetRow, Survey
from .sheet_reader.column_letters import column_letters
from .sheet_reader.protocol import HIDDEN_COLUMNS, HIDDEN_ROWS, HIDDEN_SHEETS, SHEET, SHEETS

MAX_SPOOL_BYTES = 100_000_000
"""What the rows may come to: a text that many cells share stands in the file once."""
_MOST_FIRST_BYTES = 2_000_000
_MOST_BLANK_ROWS = 1_048_576  # a sheet of Excel or LibreOffice has no more rows


class SpreadsheetSource:
    """The rows of one sheet. The copy vanishes with `close`, or with this process."""

    def __init__(self, path: Path, found: FileFormat, sheet: str | None) -> None:
        self._path, self._format, self._wanted = path, found, sheet
        self._spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._about: dict[str, Any] = {}

    @property
    def facts(self) -> SheetFacts:
        hidden_columns = frozenset(map(int, self._about.get(HIDDEN_COLUMNS, ())))
        return SheetFacts(
            sheet=str(self._about.get(SHEET, "")),
            sheets=tuple(map(str, self._about.get(SHEETS, ()))),
            hidden_columns=hidden_columns,
            notes=tuple(_notes(self._format, self._about, hidden_columns)),
        )

    def survey(self) -> Survey:
        first_rows: list[SheetRow] = []
        seen = last = columns = size = 0
        for line, said in read_in_child(self._path, self._format, self._wanted):
            if isinstance(said, dict):
                self._about |= said
                continue
            rows = _checked_rows(said)
            self._spool.write(line)
            size += len(line)
            if size > MAX_SPOOL_BYTES:
                raise FileRefused("The rows are too large to be read. Save only the columns you need.")
            if len(first_rows) < FIRST_ROWS and size < _MOST_FIRST_BYTES:
                first_rows += rows[: FIRST_ROWS - len(first_rows)]
            seen += len(rows)
            if not rows[-1].is_blank:
                last, columns = seen, max(columns, len(rows[-1].values))
        return Survey(tuple(first_rows[:last]), last, columns)

    def rows(self) -> Iterator[SheetRow]:
        self._spool.seek(0)
        for line in self._spool:
            yield from _rows(json.loads(line))

    def close(self) -> None:
        self._spool.close()


def _checked_rows(said: Any) -> Sequence[SheetRow]:
    """The child read a stranger's file: what it says is taken only in the shape it should have."""
    try:
        rows = _rows(said)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FileRefused("The file is damaged and cannot be read.") from error
    for column, value in enumerate(rows[-1].values):
        if len(value) > MAX_CELL_CHARACTERS:
            raise refuse_cell(rows[-1].number, column, len(value))
    return rows


def _rows(said: Any) -> Sequence[SheetRow]:
    """One row, or several blank ones."""
    if len(said) == 2:
        first, blank_rows = map(int, said)
        return [SheetRow(first + below, ()) for below in range(min(blank_rows, _MOST_BLANK_ROWS))]
    number, values, problems = said
    words = {int(column): str(problem) for column, problem in problems.items()} if problems else None
    return (SheetRow(int(number), tuple(map(str, values)), words),)


def _notes(found: FileFormat, about: dict[str, Any], hidden_columns: frozenset[int]) -> Iterator[str]:
    others = [name for name in about.get(SHEETS, ()) if name != about.get(SHEET)]
    if others:
        yield f"Read from sheet {about[SHEET]}. Also in the file: {join_and(others)}."
    if hidden := about.get(HIDDEN_SHEETS):
        yield f"Hidden in the spreadsheet and not read: {plural(len(hidden), 'sheet')} ({join_and(hidden)})."
    if rows := about.get(HIDDEN_ROWS):
        yield f"{plural(rows, 'row')} hidden in the spreadsheet (by a filter, perhaps) left out."
    if hidden_columns:
        letters = join_and([column_letters(column) for column in sorted(hidden_columns)[:10]])
        yield f"Hidden in the spreadsheet, but read: column {letters}."
    if found is FileFormat.XLS:
        yield (
            "This older format does not tell which rows and columns are hidden, so they are included, "
            "and a formula without a result counts as empty."
        )
