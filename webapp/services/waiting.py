"""Letting what is not confirmed yet wait for a time at which it may reach people."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.services.calls_of_draft import typed_time
from webapp.store import batch_changes, drafts
from webapp.store.batches import Batch
from webapp.store.drafts import Delivery, Draft

WAITS = "It goes when the quiet hours end, once you have said yes to it below."


def let_draft_wait(db: Database, draft: Draft, *, until: datetime, timezone: ZoneInfo, now: datetime) -> bool:
    """Another version of the draft, which goes at that time; False if it has been confirmed."""
    typed = {**draft.text.typed, "when": Delivery.LATER.value, **typed_time(until, timezone)}
    text = replace(draft.text, delivery=Delivery.LATER, scheduled_at=until, typed=typed)
    return drafts.change_draft(db, draft.id, text=text, now=now)


def let_batch_wait(db: Database, batch: Batch, *, until: datetime, timezone: ZoneInfo, now: datetime) -> bool:
    """The same for a batch; its rows are counted anew. False if it has been confirmed."""
    typed = {**batch.text.typed, "when": Delivery.LATER.value, **typed_time(until, timezone)}
    text = replace(batch.text, scheduled_at=until, typed=typed)
    hashed = drafts.content_hash(batch.text.content)
    return batch_changes.change_text(db, batch, text, content_hash=hashed, now=now)
