"""Following scheduled texts: from SCHEDULED at the provider to the message they become, or to cancelled."""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.services.reconcile import find_message
from webapp.services.sync_messages import record_message
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import OutcomeUnknown
from webapp.smsworks.models import OutboundMessage, ScheduledItem
from webapp.store import outbox
from webapp.store.calls import Call

SCHEDULED, PROCESSED, CANCELLED = "SCHEDULED", "PROCESSED", "CANCELLED"
LONGEST_WAIT = timedelta(minutes=10)
LAST_LOOK_AFTER = timedelta(hours=72)
LOOKS_A_ROUND = 50


def follow_due(db: Database, client: SmsWorks) -> int:
    """Read where the scheduled texts that are due stand; how many. Raises SmsWorksError."""
    now = datetime.now(UTC)
    due = outbox.claim_schedule_looks(db, now=now, next_look_at=now + LONGEST_WAIT, limit=LOOKS_A_ROUND)
    if due:
        listed = {item.item_id: item for item in client.list_scheduled()}
        for call in due:
            _follow(db, client, call, listed.get(call.message_id or ""))
    return len(due)


def cancel(db: Database, client: SmsWorks, call: Call) -> None:
    """Cancel a scheduled text.

    Raises Refused when it was too late, OutcomeUnknown when nobody knows: then it is looked up at once.
    """
    try:
        client.cancel_scheduled_message(message_id=call.message_id or "")
    except OutcomeUnknown:
        outbox.look_again(db, call, now=datetime.now(UTC))
        raise
    outbox.record_schedule_status(db, call, CANCELLED, now=datetime.now(UTC), next_look_at=None)


def _follow(db: Database, client: SmsWorks, call: Call, item: ScheduledItem | None) -> None:
    now = datetime.now(UTC)
    status = item.status if item else call.schedule_status or SCHEDULED
    became_message = status != CANCELLED and _is_past(call, now) and _take_message(db, client, call)
    ended = became_message or status == CANCELLED
    if became_message:
        status = PROCESSED
    next_look_at = None if ended else _next_look(call, now)
    outbox.record_schedule_status(db, call, status, now=now, next_look_at=next_look_at)


def _take_message(db: Database, client: SmsWorks, call: Call) -> bool:
    """The message may have another id than the schedule had, so it is looked for like a lost one."""
    found = find_message(db, client, call).message
    if found is not None:
        record_message(db, found, outbox_id=call.id)
    return found is not None


def _is_past(call: Call, now: datetime) -> bool:
    due_at = OutboundMessage.from_wire(call.payload).scheduled_at
    return due_at is not None and due_at <= now


def _next_look(call: Call, now: datetime) -> datetime | None:
    due_at = OutboundMessage.from_wire(call.payload).scheduled_at or now
    if now - due_at > LAST_LOOK_AFTER:
        return None
    if now < due_at:
        return min(due_at + timedelta(seconds=1), now + LONGEST_WAIT)
    return now + min(max((now - due_at) / 4, timedelta(seconds=2)), LONGEST_WAIT)
