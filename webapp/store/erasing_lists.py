"""Erasing what lists of people held: numbers and columns of their rows, and the texts of the batches."""

from collections.abc import Iterator
from datetime import datetime
from time import sleep

from sqlite_utils import Database

from webapp.messaging.numbers import erased_number
from webapp.store.approvals import forget_reasons
from webapp.store.batches import Batch, read_batch
from webapp.store.connection import rows, time_text, transaction, write
from webapp.store.erasing import PAUSE_SECONDS, Extent
from webapp.store.known_names import end_taking, forget_names

ROWS_A_WRITE = 1000
_OVER = (
    "batches.state IN ('sent', 'stopped', 'discarded', 'refused') "
    "AND COALESCE(batches.ended_at, batches.updated_at) < :before"
)


def list_erasable(db: Database, extent: Extent) -> list[Batch]:
    """Batches that are over since before then, with nothing left in any of their calls."""
    found = rows(
        db,
        f"SELECT * FROM batches WHERE {_OVER} AND erased_at IS NULL AND NOT EXISTS "  # noqa: S608
        "(SELECT 1 FROM outbox WHERE batch_id = batches.id AND outbox.erased_at IS NULL)",
        extent.values,
    )
    return [read_batch(each) for each in found]


def erase_batch(db: Database, batch_id: int, *, now: datetime) -> None:
    """Its rows, the names from it, its text and what was written about it.

    Verdicts, statuses, credits and the tag stay.
    """
    forget_reasons(db, batch_id)
    end_taking(db, batch_id)
    for numbers in _numbers_of(db, batch_id):
        with transaction(db):
            db.conn.executemany(
                "UPDATE batch_rows SET number = ?, fields = '[]', problem = NULL, reason = '' "
                "WHERE batch_id = ? AND position = ?",
                [(erased_number(number) if number else None, batch_id, at) for at, number in numbers],
            )
            forget_names(db, (number for _, number in numbers), batch_id=batch_id)
        sleep(PAUSE_SECONDS)
    write(
        db,
        "UPDATE batches SET content = '', typed = '{}', headers = '[]', header_row = NULL, "
        "number_column = NULL, sheet = NULL, file_name = NULL, content_hash = NULL, list_hash = NULL, "
        "tally = json_remove(tally, '$.samples', '$.longest'), "
        "facts = json_object('rows', json_extract(facts, '$.rows')), erased_at = :now, "
        "options = CASE WHEN json_extract(options, '$.tag') IS NULL THEN '{}' "
        "ELSE json_object('tag', json_extract(options, '$.tag')) END WHERE id = :id",
        {"id": batch_id, "now": time_text(now)},
    )


def erase_rows_of(db: Database, extent: Extent) -> int:
    """The rows of one number in lists that are over, and the name from them. Reads every list."""
    found = rows(
        db,
        "SELECT batch_id, position FROM batch_rows JOIN batches ON batches.id = batch_id "  # noqa: S608
        f"WHERE number = :number AND {_OVER}",
        extent.values,
    )
    with transaction(db):
        db.conn.executemany(
            "UPDATE batch_rows SET number = ?, fields = '[]', problem = NULL, reason = '' "
            "WHERE batch_id = ? AND position = ?",
            [(erased_number(extent.number or ""), each["batch_id"], each["position"]) for each in found],
        )
        db.conn.executemany(
            "UPDATE batches SET facts = json_remove(facts, '$.first_rows'), "
            "tally = json_remove(tally, '$.samples', '$.longest') WHERE id = ?",
            [(each["batch_id"],) for each in found],
        )
        for each in found:
            forget_names(db, [extent.number], batch_id=each["batch_id"])
    return len(found)


def _numbers_of(db: Database, batch_id: int) -> Iterator[list[tuple[int, str | None]]]:
    position = 0
    while found := rows(
        db,
        "SELECT position, number FROM batch_rows WHERE batch_id = ? AND position > ? "
        "ORDER BY position LIMIT ?",
        [batch_id, position, ROWS_A_WRITE],
    ):
        yield [(each["position"], each["number"]) for each in found]
        position = found[-1]["position"]
