"""A file or a pasted list, opened: checked to its end once, then to be read as often as needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from .columns import ColumnGuess, guess_columns
from .delimited import DelimitedSource
from .formats import TEXT_FORMATS, FileFormat, name_mismatch, recognise
from .limits import MAX_FILE_BYTES, MAX_ROWS, FileRefused, refuse_rows
from .pasted import pasted_source
from .rows import RowSource, SheetRow, Survey
from .spreadsheets import SpreadsheetSource
from .text_encoding import TextEncoding, detect_encoding


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What pages say about a file; `notes` are whole sentences."""

    format: FileFormat
    rows: int
    """Rows after the guessed header, down to the last that is not blank; blank ones between them count."""
    columns: int
    """The most values a row has."""
    encoding: str | None
    separator: str | None
    sheet: str | None
    sheets: tuple[str, ...]
    """The sheets that can be chosen by name; hidden ones are not among them."""
    guess: ColumnGuess
    first_rows: tuple[SheetRow, ...]
    """The first rows of the file as they stand, to be shown and guessed from."""
    notes: tuple[str, ...]

    @property
    def header_row(self) -> int | None:
        return self.guess.header_row


class Table:
    """Rows of one sheet. Read by one reader at a time; close it (or use `with`) to drop what was unpacked."""

    def __init__(self, source: RowSource, found: FileFormat, *, country: str, notes: tuple[str, ...]) -> None:
        self._source = source
        survey = source.survey()
        self._file_rows = survey.rows
        self.facts = _facts(source, survey, found, country, notes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def rows(self, *, after: int | None = None) -> Iterator[SheetRow]:
        """Rows below row `after`, by default below the guessed header; the blank tail is left out."""
        above = self._rows_to(self.facts.header_row or 0 if after is None else after)
        return islice(self._source.rows(), above, self._file_rows)

    def count_rows(self, *, after: int) -> int:
        """How many rows `rows(after=...)` gives, for a header chosen among the first rows."""
        return self._file_rows - self._rows_to(after)

    def _rows_to(self, row_number: int) -> int:
        return sum(row.number <= row_number for row in self.facts.first_rows)

    def close(self) -> None:
        self._source.close()


def open_table(
    path: Path,
    *,
    filename: str = "",
    country: str = "GB",
    sheet: str | None = None,
    encoding: str | None = None,
) -> Table:
    """Open an uploaded file; raises FileRefused if any of it cannot be read.

    `filename` is what staff call it. `sheet` names one of `facts.sheets`, by default the first that is not
    empty. `encoding` is a codec of Python's to read a text file with instead of the detected one.
    """
    found = recognise(path)
    source = _source(path, found, sheet, encoding)
    try:
        if isinstance(source, DelimitedSource) and source.separator == "\t":
            found = FileFormat.TSV
        mismatch = name_mismatch(found, filename)
        return Table(source, found, country=country, notes=(mismatch,) if mismatch else ())
    except BaseException:
        source.close()
        raise


def open_pasted(text: str, *, country: str = "GB") -> Table:
    """Open numbers, or rows copied from a spreadsheet; raises FileRefused."""
    if len(text.encode(errors="replace")) > MAX_FILE_BYTES:
        raise FileRefused("That is more than 10 MB of text. Upload it as a file in several parts.")
    if not text.strip():
        raise FileRefused("Nothing was pasted. Paste numbers, or choose a file.")
    return Table(pasted_source(text, country), FileFormat.PASTED, country=country, notes=())


def _source(path: Path, found: FileFormat, sheet: str | None, encoding: str | None) -> RowSource:
    if found not in TEXT_FORMATS:
        return SpreadsheetSource(path, found, sheet)
    chosen = TextEncoding(encoding, encoding) if encoding else detect_encoding(path)
    return DelimitedSource.from_path(path, chosen)


def _facts(
    source: RowSource, survey: Survey, found: FileFormat, country: str, notes: tuple[str, ...]
) -> TableFacts:
    if not survey.rows:
        raise FileRefused("The file is empty: no row has anything in it.")
    facts = source.facts
    guess = guess_columns(survey.first_rows, country=country, hidden_columns=facts.hidden_columns)
    rows = survey.rows - sum(row.number <= (guess.header_row or 0) for row in survey.first_rows)
    if rows > MAX_ROWS:
        raise refuse_rows(rows)
    if not rows:
        raise FileRefused("The file has headings, but no rows below them.")
    return TableFacts(
        format=found,
        rows=rows,
        columns=survey.columns,
        encoding=facts.encoding,
        separator=facts.separator,
        sheet=facts.sheet,
        sheets=facts.sheets,
        guess=guess,
        first_rows=survey.first_rows,
        notes=notes + facts.notes + guess.notes,
    )
