"""What the reader writes to its standard output, one JSON value a line; the parent believes it within bounds.

First an object about the workbook (`SHEETS`, `SHEET`, ...), then for each row an array
`[number, values, problems]` (problems: null, or an object from column to words), for blank rows between them
one array `[number, how many]`, at the end an object with `END`. Or, at any time, an object with `REFUSED` and
one of the words below; the parent has the sentences for them.
"""

from enum import StrEnum

SHEETS, HIDDEN_SHEETS, SHEET, HIDDEN_COLUMNS = "sheets", "hidden_sheets", "sheet", "hidden_columns"
END, HIDDEN_ROWS, REFUSED = "end", "hidden_rows", "refused"

MAX_ROW_CHARACTERS = 100_000
MAX_LINE_BYTES = 1_000_000


class Refusal(StrEnum):
    """Why the reader gave up."""

    PASSWORD = "password"  # noqa: S105 - none, but the word
    DAMAGED = "damaged"
    MEMORY = "memory"
    NO_SHEET = "no sheet"
    EMPTY = "empty"
    LONG_ROW = "long row"
    COLUMNS = "columns"
