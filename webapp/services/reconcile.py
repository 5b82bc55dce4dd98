"""Finding out what became of a call whose outcome is unknown. It is looked up, never sent again blindly.

Found: its id is adopted. Certainly absent: it goes back to the queue. Doubtful: a person decides. How a
text is recognised at the provider stands in `recognise`.
"""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.services.calls_of_draft import GIVE_UP_AFTER
from webapp.services.findings import Finding, Look
from webapp.services.recognise import find_in_log, look
from webapp.services.rounds import do_each
from webapp.services.sync_messages import record_message
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import Refused
from webapp.store import calls, looks, outbox
from webapp.store.calls import Call, OutboxState
from webapp.store.connection import transaction

LOOKS_BEFORE_ABSENT = 3
MOST_ATTEMPTS = 3
LOOKS_A_ROUND = 10
LONGEST_PAUSE_SECONDS = 60
PAUSE_WHEN_PUT_OFF = timedelta(seconds=5)
# While a person is asked, the text may still turn up: looked for ever more rarely, and no longer than this.
LOOK_WHILE_ASKING = timedelta(hours=72)
LONGEST_PAUSE_WHILE_ASKING = timedelta(hours=1)


def reconcile_due(db: Database, client: SmsWorks, *, settle_seconds: float) -> int:
    """Look up the unknown calls that are due; how many. Raises SmsWorksError if nobody can be asked."""
    now = datetime.now(UTC)
    outbox.expire_leases(db, now=now)
    due = looks.claim_looks(
        db, now=now, next_look_at=now + _time_between_looks(settle_seconds), limit=LOOKS_A_ROUND
    )
    do_each(
        due,
        lambda call: reconcile(db, client, call, settle_seconds=settle_seconds),
        put_off=lambda call: looks.look_at(db, call, datetime.now(UTC) + _pause_when_put_off(call)),
    )
    return len(due)


def reconcile(db: Database, client: SmsWorks, call: Call, *, settle_seconds: float) -> Finding:
    """Look one unknown call up and act on what is found. Raises SmsWorksError if the provider cannot say."""
    # An answer shows the log as it was when it was asked for, however long it took to come.
    asked_at = datetime.now(UTC)
    try:
        seen = look(db, client, call)
        # Silence is only believed of a log that shows what was sent after the text that is looked for.
        is_settled = _has_settled(call, asked_at, settle_seconds) and (
            seen.finding is not Finding.ABSENT or _shows_later_texts(db, client, call)
        )
    except Refused as refusal:
        if refusal.permanent and _waited(call, asked_at, settle_seconds):
            _ask(db, call, "The provider does not answer the question what became of it.")
        raise
    if seen.finding is Finding.FOUND and not _adopt(db, call, seen):
        seen = Look(Finding.DOUBTFUL, reason="What was found counts as another text of ours.")
    if seen.finding is Finding.FOUND:
        return seen.finding
    if call.wanted_again_at is not None:
        _send_again(db, call)
    elif not is_settled:
        _look_later(db, call, settle_seconds)
    elif seen.finding is Finding.DOUBTFUL:
        _ask(db, call, seen.reason)
    else:
        _record_absent(db, call)
    return seen.finding


def decide(db: Database, call: Call, decision: str) -> bool:
    """End an unknown outcome by a person's word: "send" (after one more look) or "forget".

    False if it is settled, or still being looked up: only what looking could not settle is for a person.
    """
    now = datetime.now(UTC)
    if call.state is not OutboxState.UNKNOWN or call.needs_person is None:
        return False
    if decision == "send" and can_go_now(call):
        return outbox.want_again(db, call, now=now, give_up_at=now + GIVE_UP_AFTER)
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
    return not call.operation.is_scheduled or call.goes_at > datetime.now(UTC)


def _adopt(db: Database, call: Call, seen: Look) -> bool:
    """False if what was found is known to be another call's."""
    now = datetime.now(UTC)
    with transaction(db):
        # Asked again under the lock: another worker may have adopted it for a like text since the look.
        if looks.ids_of_other_calls(db, call, {seen.provider_id}):
            return False
        outbox.record_accepted(
            db,
            call,
            now=now,
            message_id=None if call.operation.is_batch else seen.provider_id,
            provider_batch_id=seen.provider_id if call.operation.is_batch else None,
            schedule_status=seen.scheduled.status if seen.scheduled else None,
            event="found",
        )
        if seen.message is not None:
            record_message(db, seen.message, outbox_id=call.id)
        return True


def _send_again(db: Database, call: Call) -> None:
    now = datetime.now(UTC)
    outbox.return_to_queue(db, call, now=now, next_attempt_at=now, event="sent_again")


def _look_later(db: Database, call: Call, settle_seconds: float) -> None:
    if call.needs_person:
        looks.look_at(db, call, datetime.now(UTC) + _pause_when_put_off(call))
        return
    pause = min(_time_between_looks(settle_seconds), timedelta(seconds=2**call.looks))
    looks.record_look(db, call, next_look_at=datetime.now(UTC) + pause)


def _record_absent(db: Database, call: Call) -> None:
    now = datetime.now(UTC)
    if call.attempts >= MOST_ATTEMPTS:
        _ask(db, call, f"It was tried {call.attempts} times, and each time the reply was lost.")
    elif now >= call.give_up_at:
        _ask(db, call, "The provider does not have it, and the time in which it should have gone is over.")
    else:
        outbox.return_to_queue(db, call, now=now, next_attempt_at=now, event="absent")


def _ask(db: Database, call: Call, reason: str) -> None:
    now = datetime.now(UTC)
    waited = now - (call.unknown_at or now)
    next_look_at = None if waited > LOOK_WHILE_ASKING else now + _pause_when_put_off(call)
    outbox.ask_person(db, call, now=now, reason=reason, next_look_at=next_look_at)


def _shows_later_texts(db: Database, client: SmsWorks, call: Call) -> bool:
    """Whether the log has got as far as the first of our texts that went after this one was lost."""
    later = looks.first_sent_after(db, call)
    return later is None or find_in_log(client, later) is not None


def _has_settled(call: Call, asked_at: datetime, settle_seconds: float) -> bool:
    return _waited(call, asked_at, settle_seconds) and call.looks + 1 >= LOOKS_BEFORE_ABSENT


def _waited(call: Call, asked_at: datetime, settle_seconds: float) -> bool:
    return call.unknown_at is not None and asked_at - call.unknown_at >= timedelta(seconds=settle_seconds)


def _pause_when_put_off(call: Call) -> timedelta:
    """Longer, the longer a person has been asked already."""
    if not call.needs_person or call.unknown_at is None:
        return PAUSE_WHEN_PUT_OFF
    return min((datetime.now(UTC) - call.unknown_at) / 4, LONGEST_PAUSE_WHILE_ASKING)


def _time_between_looks(settle_seconds: float) -> timedelta:
    return timedelta(seconds=min(max(settle_seconds / LOOKS_BEFORE_ABSENT, 1), LONGEST_PAUSE_SECONDS))
