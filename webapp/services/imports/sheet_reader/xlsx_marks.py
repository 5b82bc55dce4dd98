"""Hidden rows and columns, number formats, errors, formulas without a result, from an XLSX file's own XML."""

import posixpath
import re
from collections.abc import Iterator
from typing import IO
from zipfile import ZipFile

from .column_letters import column_letters
from .marks import (
    NO_VALUE,
    SHOWS_ERROR,
    RowMarks,
    SheetMarks,
    chunks_of,
    elements,
    local,
    new_parser,
)
from .number_formats import BUILT_IN, NumberFormat, number_format

_worth_a_look = re.compile(rb"<(?:\w+:)?f[\s>/]|\shidden=|\st=[\"']e")
_letters = re.compile("[A-Z]+")


def read_marks(archive: ZipFile, sheet: str) -> SheetMarks:
    """Return the marks of the sheet of this name; nothing is read that has nothing to tell."""
    member = _member_of(archive, sheet)
    if member is None:
        return SheetMarks()
    formats = _formats(archive)
    with archive.open(member) as file:
        if not formats and not _is_worth_a_look(file):
            return SheetMarks()
    with archive.open(member) as file:
        hidden = _hidden_columns(file)
    return SheetMarks(hidden, _rows(archive, member, formats))


def _member_of(archive: ZipFile, sheet: str) -> str | None:
    with archive.open("xl/workbook.xml") as file:
        ids = [found for name, found in elements(file) if name == "sheet"]
    wanted = next((each.get("id") for each in ids if each.get("name") == sheet), None)
    if "xl/_rels/workbook.xml.rels" not in archive.namelist():
        return None
    with archive.open("xl/_rels/workbook.xml.rels") as file:
        targets = {found.get("Id"): found.get("Target", "") for _, found in elements(file)}
    member = posixpath.normpath(posixpath.join("/xl", targets.get(wanted, ""))).removeprefix("/")
    return member if member in archive.namelist() else None


def _formats(archive: ZipFile) -> dict[int, NumberFormat]:
    """Number formats by the index that cells name."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    codes, formats, style, in_cell_styles = dict(BUILT_IN), {}, 0, False
    with archive.open("xl/styles.xml") as file:
        for name, attributes in elements(file):
            if name == "numFmt":
                codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
            elif name in {"cellXfs", "cellStyles"}:
                in_cell_styles = name == "cellXfs"
            elif name == "xf" and in_cell_styles:
                code = codes.get(int(attributes.get("numFmtId", 0)))
                if code and (found := number_format(code)):
                    formats[style] = found
                style += 1
    return formats


def _is_worth_a_look(file: IO[bytes]) -> bool:
    before = b""
    for chunk in chunks_of(file):
        if _worth_a_look.search(before + chunk):
            return True
        before = chunk[-20:]
    return False


def _hidden_columns(file: IO[bytes]) -> frozenset[int]:
    hidden: set[int] = set()
    for name, attributes in elements(file):
        if name == "sheetData":
            break
        if name == "col" and attributes.get("hidden") in {"1", "true"}:
            hidden |= set(range(int(attributes["min"]) - 1, min(int(attributes["max"]), 1_000)))
    return frozenset(hidden)


def _rows(archive: ZipFile, member: str, formats: dict[int, NumberFormat]) -> Iterator[RowMarks]:
    reader = _RowReader(formats)
    with archive.open(member) as file:
        for chunk in chunks_of(file):
            reader.parser.Parse(chunk)
            yield from reader.complete
            reader.complete.clear()


class _RowReader:
    """Collects the marks of rows while their XML goes by. Rows and cells may leave out where they are."""

    def __init__(self, formats: dict[int, NumberFormat]) -> None:
        self.complete: list[RowMarks] = []
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._formats = formats
        self._row = RowMarks(0)
        self._column = -1
        self._kind = ""
        self._has_formula = False
        self._value: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            hidden = attributes.get("hidden") in {"1", "true"}
            self._row = RowMarks(int(attributes.get("r", self._row.number + 1)), hidden=hidden)
            self._column = -1
        elif name == "f":
            self._has_formula = True
        elif name == "v" and (self._has_formula or self._kind == "e"):
            self.parser.CharacterDataHandler = self._value.append

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self._column = _column_of(place) if place else self._column + 1
        self._kind = attributes.get("t", "n")
        self._has_formula = False
        self._value.clear()
        if self._kind == "n" and "s" in attributes and (found := self._formats.get(int(attributes["s"]))):
            self._row.formats[self._column] = found

    def _end(self, name: str) -> None:
        name = local(name)
        if name == "c":
            self._end_cell()
        elif name == "v":
            self.parser.CharacterDataHandler = None
        elif name == "row":
            self.complete.append(self._row)

    def _end_cell(self) -> None:
        value, column = "".join(self._value), column_letters(self._column)
        if self._kind == "e":
            self._row.problems[self._column] = SHOWS_ERROR.format(column=column, error=value[:20])
        elif self._has_formula and not value and self._kind != "str":
            self._row.problems[self._column] = NO_VALUE.format(column=column)


def _column_of(place: str) -> int:
    letters = _letters.match(place)
    column = 0
    for letter in letters[0] if letters else "A":
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
