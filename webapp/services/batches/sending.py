"""Sending a list: confirmed once, in parts, with a hand on it all the time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.words import format_credits
from webapp.services import follow_scheduled, rules
from webapp.services.batches.calls import new_calls, operation_for
from webapp.services.calls_of_draft import GIVE_UP_AFTER
from webapp.services.follow_scheduled import SCHEDULED
from webapp.services.refusals import NeedsApproval
from webapp.services.send import SAME_TEXT_WINDOW, CannotBeSent, DraftChanged, Pace, dispatch
from webapp.services.sync_credits import refresh_credits
from webapp.services.yes import Yes
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import OutcomeUnknown, Refused, SmsWorksError
from webapp.store import batch_changes, batches, calls, looks, outbox, readings, senders
from webapp.store.batches import Batch, BatchState
from webapp.store.calls import Call, Operation, OutboxState
from webapp.store.connection import transaction

MOST_SCHEDULED_SINGLY = 500
"""How many personal texts the provider is asked to schedule one by one."""
BALANCE_MAX_AGE = timedelta(seconds=10)
UNREACHABLE_TOO_LONG = (
    "The provider could not be reached for an hour. What has not gone waits; resume when it is back."
)


class SameBatchToday(Exception):
    """The same words went to the same list within a day, and nobody has said to send them again."""

    def __init__(self, other: Batch) -> None:
        self.other = other
        super().__init__(other.ref)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Numbers of texts: kept from going, already gone, those nobody knows about yet, and those for which
    the provider could not be asked, so that they are still scheduled."""

    cancelled: int
    too_late: int
    unknown: int
    not_asked: int


def confirm(db: Database, batch: Batch, yes: Yes, *, timezone: ZoneInfo, is_approved: bool = False) -> bool:
    """Put a list into the outbox, once; False if it had been confirmed before.

    Raises DraftChanged, CannotBeSent, NeedsApproval unless `is_approved`, SameBatchToday unless it may be
    sent again, or InQuietHours unless it may go then.
    """
    now = datetime.now(UTC)
    with transaction(db):
        goes_at = batch.text.scheduled_at or now
        is_first = yes.version == batch.version and batch_changes.confirm_batch(
            db, batch, user_id=yes.user_id, now=now, goes_at=goes_at
        )
        if not is_first:
            stored = batches.get_batch(db, batch.id)
            if stored is None or stored.confirmed_at is None:
                raise DraftChanged
            return False
        refuse(db, batch, yes, timezone=timezone)
        if not is_approved and rules.approval_above(db, valid_rows(batch)) is not None:
            raise NeedsApproval
        for call in new_calls(db, batch, user_id=yes.user_id, now=now):
            outbox.enqueue(db, call, now=now)
    return True


def refuse(db: Database, batch: Batch, yes: Yes, *, timezone: ZoneInfo) -> None:
    """Raises CannotBeSent, SameBatchToday or InQuietHours, as `confirm` does."""
    if message := obstacle(db, batch, timezone):
        raise CannotBeSent(message)
    if not yes.send_again and (other := same_batch(db, batch)):
        raise SameBatchToday(other)
    if not yes.in_quiet_hours:
        rules.refuse_quiet_hours(db, batch.text.scheduled_at, timezone)


def obstacle(db: Database, batch: Batch, timezone: ZoneInfo) -> str | None:
    """What keeps its author from sending a batch as it is, in words; None if nothing does."""
    at = batch.text.scheduled_at
    if not valid_rows(batch):
        return "Nobody on this list can get the text. Go back and put the list right."
    if at is not None and at <= datetime.now(UTC):
        return "The time chosen for this text has passed. Go back and choose another."
    if batch.text.sender not in senders.list_senders(db):
        return "The sender of this text is no longer on the list. Go back and choose another."
    singly = operation_for(batch.text) is Operation.SCHEDULE_MESSAGE
    if singly and valid_rows(batch) > MOST_SCHEDULED_SINGLY:
        return (
            f"The provider schedules personal texts one by one, so up to {MOST_SCHEDULED_SINGLY} at a time. "
            "Go back and let Textdesk hold them until their time."
        )
    return _missing_credits(db, batch) or rules.over_daily_limit(
        db, user_id=batch.author_id, credits=total_credits(batch), timezone=timezone
    )


def total_credits(batch: Batch) -> Decimal:
    """What a batch costs as it was counted; an estimate until the provider has charged."""
    return Decimal(batch.tally.get("credits", "0"))


def _missing_credits(db: Database, batch: Batch) -> str | None:
    balance, cost = readings.last_credits(db), total_credits(batch)
    if balance is None or cost <= balance.credits:
        return None
    have, missing = format_credits(balance.credits), format_credits(cost - balance.credits)
    return (
        f"This needs {format_credits(cost)} credits and there are {have}: {missing} are missing. "
        "Buy credits, or send to fewer people."
    )


def valid_rows(batch: Batch) -> int:
    """How many people get the text."""
    return int(batch.tally.get("counts", {}).get("valid", 0))


def same_batch(db: Database, batch: Batch) -> Batch | None:
    """Another batch that brings the same words to the same list within a day of when this one would go."""
    goes_at = batch.text.scheduled_at or datetime.now(UTC)
    return batches.find_same(db, batch, after=goes_at - SAME_TEXT_WINDOW, before=goes_at + SAME_TEXT_WINDOW)


def pause(db: Database, batch: Batch) -> bool:
    """Begin no more calls; one that is under way is finished. False if it is not being sent."""
    now = datetime.now(UTC)
    return batch_changes.move(db, batch, BatchState.PAUSED, from_states=(BatchState.SENDING,), now=now)


def resume(db: Database, batch: Batch) -> bool:
    """Go on where it was paused; what waits gets its time again. False if it is not paused."""
    now = datetime.now(UTC)
    with transaction(db):
        outbox.extend_batch(db, batch.id, now=now, give_up_at=now + GIVE_UP_AFTER)
        return batch_changes.move(db, batch, BatchState.SENDING, from_states=(BatchState.PAUSED,), now=now)


def stop(db: Database, batch: Batch) -> int:
    """Send nothing more; how many texts will not go. What has been handed over goes on."""
    now = datetime.now(UTC)
    with transaction(db):
        stopped = batch_changes.move(
            db, batch, BatchState.STOPPED, from_states=(BatchState.SENDING, BatchState.PAUSED), now=now
        )
        return outbox.withdraw_batch(db, batch.id, now=now) if stopped else 0


def cancel(db: Database, client: SmsWorks, batch: Batch) -> Cancellation:
    """Keep a scheduled batch from going, here and at the provider; the truth about each part of it."""
    kept = stop(db, batch)
    looks.want_cancelled(db, batch.id)
    too_late = unknown = not_asked = 0
    for call in calls.list_of_batch(db, batch.id):
        if call.schedule_status != SCHEDULED:
            continue
        try:
            follow_scheduled.cancel(db, client, call)
        except Refused:
            too_late += call.message_count
        except OutcomeUnknown:
            unknown += call.message_count
        except SmsWorksError:
            not_asked += call.message_count
        else:
            kept += call.message_count
    return Cancellation(kept, too_late, unknown, not_asked)


def dispatch_part(db: Database, client: SmsWorks, call: Call, *, pace: Pace) -> Call | None:
    """Attempt one part of a batch, unless the balance does not reach: then the batch is paused."""
    batch = batches.get_batch(db, call.batch_id or 0)
    if batch is None or _paused_for_credits(db, client, batch, call):
        return None
    return dispatch(db, client, call.id, pace=pace)


def _paused_for_credits(db: Database, client: SmsWorks, batch: Batch, call: Call) -> bool:
    try:
        # Asked anew each time: the part before this one has just been paid from it.
        balance = refresh_credits(db, client, max_age=timedelta()).credits
    except SmsWorksError:
        return False  # The call itself will find out.
    missing = call.estimated_credits - balance
    if missing <= 0:
        return False
    problem = (
        f"The next part needs {format_credits(call.estimated_credits)} credits and there are "
        f"{format_credits(balance)}: {format_credits(missing)} are missing. Buy credits, then resume."
    )
    return batch_changes.move(
        db,
        batch,
        BatchState.PAUSED,
        from_states=(BatchState.SENDING,),
        now=datetime.now(UTC),
        problem=problem,
    )


def end_finished(db: Database) -> None:
    """Batches of which nothing waits any more are sent; those that wait for too long are paused."""
    now = datetime.now(UTC)
    for batch_id in calls.overdue_batches(db, now=now):
        if batch := batches.get_batch(db, batch_id):
            batch_changes.move(
                db,
                batch,
                BatchState.PAUSED,
                from_states=(BatchState.SENDING,),
                now=now,
                problem=UNREACHABLE_TOO_LONG,
            )
    for batch in batches.list_in_state(db, BatchState.SENDING):
        waiting = {OutboxState.QUEUED, OutboxState.IN_FLIGHT, OutboxState.UNKNOWN}
        if not waiting & calls.count_of_batch(db, batch.id).keys():
            batch_changes.move(db, batch, BatchState.SENT, from_states=(BatchState.SENDING,), now=now)
