"""One sheet of a workbook as lines for the parent: values from python-calamine, marks from its own XML."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from xml.parsers.expat import ExpatError

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from . import ods_marks, xlsx_marks
from .cells import Cell, shown
from .marks import Entities, RowMarks, SheetMarks
from .protocol import (
    END,
    HIDDEN_COLUMNS,
    HIDDEN_ROWS,
    HIDDEN_SHEETS,
    MAX_ROW_CHARACTERS,
    SHEET,
    SHEETS,
    Refusal,
)

MAX_COLUMNS = 200


class RefusedByReader(Exception):
    """Why the file cannot be read."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


def read_workbook(path: str, format_name: str, wanted: str) -> Iterator[object]:
    """Yield what `protocol` describes; raises RefusedByReader."""
    try:
        with ExitStack() as stack:
            book = stack.enter_context(CalamineWorkbook.from_path(path))
            sheets = [sheet for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
            visible = [sheet.name for sheet in sheets if sheet.visible is SheetVisibleEnum.Visible]
            sheet = _choose(book, visible, wanted)
            marks = SheetMarks()
            if format_name != "XLS":
                archive = stack.enter_context(zipfile.ZipFile(path))
                reader = ods_marks if format_name == "ODS" else xlsx_marks
                marks = reader.read_marks(archive, sheet.name)
            yield {
                SHEETS: visible,
                HIDDEN_SHEETS: [each.name for each in sheets if each.name not in visible],
                SHEET: sheet.name,
                HIDDEN_COLUMNS: sorted(marks.hidden_columns),
            }
            yield from _rows(sheet, marks)
    except PasswordError as error:
        raise RefusedByReader(Refusal.PASSWORD) from error
    except CalamineError as error:
        # "Cell limit exceeded": the library says so by its message alone.
        raise RefusedByReader(Refusal.MEMORY if "limit" in str(error) else Refusal.DAMAGED) from error
    except (Entities, ExpatError, zipfile.BadZipFile, OSError, ValueError, KeyError) as error:
        raise RefusedByReader(Refusal.DAMAGED) from error


def _choose(book: CalamineWorkbook, visible: list[str], wanted: str) -> CalamineSheet:
    """The sheet asked for, or the first that has anything in it."""
    if wanted:
        if wanted not in visible:
            raise RefusedByReader(Refusal.NO_SHEET)
        return book.get_sheet_by_name(wanted)
    for name in visible:
        sheet = book.get_sheet_by_name(name)
        if sheet.height:
            return sheet
    raise RefusedByReader(Refusal.EMPTY)


def _rows(sheet: CalamineSheet, marks: SheetMarks) -> Iterator[object]:
    first_column = sheet.start[1] if sheet.start else 0
    if first_column + sheet.width > MAX_COLUMNS:
        raise RefusedByReader(Refusal.COLUMNS)
    hidden_rows = blank_rows = 0
    left_of_it = [""] * first_column
    of_row = _MarksInStep(marks.rows)
    for index, cells in enumerate(sheet.iter_rows()):
        marked = of_row(index + 1)
        is_hidden = marked is not None and marked.hidden
        if not is_hidden and cells.count("") == len(cells) and not (marked and marked.problems):
            blank_rows += 1
            continue
        if blank_rows:
            yield [index + 1 - blank_rows, blank_rows]
            blank_rows = 0
        if is_hidden:
            hidden_rows += 1
            continue
        if marked:
            values = [*left_of_it, *_with_marks(cells, first_column, marked)]
        else:
            values = [*left_of_it, *map(shown, cells)]
        while values and not values[-1]:
            values.pop()
        if sum(map(len, values)) > MAX_ROW_CHARACTERS:
            raise RefusedByReader(Refusal.LONG_ROW)
        yield [index + 1, values, marked.problems if marked and marked.problems else None]
    yield {END: True, HIDDEN_ROWS: hidden_rows}


def _with_marks(cells: Sequence[Cell], first_column: int, marked: RowMarks) -> Iterator[str]:
    for column, value in enumerate(cells, first_column):
        text = marked.texts.get(column)
        yield shown(value, marked.formats.get(column)) if text is None else text


class _MarksInStep:
    """Goes through marks beside the rows; both are in the order of the sheet, and marks may be missing."""

    def __init__(self, rows: Iterator[RowMarks]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def __call__(self, number: int) -> RowMarks | None:
        while self._next and self._next.number + self._next.repeated <= number:
            self._next = next(self._rows, None)
        return self._next if self._next and self._next.number <= number else None
