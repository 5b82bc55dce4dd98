"""Reading a list and counting its text: one worker at a time has the job, by a lease."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from webapp.store.batches import Batch, BatchState, get_batch, read_batch
from webapp.store.connection import json_text, row, time_text, transaction, write


def take_job(db: Database, *, now: datetime, lease: timedelta) -> Batch | None:
    """The oldest list that waits to be read or counted, for this worker alone until the lease runs out."""
    with transaction(db):
        found = row(
            db,
            "SELECT * FROM batches WHERE state IN ('reading', 'counting') "
            "AND COALESCE(job_lease_until, '') <= ? ORDER BY id",
            [time_text(now)],
        )
        return None if found is None else _take(db, read_batch(found), now=now, lease=lease)


def take_own_job(db: Database, batch: Batch, *, now: datetime, lease: timedelta) -> Batch | None:
    """As `take_job`, for one batch."""
    with transaction(db):
        return _take(db, batch, now=now, lease=lease)


def _take(db: Database, batch: Batch, *, now: datetime, lease: timedelta) -> Batch | None:
    taken = write(
        db,
        "UPDATE batches SET job_lease_until = ?, job_attempts = job_attempts + 1, rows_read = 0 "
        "WHERE id = ? AND version = ? AND state IN ('reading', 'counting') "
        "AND COALESCE(job_lease_until, '') <= ?",
        [time_text(now + lease), batch.id, batch.version, time_text(now)],
    )
    return get_batch(db, batch.id) if taken else None


def record_progress(db: Database, batch: Batch, *, rows_read: int, lease_until: datetime) -> bool:
    """Rows done so far; False if somebody else has the job by now, so that this one must stop."""
    changed = write(
        db,
        "UPDATE batches SET rows_read = ?, job_lease_until = ? "
        "WHERE id = ? AND version = ? AND job_attempts = ? AND state = ?",
        [rows_read, time_text(lease_until), batch.id, batch.version, batch.job_attempts, batch.state],
    )
    return changed == 1


def record_facts(
    db: Database,
    batch: Batch,
    *,
    facts: Mapping[str, Any],
    headers: tuple[str, ...],
    number_column: int | None,
) -> Batch:
    """What was found out about the file before its rows are read; the batch as it is then."""
    write(
        db,
        "UPDATE batches SET facts = ?, headers = ?, number_column = ? WHERE id = ?",
        [json_text(dict(facts)), json_text(list(headers)), number_column, batch.id],
    )
    return get_batch(db, batch.id) or batch


def end_job(
    db: Database,
    batch: Batch,
    *,
    state: BatchState,
    now: datetime,
    tally: Mapping[str, Any],
    list_hash: str | None = None,
    rows_read: int = 0,
) -> bool:
    """The list is read, or counted with its text; False if somebody else has the job by now."""
    return _end_job(
        db,
        batch,
        "state = :state, tally = :tally, list_hash = :list_hash, rows_read = :rows_read",
        now=now,
        state=state,
        tally=json_text(dict(tally)),
        list_hash=list_hash,
        rows_read=rows_read,
    )


def refuse_file(db: Database, batch: Batch, *, problem: str, now: datetime) -> bool:
    """The file cannot be read as a list; `problem` says why, in words."""
    return _end_job(db, batch, "state = 'refused', problem = :problem", now=now, problem=problem)


def _end_job(db: Database, batch: Batch, assignments: str, *, now: datetime, **values: Any) -> bool:
    changed = write(
        db,
        f"UPDATE batches SET {assignments}, job_lease_until = NULL, updated_at = :now "  # noqa: S608 - code
        "WHERE id = :id AND version = :version AND job_attempts = :attempts AND state = :from_state",
        {
            **values,
            **{"now": time_text(now), "id": batch.id, "version": batch.version},
            **{"attempts": batch.job_attempts, "from_state": batch.state},
        },
    )
    return changed == 1
