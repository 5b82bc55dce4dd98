"""Where an unsent batch stands with the second pair of eyes."""

from webapp.batches.pages import Asking, Returned
from webapp.services import rules
from webapp.services.batches import sending
from webapp.store import approvals, users
from webapp.store.approvals import ApprovalState
from webapp.store.batches import Batch
from webapp.web.context import database

NAMES_SHOWN = 3


def build_asking(batch: Batch) -> Asking:
    above = rules.approval_above(database(), sending.valid_rows(batch))
    waiting = approvals.find_waiting(database(), batch.id)
    return Asking(
        above=above,
        waiting=waiting,
        names=_deciders(batch) if above is not None or waiting else (),
        returned=returned_of(batch),
    )


def _deciders(batch: Batch) -> tuple[str, ...]:
    """The names of some who may decide about it."""
    names = approvals.list_deciders(database(), other_than=batch.author_id, limit=NAMES_SHOWN + 1)
    return (*names[:NAMES_SHOWN], *(["others"] if len(names) > NAMES_SHOWN else []))


def returned_of(batch: Batch) -> Returned | None:
    """Whether what was asked last about a batch is that it was sent back."""
    last = approvals.find_last(database(), batch.id)
    if last is None or last.state is not ApprovalState.SENT_BACK or not last.decided_by:
        return None
    who = users.names_of(database(), {last.decided_by}).get(last.decided_by, "")
    return Returned(who, last.decided_at or last.asked_at, last.reason)
