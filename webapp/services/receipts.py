"""What the provider's answer to an attempt means for the call, and for the record."""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.services import optouts
from webapp.services.batches import calls as batch_calls
from webapp.services.sync_messages import first_report
from webapp.smsworks.errors import RateLimited, Refused, Unreachable
from webapp.smsworks.models import BatchReceipt, ScheduleReceipt, SendReceipt
from webapp.store import calls, messages, outbox, readings
from webapp.store.calls import Call
from webapp.store.connection import transaction

FIRST_RETRY_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 120.0

Receipt = SendReceipt | ScheduleReceipt | BatchReceipt


def record_receipt(db: Database, call: Call, receipt: Receipt) -> None:
    """Take the provider's yes into the outbox and the record, in one transaction."""
    now = datetime.now(UTC)
    scheduled = call.operation.is_scheduled
    batch_id = receipt.batch_id if isinstance(receipt, BatchReceipt) else None
    message_id = None if isinstance(receipt, BatchReceipt) else receipt.message_id
    with transaction(db):
        recorded = outbox.record_accepted(
            db,
            call,
            now=now,
            message_id=message_id,
            provider_batch_id=batch_id,
            credits_used=receipt.credits_used if isinstance(receipt, SendReceipt) else None,
            schedule_status="SCHEDULED" if scheduled else None,
            event="scheduled" if scheduled else "accepted",
        )
        if not recorded:
            _record_second_yes(db, call, message_id or batch_id or "", now=now)
        if not recorded or not isinstance(receipt, SendReceipt):
            return
        if receipt.credits_left is not None:
            readings.record_credits(db, receipt.credits_left, now=now)
        report = first_report(call, receipt, now=now)
        messages.record_report(
            db,
            report,
            now=now,
            next_check_at=now,
            outbox_id=call.id,
            expected_credits=call.estimated_credits,
        )


def _record_second_yes(db: Database, call: Call, provider_id: str, *, now: datetime) -> None:
    """A yes to an attempt given up for lost: the text went twice, and the record has to say so."""
    other = calls.get_call(db, call.id)
    if other is not None and provider_id not in (other.message_id, other.provider_batch_id):
        outbox.add_event(db, call.id, "accepted_twice", now=now, detail=f"Its id is {provider_id}.")


def record_nobody_left(db: Database, call: Call) -> None:
    outbox.record_refused(
        db,
        call,
        now=datetime.now(UTC),
        error_code=optouts.OPTED_OUT,
        error_message="Skipped: everybody in this part had opted out. Nothing was sent or charged.",
    )


def record_not_sent(db: Database, call: Call, error: Unreachable | RateLimited) -> None:
    now = datetime.now(UTC)
    wait = min(FIRST_RETRY_SECONDS * 2 ** (call.attempts - 1), LONGEST_RETRY_SECONDS)
    if isinstance(error, RateLimited) and error.retry_after is not None:
        wait = max(wait, error.retry_after)
    event = "rate_limited" if isinstance(error, RateLimited) else "unreachable"
    outbox.return_to_queue(
        db,
        call,
        now=now,
        next_attempt_at=now + timedelta(seconds=wait),
        event=event,
        detail=error.user_message,
    )


def record_refused(db: Database, call: Call, error: Refused) -> None:
    if call.batch_id is not None and batch_calls.can_go_on_without(db, call, error):
        now = datetime.now(UTC)
        outbox.return_to_queue(
            db, call, now=now, next_attempt_at=now, event="returned", detail=error.user_message
        )
        return
    outbox.record_refused(
        db, call, now=datetime.now(UTC), error_code=error.code, error_message=error.user_message
    )
