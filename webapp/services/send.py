"""Sending: from a confirmed draft to the outbox, and from the outbox to the provider. Never twice.

Every path that sends a text goes through `confirm` (or `send_copy`) and `dispatch`.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import monotonic
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.segments import segment_content
from webapp.services import change_scheduled, optouts, rules
from webapp.services.batches import calls as batch_calls
from webapp.services.batches.calls import NobodyLeft
from webapp.services.calls_of_draft import new_call
from webapp.services.prices import last_known_prices
from webapp.services.receipts import (
    Receipt,
    record_nobody_left,
    record_not_sent,
    record_receipt,
    record_refused,
)
from webapp.services.refusals import CannotBeSent as CannotBeSent
from webapp.services.refusals import DraftChanged as DraftChanged
from webapp.services.refusals import PriceChanged as PriceChanged
from webapp.services.refusals import SameTextToday as SameTextToday
from webapp.services.yes import Yes
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import RateLimited, Refused, SmsWorksError, Unreachable
from webapp.smsworks.models import OutboundMessage, ScheduleReceipt, SendReceipt
from webapp.store import calls, drafts, outbox, senders, twins
from webapp.store.calls import Call, Operation, OutboxState, Purpose
from webapp.store.connection import transaction
from webapp.store.drafts import Draft

SAME_TEXT_WINDOW = timedelta(hours=24)
WAITING_PERSON_SECONDS = 8.0

log = logging.getLogger("textdesk.send")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long an attempt may take before its process counts as gone, in seconds; where reports on it go.

    `delivery_report_url` holds a secret, so it is added to the call as it is made and never stored.
    """

    lease_seconds: float
    delivery_report_url: str = ""

    def addressed(self, message: OutboundMessage) -> OutboundMessage:
        return replace(message, delivery_report_url=self.delivery_report_url or None)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The calls a confirmed draft became; `is_first` is false when it had been confirmed before."""

    call_ids: tuple[int, ...]
    is_first: bool


def confirm(
    db: Database,
    draft: Draft,
    yes: Yes,
    *,
    shown_credits: Decimal | None,
    timezone: ZoneInfo,
) -> Confirmation:
    """Put a draft into the outbox, once. `shown_credits` is the cost that was read before saying yes.

    Confirming it again (a double click, a refresh, a second tab) returns the same calls and adds none.
    Raises DraftChanged, CannotBeSent, PriceChanged, SameTextToday unless it may be sent again, or
    InQuietHours unless it may go then.
    """
    now = datetime.now(UTC)
    with transaction(db):
        is_first = yes.version == draft.version and drafts.confirm_draft(
            db, draft.id, version=yes.version, user_id=yes.user_id, now=now
        )
        if is_first:
            if message := obstacle(db, draft, timezone):
                raise CannotBeSent(message)
            if shown_credits != total_credits(db, draft):
                raise PriceChanged
            if not yes.send_again:
                _refuse_same_text(db, draft)
            if not yes.in_quiet_hours:
                rules.refuse_quiet_hours(db, draft.text.scheduled_at, timezone)
            for number in draft.text.numbers:
                new = new_call(db, draft, number, user_id=yes.user_id, now=now)
                outbox.enqueue(db, change_scheduled.in_time(db, draft, new), now=now)
            change_scheduled.begin(db, draft, now=now)
            optouts.skip_all(db, calls.list_for_draft(db, draft.id, purpose=Purpose.SEND), now=now)
        elif not _was_confirmed(db, draft.id):
            raise DraftChanged
        confirmed = calls.list_for_draft(db, draft.id, purpose=Purpose.SEND)
        return Confirmation(tuple(call.id for call in confirmed), is_first)


def total_credits(db: Database, draft: Draft) -> Decimal:
    """What a draft costs at the prices known now; an estimate until the provider has charged."""
    prices = last_known_prices(db, optouts.recipients_of(db, draft)).by_number
    return segment_content(draft.text.content).segments * sum(prices.values(), Decimal(0))


def obstacle(db: Database, draft: Draft, timezone: ZoneInfo) -> str | None:
    """What keeps its author from sending a draft as it is, in words; None if nothing does."""
    at = draft.text.scheduled_at
    if at is not None and at <= datetime.now(UTC):
        return "The time chosen for this text has passed. Go back and choose another."
    if draft.text.sender not in senders.list_senders(db):
        return "The sender of this text is no longer on the list. Go back and choose another."
    return (
        optouts.obstacle(db, draft)
        or change_scheduled.obstacle(db, draft)
        or rules.over_daily_limit(
            db, user_id=draft.author_id, credits=total_credits(db, draft), timezone=timezone
        )
    )


def send_copy(db: Database, draft: Draft, *, mobile: str, user_id: int, timezone: ZoneInfo) -> int:
    """Put a copy for the author's own phone into the outbox: one a version, however often asked.

    Raises CannotBeSent.
    """
    with transaction(db):
        if message := obstacle(db, draft, timezone) or optouts.obstacle_of_copy(db, mobile):
            raise CannotBeSent(message)
        for call in calls.list_for_draft(db, draft.id, purpose=Purpose.COPY):
            if (call.draft_version, call.destination) == (draft.version, mobile):
                return call.id
        now = datetime.now(UTC)
        new = new_call(db, draft, mobile, user_id=user_id, now=now, purpose=Purpose.COPY)
        if message := rules.over_daily_limit(
            db, user_id=user_id, credits=new.estimated_credits, timezone=timezone
        ):
            raise CannotBeSent(message)
        return outbox.enqueue(db, new, now=now)


def same_text_today(db: Database, draft: Draft) -> list[Call]:
    """Calls that bring this text to any of these numbers within a day of when this one would go."""
    goes_at = draft.text.scheduled_at or datetime.now(UTC)
    same = twins.list_same_text(
        db,
        content_hash=drafts.content_hash(draft.text.content),
        destinations=draft.text.numbers,
        after=goes_at - SAME_TEXT_WINDOW,
        before=goes_at + SAME_TEXT_WINDOW,
    )
    replaced = change_scheduled.replaced_call_id(db, draft)
    return [call for call in same if call.id != replaced]


def dispatch_now(db: Database, client: SmsWorks, call_ids: Iterable[int], *, pace: Pace) -> None:
    """Attempt calls while a person waits; what does not fit, or cannot be reached, is left to the worker."""
    deadline = monotonic() + WAITING_PERSON_SECONDS
    for call_id in call_ids:
        if monotonic() >= deadline:
            return
        call = dispatch(db, client, call_id, pace=pace)
        if call is not None and call.state is OutboxState.QUEUED:
            return


def dispatch(db: Database, client: SmsWorks, call_id: int, *, pace: Pace) -> Call | None:
    """Attempt one call of the outbox; the call as it is afterwards, or None if it was not there to be had.

    The attempt is on disk before the first byte leaves. What the provider certainly did ends it; anything
    else leaves it unknown, and unknown is never sent again before it has been looked up.
    """
    with transaction(db):
        # The lease begins when it is our turn to write, however long that took.
        now = datetime.now(UTC)
        lease_until = now + timedelta(seconds=pace.lease_seconds)
        call = outbox.claim(db, call_id, now=now, lease_until=lease_until)
        if call is not None and (
            optouts.skip_all(db, [call], now=now) or change_scheduled.hold_back(db, call, now=now)
        ):
            return calls.get_call(db, call_id)
    if call is None:
        return None
    try:
        # Held up past its lease, the attempt may have been taken for lost and made again: it must not begin.
        receipt = _attempt(db, client, call, pace=pace, begin_by=lease_until)
    except NobodyLeft:
        record_nobody_left(db, call)
    except (Unreachable, RateLimited) as error:
        record_not_sent(db, call, error)
    except Refused as error:
        record_refused(db, call, error)
    except SmsWorksError as error:
        outbox.record_unknown(db, call, now=datetime.now(UTC), detail=error.user_message)
    except Exception:
        # A fault of ours after the claim: bytes may have left, so it is treated like a lost reply.
        log.exception("dispatch failed", extra={"call_id": call.id})
        outbox.record_unknown(db, call, now=datetime.now(UTC), detail="the program failed in the middle")
    else:
        record_receipt(db, call, receipt)
    return calls.get_call(db, call_id)


def _attempt(db: Database, client: SmsWorks, call: Call, *, pace: Pace, begin_by: datetime) -> Receipt:
    if call.operation.is_batch:
        return batch_calls.attempt(db, client, call, begin_by, report_url=pace.delivery_report_url)
    message = pace.addressed(OutboundMessage.from_wire(call.payload))
    return _OPERATION_METHODS[call.operation](client, message, begin_by)


_OPERATION_METHODS: Mapping[
    Operation, Callable[[SmsWorks, OutboundMessage, datetime], SendReceipt | ScheduleReceipt]
] = {
    Operation.SEND_MESSAGE: lambda client, message, by: client.send_message(message=message, begin_by=by),
    Operation.SEND_FLASH: lambda client, message, by: client.send_flash(message=message, begin_by=by),
    Operation.SCHEDULE_MESSAGE: lambda client, message, by: client.schedule_message(
        message=message, begin_by=by
    ),
}


def give_up_overdue(db: Database) -> None:
    """End queued calls that could not be made in time: a reminder must not arrive in the night."""
    now = datetime.now(UTC)
    for call in calls.list_overdue(db, now=now):
        outbox.record_refused(
            db,
            call,
            now=now,
            error_code="gave_up",
            error_message="The provider could not be reached in time, so we stopped trying. "
            "Nothing was sent or charged.",
        )


def withdraw(db: Database, call: Call) -> bool:
    """Stop trying to send a queued call; False if it is too late for that."""
    if call.state is not OutboxState.QUEUED:
        return False
    return outbox.record_refused(
        db,
        call,
        now=datetime.now(UTC),
        error_code="withdrawn",
        error_message="Stopped before it was sent. Nothing was charged.",
    )


def _refuse_same_text(db: Database, draft: Draft) -> None:
    if same := same_text_today(db, draft):
        raise SameTextToday(tuple(sorted({call.destination for call in same})))


def _was_confirmed(db: Database, draft_id: str) -> bool:
    stored = drafts.get_draft(db, draft_id)
    return bool(stored and stored.confirmed_at)
