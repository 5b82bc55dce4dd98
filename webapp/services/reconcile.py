"""Finding out what became of a call whose outcome is unknown. It is looked up, never sent again blindly.

Found: its id is adopted. Certainly absent: it goes back to the queue. Doubtful: a person decides.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from webapp.services.calls_of_draft import GIVE_UP_AFTER, REF_KEY
from webapp.services.sync_messages import record_message
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import Message, MessageQuery, OutboundMessage, ScheduledItem
from webapp.store import calls, outbox
from webapp.store.calls import Call, Operation, OutboxState
from webapp.store.connection import transaction

LOOKS_BEFORE_ABSENT = 3
MOST_ATTEMPTS = 3
LOOKS_A_ROUND = 10
LONGEST_PAUSE_SECONDS = 60
# The provider's clock and ours may differ by this much before a search by time misses the text.
CLOCK_TOLERANCE = timedelta(minutes=10)
# Another text proves that the log has caught up only if it is clearly newer than the attempt.
CLEARLY_NEWER = timedelta(seconds=60)


class Finding(StrEnum):
    FOUND = "found"
    ABSENT = "absent"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the provider's log showed; `caught_up` means that its silence can be believed."""

    finding: Finding
    message: Message | None = None
    scheduled: ScheduledItem | None = None
    caught_up: bool = False
    reason: str = ""


def reconcile_due(db: Database, client: SmsWorks, *, settle_seconds: float) -> int:
    """Look up the unknown calls that are due; how many. Raises SmsWorksError if the provider cannot say."""
    now = datetime.now(UTC)
    outbox.expire_leases(db, now=now)
    due = outbox.claim_looks(
        db, now=now, next_look_at=now + _time_between_looks(settle_seconds), limit=LOOKS_A_ROUND
    )
    for call in due:
        reconcile(db, client, call, settle_seconds=settle_seconds)
    return len(due)


def reconcile(db: Database, client: SmsWorks, call: Call, *, settle_seconds: float) -> Finding:
    """Look one unknown call up and act on what is found. Raises SmsWorksError if the provider cannot say."""
    seen = look(db, client, call)
    if seen.finding is Finding.FOUND:
        _adopt(db, call, seen)
    elif seen.finding is Finding.DOUBTFUL:
        outbox.ask_person(db, call, now=datetime.now(UTC), reason=seen.reason)
    else:
        _record_absent(db, call, caught_up=seen.caught_up, settle_seconds=settle_seconds)
    return seen.finding


def decide(db: Database, call: Call, decision: str) -> bool:
    """End an unknown outcome by a person's word: "send" or "forget".

    False if it is settled, or still being looked up: only what looking could not settle is for a person.
    """
    now = datetime.now(UTC)
    if call.state is not OutboxState.UNKNOWN or call.needs_person is None:
        return False
    if decision == "send" and can_go_now(call):
        with transaction(db):
            outbox.extend_give_up(db, call.id, give_up_at=now + GIVE_UP_AFTER)
            return outbox.return_to_queue(db, call, now=now, next_attempt_at=now, event="sent_again")
    if decision == "forget":
        message = (
            "Closed by a member of staff without knowing whether it was sent. It will not be sent again."
        )
        return outbox.record_refused(
            db, call, now=now, error_code=calls.FORGOTTEN, error_message=message, event="closed"
        )
    return False


def can_go_now(call: Call) -> bool:
    """Whether repeating the call still does what was meant: a time that has passed cannot be scheduled."""
    return call.operation is not Operation.SCHEDULE_MESSAGE or call.goes_at > datetime.now(UTC)


def look(db: Database, client: SmsWorks, call: Call) -> Look:
    """Search the provider for the text of one call."""
    # Asked first: only a log that had caught up before the search makes its silence mean absence.
    caught_up = _has_caught_up(client, call)
    found = find_message(db, client, call)
    if found.finding is Finding.ABSENT and call.operation is Operation.SCHEDULE_MESSAGE:
        found = _look_among_scheduled(db, client, call)
    return replace(found, caught_up=caught_up)


def find_message(db: Database, client: SmsWorks, call: Call) -> Look:
    """The one message in the provider's log that a call became."""
    found = list({message.message_id: message for message in _candidates(client, call)}.values())
    certain = [message for message in found if _carries_reference(message, call)]
    if len(certain) == 1:
        return Look(Finding.FOUND, message=certain[0])
    alike = certain or _unmarked_likenesses(db, call, found)
    if not alike:
        return Look(Finding.ABSENT)
    if len(alike) == 1:
        return Look(Finding.FOUND, message=alike[0])
    return Look(Finding.DOUBTFUL, reason="The provider has this text more than once.")


def _has_caught_up(client: SmsWorks, call: Call) -> bool:
    """True if the log holds an outbound text clearly newer than the attempt, by our clock and by its."""
    ended_at = call.unknown_at or call.created_at
    if datetime.now(UTC) - ended_at < CLEARLY_NEWER:
        return False
    newer_than = ended_at + CLEARLY_NEWER + timedelta(seconds=client.clock_skew_seconds or 0)
    newer = client.search_messages(query=MessageQuery(created_from=newer_than, limit=20))
    return any(message.status != "INCOMING" for message in newer)


def _candidates(client: SmsWorks, call: Call) -> tuple[Message, ...]:
    """Messages that carry our reference, or else those to the same number since the attempt."""
    by_reference = client.search_messages(query=MessageQuery(metadata={REF_KEY: call.ref}))
    if any(_carries_reference(message, call) for message in by_reference):
        return by_reference
    since = (call.in_flight_at or call.created_at) - CLOCK_TOLERANCE
    return client.search_messages(
        query=MessageQuery(destination=call.destination, created_from=since, limit=1000)
    )


def _carries_reference(message: Message, call: Call) -> bool:
    return message.metadata.get(REF_KEY) == call.ref


def _unmarked_likenesses(db: Database, call: Call, found: list[Message]) -> list[Message]:
    """The provider may leave metadata out of its replies: then number, sender and text must agree,
    and the message must not be known to be another call's."""
    sent = OutboundMessage.from_wire(call.payload)
    wanted = (sent.sender, call.destination, sent.content)
    alike = [
        message
        for message in found
        if not message.metadata and (message.sender, message.destination, message.content) == wanted
    ]
    taken = calls.ids_of_other_calls(db, call, {message.message_id for message in alike})
    return [message for message in alike if message.message_id not in taken]


def _look_among_scheduled(db: Database, client: SmsWorks, call: Call) -> Look:
    """The scheduled list carries no reference: number, sender, text and time must all agree."""
    alike = [item for item in client.list_scheduled() if _is_the_scheduled(item, call)]
    taken = calls.ids_of_other_calls(db, call, {item.item_id for item in alike})
    free = [item for item in alike if item.item_id not in taken]
    if len(free) > 1:
        return Look(Finding.DOUBTFUL, reason="The provider has this text scheduled more than once.")
    return Look(Finding.FOUND, scheduled=free[0]) if free else Look(Finding.ABSENT)


def _is_the_scheduled(item: ScheduledItem, call: Call) -> bool:
    sent = OutboundMessage.from_wire(call.payload)
    if item.is_batch or item.scheduled_at is None or sent.scheduled_at is None:
        return False
    same_time = abs(item.scheduled_at - sent.scheduled_at) < timedelta(minutes=1)
    same_text = (item.sender, item.content) == (sent.sender, sent.content)
    return same_time and same_text and item.destinations == (call.destination,)


def _adopt(db: Database, call: Call, seen: Look) -> None:
    now = datetime.now(UTC)
    with transaction(db):
        if seen.message is not None:
            outbox.record_accepted(
                db, call, now=now, message_id=seen.message.message_id, credits_used=None, event="found"
            )
            record_message(db, seen.message, outbox_id=call.id)
        elif seen.scheduled is not None:
            outbox.record_accepted(
                db,
                call,
                now=now,
                message_id=seen.scheduled.item_id,
                credits_used=None,
                schedule_status=seen.scheduled.status,
                event="found",
            )


def _record_absent(db: Database, call: Call, *, caught_up: bool, settle_seconds: float) -> None:
    now = datetime.now(UTC)
    if not caught_up and not _has_settled(call, now=now, settle_seconds=settle_seconds):
        pause = min(_time_between_looks(settle_seconds), timedelta(seconds=2**call.looks))
        outbox.record_look(db, call, next_look_at=now + pause)
    elif call.attempts >= MOST_ATTEMPTS:
        reason = f"It was tried {call.attempts} times, and each time the reply was lost."
        outbox.ask_person(db, call, now=now, reason=reason)
    elif now >= call.give_up_at:
        reason = "The provider does not have it, and the time in which it should have gone is over."
        outbox.ask_person(db, call, now=now, reason=reason)
    else:
        outbox.return_to_queue(db, call, now=now, next_attempt_at=now, event="absent")


def _has_settled(call: Call, *, now: datetime, settle_seconds: float) -> bool:
    waited = call.unknown_at is not None and now - call.unknown_at >= timedelta(seconds=settle_seconds)
    return waited and call.looks + 1 >= LOOKS_BEFORE_ABSENT


def _time_between_looks(settle_seconds: float) -> timedelta:
    return timedelta(seconds=min(max(settle_seconds / LOOKS_BEFORE_ABSENT, 1), LONGEST_PAUSE_SECONDS))
