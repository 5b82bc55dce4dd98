"""Hidden rows and columns, shown texts, errors, formulas without a result, from an ODS file's content.xml."""

from collections.abc import Iterator
from zipfile import ZipFile

from .column_letters import column_letters
from .marks import NO_VALUE, SHOWS_ERROR, RowMarks, SheetMarks, chunks_of, local, new_parser

_SHOWN_AS_TEXT = frozenset({"percentage", "currency", "date", "time", "boolean"})
_HIDDEN = frozenset({"collapse", "filter"})
_MOST_COLUMNS = 1_000


def read_marks(archive: ZipFile, sheet: str) -> SheetMarks:
    """Return the marks of the sheet of this name."""
    reader = _TableReader(sheet)
    rows = _rows(archive, reader)
    first = next(rows, None)  # the columns stand before the first row
    return SheetMarks(frozenset(reader.hidden_columns), _put_back(first, rows))


def _put_back(first: RowMarks | None, rest: Iterator[RowMarks]) -> Iterator[RowMarks]:
    if first:
        yield first
        yield from rest


def _rows(archive: ZipFile, reader: "_TableReader") -> Iterator[RowMarks]:
    with archive.open("content.xml") as file:
        for chunk in chunks_of(file):
            reader.parser.Parse(chunk)
            yield from reader.complete
            reader.complete.clear()
            if reader.ended:
                return


class _TableReader:
    """Collects the marks of one table's rows while the XML goes by."""

    def __init__(self, sheet: str) -> None:
        self.complete: list[RowMarks] = []
        self.hidden_columns: set[int] = set()
        self.ended = False
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._sheet = sheet
        self._inside = False
        self._columns = 0
        self._row = RowMarks(0, repeated=1)
        self._column = 0
        self._cell: dict[str, str] = {}
        self._text: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "table":
            self._inside = _attribute(attributes, "name") == self._sheet
        if not self._inside:
            return
        if name == "table-column":
            self._start_column(attributes)
        elif name == "table-row":
            self._row = RowMarks(
                self._row.number + self._row.repeated if self._row.number else 1,
                repeated=_count(attributes, "number-rows-repeated"),
                hidden=_attribute(attributes, "visibility") in _HIDDEN,
            )
            self._column = 0
        elif name in {"table-cell", "covered-table-cell"}:
            self._cell = {local(key): value for key, value in attributes.items()}
            self._text.clear()
        elif name == "p" and self._cell:
            self.parser.CharacterDataHandler = self._text.append

    def _start_column(self, attributes: dict[str, str]) -> None:
        following = self._columns + _count(attributes, "number-columns-repeated")
        if _attribute(attributes, "visibility") in _HIDDEN:
            self.hidden_columns |= set(range(self._columns, min(following, _MOST_COLUMNS)))
        self._columns = following

    def _end(self, name: str) -> None:
        if not self._inside:
            return
        name = local(name)
        if name == "p":
            self.parser.CharacterDataHandler = None
        elif name in {"table-cell", "covered-table-cell"}:
            self._end_cell()
        elif name == "table-row":
            self.complete.append(self._row)
        elif name == "table":
            self._inside, self.ended = False, True

    def _end_cell(self) -> None:
        """`value-type` is that of the older or, for errors alone, of LibreOffice's own namespace."""
        first = self._column
        self._column += int(self._cell.get("number-columns-repeated", 1))
        text, kind = "".join(self._text), self._cell.get("value-type")
        for column in range(first, min(self._column, _MOST_COLUMNS)) if self._cell else ():
            if kind == "error":
                self._row.problems[column] = SHOWS_ERROR.format(
                    column=column_letters(column), error=text[:20]
                )
            elif "formula" in self._cell and kind is None:
                self._row.problems[column] = NO_VALUE.format(column=column_letters(column))
            elif kind in _SHOWN_AS_TEXT and text:
                self._row.texts[column] = text
        self._cell = {}


def _attribute(attributes: dict[str, str], wanted: str) -> str | None:
    return next((value for key, value in attributes.items() if local(key) == wanted), None)


def _count(attributes: dict[str, str], wanted: str) -> int:
    return int(_attribute(attributes, wanted) or 1)
