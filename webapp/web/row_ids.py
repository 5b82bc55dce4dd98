"""Ids of rows as they stand in addresses and forms."""

from werkzeug.datastructures import MultiDict

from webapp.store.connection import LARGEST_ROW_ID


def read_row_id(typed: MultiDict[str, str], name: str) -> int | None:
    """None for what cannot be the id of any row."""
    row_id = typed.get(name, 0, type=int)
    return row_id if 0 < row_id <= LARGEST_ROW_ID else None
