"""The second pair of eyes: a large batch goes when somebody else than its author has said yes to it."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.services.batches import sending
from webapp.services.refusals import DraftChanged, NotWaiting
from webapp.services.yes import Yes
from webapp.store import approvals
from webapp.store.approvals import Approval, ApprovalState
from webapp.store.batches import Batch
from webapp.store.connection import transaction


def ask(db: Database, batch: Batch, yes: Yes, *, timezone: ZoneInfo) -> bool:
    """Have a batch wait for somebody else's yes; False if it does already.

    Raises what `sending.confirm` raises: nobody is asked to approve what could not go.
    """
    with transaction(db):
        if yes.version != batch.version:
            raise DraftChanged
        if approvals.find_waiting(db, batch.id):
            return False
        sending.refuse(db, batch, yes, timezone=timezone)
        if not approvals.ask(db, batch, asked_by=yes.user_id, now=datetime.now(UTC)):
            raise DraftChanged
    return True


def approve(db: Database, batch: Batch, yes: Yes, *, timezone: ZoneInfo) -> None:
    """Confirm a batch in the name of who asked for it, once: with the approval, or not at all.

    Raises NotWaiting if it was decided or changed meanwhile, and what `sending.confirm` raises.
    """
    with transaction(db):
        approval = _waiting(db, batch, version=yes.version)
        _end(db, approval, ApprovalState.APPROVED, user_id=yes.user_id)
        in_their_name = replace(yes, user_id=approval.asked_by)
        is_first = sending.confirm(db, batch, in_their_name, timezone=timezone, is_approved=True)
        if not is_first:
            raise NotWaiting


def send_back(db: Database, batch: Batch, *, version: int, user_id: int, reason: str) -> None:
    """Give a batch back to its author with a reason. Raises NotWaiting."""
    with transaction(db):
        approval = _waiting(db, batch, version=version)
        _end(db, approval, ApprovalState.SENT_BACK, user_id=user_id, reason=reason)


def withdraw(db: Database, batch: Batch, *, user_id: int) -> None:
    """Ask no more, so that nobody can approve it. Raises NotWaiting."""
    with transaction(db):
        approval = approvals.find_waiting(db, batch.id)
        if approval is None:
            raise NotWaiting
        _end(db, approval, ApprovalState.WITHDRAWN, user_id=user_id)


def _waiting(db: Database, batch: Batch, *, version: int) -> Approval:
    approval = approvals.find_waiting(db, batch.id)
    if approval is None or approval.batch_version != version:
        raise NotWaiting
    return approval


def _end(db: Database, approval: Approval, to: ApprovalState, *, user_id: int, reason: str = "") -> None:
    now = datetime.now(UTC)
    if not approvals.end(db, approval, to, decided_by=user_id, now=now, reason=reason):
        raise NotWaiting
