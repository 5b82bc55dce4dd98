"""The rows of a batch: as they stood in the list, how they were judged, and what became of each text."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlite_utils import Database

from webapp.store.connection import (
    json_text,
    read_bool_or_none,
    read_decimal_or_none,
    row,
    rows,
    transaction,
    write,
)

ROWS_A_CHUNK = 2000
"""How many rows are read or written at a time: no write keeps a page waiting for long."""
VALID = "valid"
REFUSED = "refused"
"""The verdict of a row that the provider did not take."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """`position` counts the rows of the list from 1; `sheet_row` is what the file calls it.

    `number` is digits with country code. `status` and what follows it are the provider's, None until known.
    """

    position: int
    sheet_row: int
    values: tuple[str, ...]
    problems: Mapping[int, str] | None
    number: str | None
    verdict: str
    reason: str
    message_id: str | None = None
    status: str | None = None
    failure_code: str | None = None
    failure_details: str | None = None
    failure_permanent: bool | None = None
    credits: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row judged anew."""

    position: int
    number: str | None
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the list that goes in one call: `count` valid rows from `first` to `last`."""

    first: int
    last: int
    count: int
    first_number: str


def clear_rows(db: Database, batch_id: int) -> None:
    write(db, "DELETE FROM batch_rows WHERE batch_id = ?", [batch_id])


def add_rows(db: Database, batch_id: int, new: Iterable[BatchRow]) -> None:
    """Add rows that have been read and judged."""
    sql = (
        "INSERT INTO batch_rows (batch_id, position, sheet_row, fields, problem, number, verdict, reason) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    )
    with transaction(db):
        db.conn.executemany(sql, [_columns(batch_id, each) for each in new])


def record_verdicts(db: Database, batch_id: int, verdicts: Iterable[Verdict]) -> None:
    sql = "UPDATE batch_rows SET number = ?, verdict = ?, reason = ? WHERE batch_id = ? AND position = ?"
    with transaction(db):
        db.conn.executemany(
            sql, [(each.number, each.verdict, each.reason, batch_id, each.position) for each in verdicts]
        )


def correct_row(db: Database, batch_id: int, corrected: BatchRow) -> None:
    """A person has put a row right: its values and its verdict."""
    write(
        db,
        "UPDATE batch_rows SET fields = ?, problem = NULL, number = ?, verdict = ?, reason = ? "
        "WHERE batch_id = ? AND position = ?",
        [
            *(json_text(list(corrected.values)), corrected.number, corrected.verdict, corrected.reason),
            *(batch_id, corrected.position),
        ],
    )


def each_row(db: Database, batch_id: int) -> Iterator[BatchRow]:
    """Every row in its order, a few at a time: the list may change meanwhile, and memory stays small."""
    position = 0
    while found := list_rows(db, batch_id, after=position, limit=ROWS_A_CHUNK):
        yield from found
        position = found[-1].position


def list_rows(db: Database, batch_id: int, *, after: int = 0, limit: int) -> list[BatchRow]:
    """In the order of the list, after that position (keyset paging)."""
    sql = "SELECT * FROM batch_rows WHERE batch_id = ? AND position > ? ORDER BY position LIMIT ?"
    return [read_row(found) for found in rows(db, sql, [batch_id, after, limit])]


def list_by_verdict(
    db: Database, batch_id: int, verdicts: Sequence[str], *, after: int = 0, limit: int
) -> list[BatchRow]:
    places = ", ".join("?" * len(verdicts))
    sql = (
        f"SELECT * FROM batch_rows WHERE batch_id = ? AND verdict IN ({places}) AND position > ? "  # noqa: S608
        "ORDER BY position LIMIT ?"
    )
    return [read_row(found) for found in rows(db, sql, [batch_id, *verdicts, after, limit])]


def list_between(db: Database, batch_id: int, first: int, last: int) -> list[BatchRow]:
    """The valid rows of a stretch."""
    sql = (
        "SELECT * FROM batch_rows WHERE batch_id = ? AND position BETWEEN ? AND ? AND verdict = 'valid' "
        "ORDER BY position"
    )
    return [read_row(found) for found in rows(db, sql, [batch_id, first, last])]


class Addressee(NamedTuple):
    """Who gets a text: what is needed of a row to send it, and made for thousands at a time."""

    position: int
    number: str
    cells: tuple[str, ...]


def addressees(
    db: Database, batch_id: int, first: int, last: int, *, columns: Sequence[int] = ()
) -> list[Addressee]:
    """The valid rows of a stretch, each with what stands in these columns ("" where it ends before them)."""
    cells = "".join(f", COALESCE(json_extract(fields, '$[{int(column)}]'), '')" for column in columns)
    sql = (
        f"SELECT position, number{cells} FROM batch_rows "  # noqa: S608 - whole numbers only
        "WHERE batch_id = ? AND position BETWEEN ? AND ? AND verdict = 'valid' ORDER BY position"
    )
    cursor = db.conn.cursor()
    # Plain tuples: a sqlite3.Row takes as long to make as all the rest.
    cursor.row_factory = None
    found = cursor.execute(sql, [batch_id, first, last])
    return [Addressee(position, number, tuple(cells)) for position, number, *cells in found]


def list_opted_out(db: Database, batch_id: int, first: int, last: int) -> list[BatchRow]:
    """The valid rows of a stretch whose number has opted out meanwhile."""
    sql = (
        "SELECT batch_rows.* FROM batch_rows JOIN opt_outs ON opt_outs.number = batch_rows.number "
        "WHERE batch_id = ? AND position BETWEEN ? AND ? AND verdict = 'valid' ORDER BY position"
    )
    return [read_row(found) for found in rows(db, sql, [batch_id, first, last])]


def get_row(db: Database, batch_id: int, position: int) -> BatchRow | None:
    found = row(db, "SELECT * FROM batch_rows WHERE batch_id = ? AND position = ?", [batch_id, position])
    return None if found is None else read_row(found)


def find_valid(db: Database, batch_id: int, number: str, *, other_than: int) -> BatchRow | None:
    """The row through which that number gets the text."""
    found = row(
        db,
        "SELECT * FROM batch_rows WHERE batch_id = ? AND verdict = 'valid' AND number = ? AND position <> ?",
        [batch_id, number, other_than],
    )
    return None if found is None else read_row(found)


def count_by_verdict(db: Database, batch_id: int) -> dict[str, int]:
    sql = (
        "SELECT verdict, SUM(texts) AS texts FROM batch_row_counts WHERE batch_id = ? "
        "GROUP BY verdict HAVING SUM(texts) > 0"
    )
    return {each["verdict"]: each["texts"] for each in rows(db, sql, [batch_id])}


def stretches(db: Database, batch_id: int, *, size: int) -> list[Stretch]:
    """The list cut into parts of at most `size` valid rows, in order."""
    sql = (
        "SELECT MIN(position) AS first, MAX(position) AS last, COUNT(*) AS texts FROM ("
        "SELECT position, (ROW_NUMBER() OVER (ORDER BY position) - 1) / ? AS part FROM batch_rows "
        "WHERE batch_id = ? AND verdict = 'valid') GROUP BY part ORDER BY part"
    )
    return [
        Stretch(each["first"], each["last"], each["texts"], _number_at(db, batch_id, each["first"]))
        for each in rows(db, sql, [size, batch_id])
    ]


def _number_at(db: Database, batch_id: int, position: int) -> str:
    found = get_row(db, batch_id, position)
    return (found.number or "") if found else ""


def _columns(batch_id: int, new: BatchRow) -> tuple[Any, ...]:
    return (
        *(batch_id, new.position, new.sheet_row, json_text(list(new.values))),
        *(json_text(dict(new.problems)) if new.problems else None, new.number, new.verdict, new.reason),
    )


def read_row(found: sqlite3.Row) -> BatchRow:
    """The row of a list that a row of the table holds."""
    problems = found["problem"]
    return BatchRow(
        position=found["position"],
        sheet_row=found["sheet_row"],
        values=tuple(json.loads(found["fields"])),
        problems={int(at): words for at, words in json.loads(problems).items()} if problems else None,
        number=found["number"],
        verdict=found["verdict"],
        reason=found["reason"],
        message_id=found["message_id"],
        status=found["status"],
        failure_code=found["failure_code"],
        failure_details=found["failure_details"],
        failure_permanent=read_bool_or_none(found["failure_permanent"]),
        credits=read_decimal_or_none(found["credits"]),
    )
