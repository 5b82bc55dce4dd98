"""How much a file may hold, and how a file is refused."""

from webapp.messaging.words import plural

from .sheet_reader.column_letters import column_letters

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_ROWS = 100_000
"""Rows after the header."""
MAX_COLUMNS = 200
MAX_CELL_CHARACTERS = 5_000
"""Four times the longest text that can be sent."""
MAX_RECORD_LINES = 100
"""Lines one row of a CSV file may take (an address has five): past that a quotation mark was left open."""
MAX_LINE_CHARACTERS = 100_000
MAX_UNPACKED_BYTES = 60_000_000
"""What the parts of a zipped spreadsheet may come to."""


class FileRefused(Exception):
    """A file that cannot be read; `message` says why and what to do, in words for staff."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def refuse_rows(rows: int) -> FileRefused:
    return FileRefused(
        f"The file has {plural(rows, 'row')}; at most {MAX_ROWS:,} can be taken at once. "
        "Nothing was cut off: split it into several files."
    )


def refuse_columns(where: str, columns: int) -> FileRefused:
    return FileRefused(
        f"{where} has {plural(columns, 'column')}; at most {MAX_COLUMNS} can be read. "
        "Keep the columns you need and save the file again."
    )


def refuse_cell(row: int, column: int, length: int) -> FileRefused:
    return FileRefused(
        f"Row {row:,}, column {column_letters(column)} holds {plural(length, 'character')}; "
        f"at most {MAX_CELL_CHARACTERS:,} can be read. Shorten it."
    )
