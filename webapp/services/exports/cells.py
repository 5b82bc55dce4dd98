"""CSV that spreadsheets open as it was meant: nothing is run, and no number loses a digit.

* UTF-8 with a byte order mark, without which Excel takes £ for Â£; lines end as RFC 4180 says.
* Our own numbers are written `+44 7400 123456` (`phone_cell`): the spaces keep a spreadsheet from taking them
  for a sum or shortening them to 4.474E+11, and staff read them so on every page.
* Original cells that are digits a spreadsheet would change (a zero in front, a plus, more than eleven digits)
  are written `="07400123456"`. Excel and LibreOffice show that as the text it was, and importing reads it.
* Any other cell that starts like a formula (= + - @ tab, line break) gets an apostrophe in front, as OWASP
  advises against "CSV injection": what a stranger wrote must not run on a colleague's machine.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import chain, islice, repeat

from webapp.messaging.numbers import format_number

BYTE_ORDER_MARK = "\ufeff"
CONTENT_TYPE = "text/csv; charset=utf-8"

Cell = str | int | Decimal | None

# The first piece is short: whoever waits for a file sees at once that it has begun.
_ROWS_AT_FIRST = 50
_ROWS_A_CHUNK = 500
_starts_like_a_formula = re.compile("[=+\\-@\t\r\n＝＋－＠]").match
_shown_phone = re.compile(r"\+\d+(?: \d+)+", re.ASCII).fullmatch
_plain_number = re.compile(r"-?\d{1,11}(?:\.\d+)?", re.ASCII).fullmatch
_digits_that_would_change = re.compile(r"\+\d+|0\d+|\d{12,}", re.ASCII).fullmatch


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield a CSV file in pieces of a few hundred rows; nothing is kept, however many there are."""
    yield BYTE_ORDER_MARK
    yield _lines([header])
    lines = iter(rows)
    for size in read_sizes():
        if not (some := list(islice(lines, size))):
            return
        yield _lines(some)


def _lines(rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def read_sizes() -> Iterator[int]:
    """How many rows to read at a time, piece by piece, for as long as there are any."""
    return chain([_ROWS_AT_FIRST], repeat(_ROWS_A_CHUNK))


def safe_cell(cell: Cell) -> str:
    """Return what may stand in a CSV file for a value that anybody may have written."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    if _digits_that_would_change(cell):
        return f'="{cell}"'
    if _starts_like_a_formula(cell) and not _shown_phone(cell) and not _plain_number(cell):
        return f"'{cell}"
    return cell


def phone_cell(digits: str) -> str:
    """Return a number (digits with country code) as it is shown on pages: +44 7400 123456."""
    return format_number(digits)


def number_cell(text: str) -> str:
    """Return a number as `phone_cell` does, and a sender's name or a short code as it is."""
    return phone_cell(text) if text.isdigit() and len(text) > 6 else text


def time_cell(at: datetime, zone: tzinfo) -> str:
    """Return a time as a spreadsheet takes it for one, in that zone."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
