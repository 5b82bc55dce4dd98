"""Sending a batch again to those whose text failed."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlite_utils import Database

from webapp.services.batches.calls import Renderer
from webapp.store import batch_changes, batch_jobs, batch_outcomes, batches, drafts
from webapp.store.batches import Batch, BatchState
from webapp.store.connection import transaction
from webapp.store.outcomes_of_number import went_since

TEMPORARY = "temporary"
"""Only those for whom the network says that it may work later."""


class Retry(NamedTuple):
    """The new batch, None if nobody is left; `got_it` are left out because they got the same text since."""

    batch: Batch | None
    got_it: int


def retry(db: Database, batch: Batch, *, author_id: int, temporary_only: bool) -> Retry:
    """A new batch with the same text, about to be counted, if there is anybody to send it to.

    It goes at once, and never to those who got the text, then or since, or have opted out.
    """
    now = datetime.now(UTC)
    with transaction(db):
        new = batches.add_batch(
            db,
            author_id=author_id,
            name=f"{batch.name} (again)"[:200],
            file_name=None,
            now=now,
            state=BatchState.DRAFT,
            parent_id=batch.id,
        )
        got_it = _got_it_since(db, batch)
        copied = batch_outcomes.copy_rows(
            db, batch.id, new.id, temporary_only=temporary_only, left_out=got_it
        )
        if not copied:
            batch_changes.discard(db, new, now=now)
            return Retry(None, len(got_it))
        new = batch_jobs.record_facts(
            db,
            new,
            facts={"rows": copied, "notes": [f"Those of “{batch.name}” whose text failed."]},
            headers=batch.headers,
            number_column=batch.number_column,
        )
        text = batch.text
        typed = {**text.typed, "when": "now", "date": "", "time": ""}
        at_once = type(text)(text.sender, text.content, None, text.holding, text.options, typed)
        batch_changes.change_text(db, new, at_once, content_hash=drafts.content_hash(text.content), now=now)
        return Retry(batches.get_batch(db, new.id), len(got_it))


def _got_it_since(db: Database, batch: Batch) -> list[int]:
    """Positions of rows whose text failed and whose number got the same words since, or is about to."""
    render = Renderer(batch)
    return [
        row.position
        for row, failed_at in batch_outcomes.texted_since_failing(db, batch.id)
        if went_since(db, row.number or "", render.text_for(row.values), after=failed_at)
    ]
