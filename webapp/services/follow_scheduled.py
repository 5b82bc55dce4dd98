"""Following scheduled texts: from SCHEDULED at the provider to the message they become, or to cancelled."""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.services.batches.following import follow_batch
from webapp.services.recognise import find_message
from webapp.services.rounds import do_each
from webapp.services.sync_messages import record_message
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import OutcomeUnknown
from webapp.smsworks.models import ScheduledItem
from webapp.store import looks
from webapp.store.calls import Call

SCHEDULED, PROCESSED, CANCELLED, MISSING = "SCHEDULED", "PROCESSED", "CANCELLED", "MISSING"
LONGEST_WAIT = timedelta(minutes=10)
# A worker that dies in the middle leaves those it had taken to the next one after this.
TAKEN_FOR = timedelta(minutes=2)
LAST_LOOK_AFTER = timedelta(hours=72)
LOOKS_A_ROUND = 50


def follow_due(db: Database, client: SmsWorks) -> int:
    """Read where the scheduled texts that are due stand; how many. Raises SmsWorksError."""
    now = datetime.now(UTC)
    due = looks.claim_schedule_looks(db, now=now, next_look_at=now + TAKEN_FOR, limit=LOOKS_A_ROUND)
    if due:
        listed = {item.item_id: item for item in client.list_scheduled()}
        do_each(
            due,
            lambda call: _follow(
                db, client, call, listed.get(call.message_id or call.provider_batch_id or "")
            ),
            put_off=lambda call: looks.look_at(db, call, datetime.now(UTC) + TAKEN_FOR),
        )
    return len(due)


def cancel(db: Database, client: SmsWorks, call: Call) -> None:
    """Cancel a scheduled text, or a scheduled part of a batch.

    Raises Refused when it was too late, OutcomeUnknown when nobody knows: then it is looked up at once.
    """
    try:
        if call.operation.is_batch:
            client.cancel_scheduled_batch(batch_id=call.provider_batch_id or "")
        else:
            client.cancel_scheduled_message(message_id=call.message_id or "")
    except OutcomeUnknown:
        looks.look_at(db, call, datetime.now(UTC))
        raise
    looks.record_schedule_status(db, call, CANCELLED, now=datetime.now(UTC), next_look_at=None)


def _provider_id(call: Call) -> str:
    return call.message_id or call.provider_batch_id or ""


def _follow(db: Database, client: SmsWorks, call: Call, item: ScheduledItem | None) -> None:
    now = datetime.now(UTC)
    status = item.status if item else call.schedule_status or SCHEDULED
    if status != CANCELLED and call.goes_at <= now and _take_messages(db, client, call):
        # A batch goes on being read until all its texts have come to an end.
        next_look_at = now if call.operation.is_batch else None
        looks.record_schedule_status(db, call, PROCESSED, now=now, next_look_at=next_look_at)
    elif status != CANCELLED and now - call.goes_at > LAST_LOOK_AFTER:
        looks.record_schedule_status(db, call, MISSING, now=now, next_look_at=None)
    else:
        next_look_at = None if status == CANCELLED else _next_look(call, now)
        looks.record_schedule_status(db, call, status, now=now, next_look_at=next_look_at)


def _take_messages(db: Database, client: SmsWorks, call: Call) -> bool:
    """The message may have another id than the schedule had, so it is looked for like a lost one."""
    if call.operation.is_batch:
        return follow_batch(db, client, call)
    found = find_message(db, client, call, since=call.goes_at).message
    if found is not None:
        record_message(db, found, outbox_id=call.id)
    return found is not None


def _next_look(call: Call, now: datetime) -> datetime:
    if now < call.goes_at:
        return min(call.goes_at + timedelta(seconds=1), now + LONGEST_WAIT)
    return now + min(max((now - call.goes_at) / 4, timedelta(seconds=2)), LONGEST_WAIT)
