"""CSV that a spreadsheet opens without running, losing or rounding anything."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

# What a spreadsheet takes for a formula (OWASP, "CSV injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for another encoding."""


class Number(str):
    """A telephone number as people read it: with + and spaces, so that a spreadsheet keeps it as it is."""

    __slots__ = ()


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file piece by piece: nothing is kept. `None` is an empty cell."""
    yield BYTE_ORDER_MARK + _line(header)
    for row in rows:
        yield _line(row)


def safe_cell(value: object) -> str:
    """Text that a spreadsheet shows and does not calculate; numbers of telephones stay as they are."""
    if value is None:
        return ""
    text = str(value)
    is_formula = text.startswith(_FORMULA_STARTS) and not isinstance(value, Number)
    return f"'{text}" if is_formula else text


def _line(cells: Sequence[object]) -> str:
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return written.getvalue()
