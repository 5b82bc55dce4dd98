"""Sending a batch again to those whose text failed."""

from datetime import UTC, datetime

from sqlite_utils import Database

from webapp.store import batch_changes, batch_jobs, batch_outcomes, batches, drafts
from webapp.store.batches import Batch, BatchState
from webapp.store.connection import transaction

TEMPORARY = "temporary"
"""Only those for whom the network says that it may work later."""


def retry(db: Database, batch: Batch, *, author_id: int, temporary_only: bool) -> Batch | None:
    """A new batch with the same text, about to be counted; None if there is nobody to send it to.

    It goes at once, and never to those who got the text or have opted out.
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
        copied = batch_outcomes.copy_rows(db, batch.id, new.id, temporary_only=temporary_only)
        if not copied:
            batch_changes.discard(db, new, now=now)
            return None
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
        return batches.get_batch(db, new.id)
