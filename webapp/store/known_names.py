"""What people are called: taken from the lists that staff have sent to, erased with them.

A number has the name that the batch gave it which was confirmed last, of those that name it.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence

from sqlite_utils import Database

from webapp.messaging.numbers import ERASED
from webapp.store.batches import Batch
from webapp.store.connection import json_text, row, rows, transaction, write

ROWS_A_WRITE = 250


def next_to_take(db: Database) -> int | None:
    """The latest confirmed batch whose names have not been taken, or not all of them."""
    found = row(db, "SELECT MAX(batch_id) AS batch_id FROM names_to_take")
    return found["batch_id"] if found else None


def take_some(db: Database, batch: Batch, name_of: Callable[[Sequence[str]], str]) -> bool:
    """The names in the next rows of a batch, in one short write; whether there may be more.

    The rows are read in the transaction that writes: what is erased meanwhile does not come back, and
    whoever breaks off goes on where they were.
    """
    with transaction(db):
        place = row(db, "SELECT position FROM names_to_take WHERE batch_id = ?", [batch.id])
        if place is None:
            return False
        found = rows(
            db,
            "SELECT position, number, fields FROM batch_rows WHERE batch_id = ? AND verdict = 'valid' "
            "AND position > ? ORDER BY position LIMIT ?",
            [batch.id, place["position"], ROWS_A_WRITE],
        )
        named = ((each["number"], name_of(json.loads(each["fields"]))) for each in found)
        _keep(db, batch, ((number, name) for number, name in named if name))
        if len(found) < ROWS_A_WRITE:
            end_taking(db, batch.id)
            return False
        sql = "UPDATE names_to_take SET position = ? WHERE batch_id = ?"
        write(db, sql, [found[-1]["position"], batch.id])
        return True


def end_taking(db: Database, batch_id: int) -> None:
    """There is no name in it that is not known."""
    write(db, "DELETE FROM names_to_take WHERE batch_id = ?", [batch_id])


def _keep(db: Database, batch: Batch, named: Iterable[tuple[str, str]]) -> None:
    db.conn.executemany(
        "INSERT INTO known_names (number, name, batch_id, at) "
        "SELECT ?, ?, id, confirmed_at FROM batches WHERE id = ? "
        "ON CONFLICT (number) DO UPDATE SET name = excluded.name, batch_id = excluded.batch_id, "
        "at = excluded.at WHERE (excluded.at, excluded.batch_id) > (known_names.at, known_names.batch_id)",
        [(number, name, batch.id) for number, name in named],
    )


def names_of(db: Database, numbers: Collection[str]) -> dict[str, str]:
    """By number; those whose name is not known are left out."""
    found = rows(
        db,
        "SELECT number, name FROM known_names WHERE number IN (SELECT value FROM json_each(?))",
        [json_text(sorted(numbers))],
    )
    return {each["number"]: each["name"] for each in found}


def name_of(db: Database, number: str) -> str:
    """Empty if it is not known."""
    found = row(db, "SELECT name FROM known_names WHERE number = ?", [number])
    return found["name"] if found else ""


def forget_names(db: Database, numbers: Iterable[str | None], *, batch_id: int) -> None:
    """What a batch says these numbers are called; in the transaction that erases its rows."""
    db.conn.executemany(
        "DELETE FROM known_names WHERE number = ? AND batch_id = ?",
        [(number, batch_id) for number in numbers if number and not number.startswith(ERASED)],
    )
