"""The rows of a file as they stand there, before anything is made of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

FIRST_ROWS = 300
"""How many rows are kept to be shown and guessed from."""


class SheetRow(NamedTuple):
    """One row of a file. A named tuple like `JudgedRow`: it takes a third of the time to make."""

    number: int
    """What the row is called where it comes from: the spreadsheet's row, or the line it starts in."""
    values: tuple[str, ...]
    problems: Mapping[int, str] | None = None
    """Columns whose value could not be read, and why, in words."""

    @property
    def is_blank(self) -> bool:
        return not self.problems and is_blank(self.values)


def is_blank(values: tuple[str, ...] | list[str]) -> bool:
    return not any(map(str.strip, values))


@dataclass(frozen=True, slots=True)
class Survey:
    """What one reading to the end has shown. Blank rows at the end don't count, those between do."""

    first_rows: tuple[SheetRow, ...]
    rows: int
    columns: int
    """The most values a row has."""


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a source knows of itself once it was surveyed; `notes` are sentences for staff."""

    encoding: str | None = None
    separator: str | None = None
    """In words: "comma"."""
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    """All sheets that can be chosen: those that are not hidden."""
    hidden_columns: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


class RowSource(Protocol):
    """Something that can be read from its first row as often as asked, one reading at a time."""

    @property
    def facts(self) -> SheetFacts: ...

    def survey(self) -> Survey:
        """Read everything once; raises FileRefused for whatever is wrong, so that `rows` need not."""

    def rows(self) -> Iterator[SheetRow]:
        """All rows, blank ones too."""

    def close(self) -> None: ...


def survey_rows(rows: Iterator[SheetRow]) -> Survey:
    """Survey any rows; a source may know a faster way."""
    first_rows: list[SheetRow] = []
    last = columns = 0
    for seen, row in enumerate(rows, start=1):
        if seen <= FIRST_ROWS:
            first_rows.append(row)
        if not row.is_blank:
            last, columns = seen, max(columns, len(row.values))
    return Survey(tuple(first_rows[:last]), last, columns)
