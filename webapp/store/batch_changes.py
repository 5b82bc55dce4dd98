"""What people do to a batch: every change names the version they saw and the states it may be made in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from webapp.store.approvals import forget_reasons
from webapp.store.batches import UNSENT, Batch, BatchState, BatchText
from webapp.store.connection import json_text, time_text, time_text_or_none, transaction, write


def change_list(
    db: Database,
    batch: Batch,
    *,
    number_column: int | None,
    header_row: int | None,
    sheet: str | None,
    now: datetime,
) -> bool:
    """Have the list read again with another column, headings or sheet; False if it is too late for that."""
    return _change(
        db,
        batch,
        "state = 'reading', number_column = :number_column, header_row = :header_row, sheet = :sheet, "
        "rows_read = 0, tally = '{}', job_attempts = 0, job_lease_until = NULL, problem = NULL, "
        "version = version + 1",
        from_states=(BatchState.DRAFT, BatchState.READY, BatchState.REFUSED),
        now=now,
        number_column=number_column,
        header_row=header_row,
        sheet=sheet,
    )


def change_text(db: Database, batch: Batch, text: BatchText, *, content_hash: str, now: datetime) -> bool:
    """Take a text; its rows are counted anew. False if the batch has been confirmed or is being read."""
    return _change(
        db,
        batch,
        "state = 'counting', sender = :sender, content = :content, content_hash = :content_hash, "
        "delivery = :delivery, holding = :holding, scheduled_at = :scheduled_at, options = :options, "
        "typed = :typed, job_attempts = 0, job_lease_until = NULL, rows_read = 0, version = version + 1",
        from_states=(BatchState.DRAFT, BatchState.READY),
        now=now,
        sender=text.sender,
        content=text.content,
        content_hash=content_hash,
        delivery="now" if text.scheduled_at is None else "later",
        holding=text.holding,
        scheduled_at=time_text_or_none(text.scheduled_at),
        options=json_text(dict(text.options)),
        typed=json_text(dict(text.typed)),
    )


def confirm_batch(db: Database, batch: Batch, *, user_id: int, now: datetime, goes_at: datetime) -> bool:
    """Use up the one confirmation of this version; False if it was used or something has changed."""
    changed = write(
        db,
        "UPDATE batches SET state = 'sending', confirmed_at = ?, confirmed_by = ?, goes_at = ?, "
        "updated_at = ? WHERE id = ? AND version = ? AND state = 'ready'",
        [time_text(now), user_id, time_text(goes_at), time_text(now), batch.id, batch.version],
    )
    return changed == 1


def move(
    db: Database,
    batch: Batch,
    to: BatchState,
    *,
    from_states: tuple[BatchState, ...],
    now: datetime,
    problem: str | None = None,
) -> bool:
    """Pause, resume, stop or end a batch; False if it was in none of `from_states` any more."""
    ended_at = time_text(now) if to in (BatchState.SENT, BatchState.STOPPED) else None
    return _change(
        db,
        batch,
        "state = :state, problem = :problem, ended_at = :ended_at",
        from_states=from_states,
        now=now,
        state=to,
        problem=problem,
        ended_at=ended_at,
    )


def discard(db: Database, batch: Batch, *, now: datetime) -> bool:
    """Forget a list that was never sent: its rows and its text. False if it was confirmed."""
    with transaction(db):
        discarded = _change(
            db,
            batch,
            "state = 'discarded', content = '', typed = '{}', tally = '{}', headers = '[]', "
            "file_name = NULL, job_lease_until = NULL",
            from_states=UNSENT,
            now=now,
        )
        if discarded:
            write(db, "DELETE FROM batch_rows WHERE batch_id = ?", [batch.id])
            forget_reasons(db, batch.id)
    return discarded


def back_to_draft(db: Database, batch: Batch, *, counts: Mapping[str, int], now: datetime) -> bool:
    """A row was put right: the list is to be counted again before it can be confirmed."""
    return _change(
        db,
        batch,
        "state = 'draft', tally = json_set(tally, '$.counts', json(:counts)), version = version + 1",
        from_states=(BatchState.DRAFT, BatchState.READY),
        now=now,
        counts=json_text(dict(counts)),
    )


def carry_typed(db: Database, batch: Batch, *, typed: Mapping[str, Any]) -> None:
    """What was typed elsewhere, to begin the text with."""
    write(db, "UPDATE batches SET typed = ? WHERE id = ?", [json_text(dict(typed)), batch.id])


def forget_file(db: Database, batch_id: int) -> None:
    """The private file is gone."""
    write(db, "UPDATE batches SET file_name = NULL WHERE id = ?", [batch_id])


def _change(
    db: Database,
    batch: Batch,
    assignments: str,
    *,
    from_states: tuple[BatchState, ...],
    now: datetime,
    **values: Any,
) -> bool:
    states = ", ".join(f"'{state}'" for state in from_states)
    changed = write(
        db,
        f"UPDATE batches SET {assignments}, updated_at = :now "  # noqa: S608 - code, never input
        f"WHERE id = :id AND version = :version AND state IN ({states})",
        {"id": batch.id, "version": batch.version, "now": time_text(now), **values},
    )
    return changed == 1
