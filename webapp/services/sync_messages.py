"""Keeping the record of messages true: statuses are read again until they are final."""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.messaging.status import MessageStatus, is_final
from webapp.services.intake import take_inbound
from webapp.services.prices import expected_credits
from webapp.services.reports import to_report
from webapp.services.rounds import do_each
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import NotFound
from webapp.smsworks.models import Message, SendReceipt
from webapp.store import messages
from webapp.store.calls import Call
from webapp.store.messages import MessageReport, StoredMessage

# Seconds after which a status is read again: often while someone watches, then ever more rarely.
CHECK_AFTER_SECONDS = (1, 1, 2, 2, 3, 5, 8, 15, 30, 60, 120, 300, 600, 1800)
# After three days the provider sends no more reports: charged, and presumed delivered.
LAST_CHECK_AFTER = timedelta(hours=72)
CHECKS_A_ROUND = 20
# A worker that dies in the middle leaves those it had taken to the next one after this.
TAKEN_FOR = timedelta(minutes=1)


def refresh_statuses(db: Database, client: SmsWorks) -> int:
    """Read the statuses that are due, at most twenty; how many were due.

    Raises SmsWorksError when the provider does not answer: the rest waits for the next round.
    """
    now = datetime.now(UTC)
    due = messages.claim_checks(db, now=now, next_check_at=now + TAKEN_FOR, limit=CHECKS_A_ROUND)
    do_each(
        due,
        lambda message: refresh_message(db, client, message),
        put_off=lambda message: messages.put_off_check(db, message.id, next_check_at=_next_check(message)),
    )
    return len(due)


def refresh_message(db: Database, client: SmsWorks, message: StoredMessage) -> None:
    """Ask the provider what became of one message, now."""
    try:
        found = client.get_message(message_id=message.report.message_id)
    except NotFound:
        messages.put_off_check(db, message.id, next_check_at=_next_check(message))
        return
    record_message(db, found, checks=message.checks + 1, fallback=message.report)


def record_message(
    db: Database,
    found: Message,
    *,
    checks: int = 0,
    fallback: MessageReport | None = None,
    outbox_id: int | None = None,
    is_followed: bool = True,
) -> int:
    """Take a message from the provider into the record; its row id. One that came in goes to the inbox.

    Unless `is_followed`, its status is not asked for by itself: those of a batch are read together.
    """
    now = datetime.now(UTC)
    if found.status.upper() == MessageStatus.INCOMING:
        return take_inbound(db, found, now=now).row_id
    report = to_report(found, now=now, fallback=fallback)
    is_due = is_followed and not is_final(report.status)
    next_check_at = _check_after(checks, report.created_at) if is_due else None
    return messages.record_report(
        db,
        report,
        now=now,
        next_check_at=next_check_at,
        outbox_id=outbox_id,
        expected_credits=expected_credits(db, content=report.content, destination=report.destination),
    )


def first_report(call: Call, receipt: SendReceipt, *, now: datetime) -> MessageReport:
    """What is known of a message the moment it was accepted."""
    return MessageReport(
        message_id=receipt.message_id,
        status=receipt.status or "SENT",
        sender=str(call.payload.get("sender", "")),
        destination=call.destination,
        content=str(call.payload.get("content", "")),
        created_at=now,
        tag=call.payload.get("tag"),
        credits=receipt.credits_used,
        raw=receipt.raw,
    )


def _next_check(message: StoredMessage) -> datetime | None:
    return _check_after(message.checks + 1, message.report.created_at)


def _check_after(checks: int, created_at: datetime) -> datetime | None:
    now = datetime.now(UTC)
    if now - created_at > LAST_CHECK_AFTER:
        return None
    return now + timedelta(seconds=CHECK_AFTER_SECONDS[min(checks, len(CHECK_AFTER_SECONDS) - 1)])
