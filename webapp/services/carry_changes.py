"""Carrying out changes of scheduled texts, step by step from the record: whoever is killed, another goes on.

Nothing is done to the old text before the provider has taken the new one. What becomes of each step is read
from the provider's own list (`cancel_scheduled`), so a step that was done already may be done again.
"""

import logging
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.services.cancel_scheduled import Cancelled, cancel
from webapp.services.follow_scheduled import CANCELLED, LAST_LOOK_AFTER, MISSING, PROCESSED
from webapp.services.scheduled import Entry, find_entry
from webapp.smsworks.client import SmsWorks
from webapp.store import calls, changes, messages, outbox
from webapp.store.calls import Call, OutboxState, Purpose
from webapp.store.changes import Change, ChangeState
from webapp.store.connection import transaction

STEPS_A_ROUND = 20
# A worker that dies in the middle leaves what it had taken to the next one after this.
TAKEN_FOR = timedelta(seconds=15)
PAUSE_FOR_NEW = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=1)
# Near the time of the old text every second counts.
NEAR = timedelta(minutes=10)
LONGEST_PAUSE_NEAR = timedelta(seconds=5)

_DEAD = (Cancelled.YES, Cancelled.ALREADY)

_EVENTS_OF_NEW = {
    ChangeState.DONE: "took_its_place",
    ChangeState.OLD_WENT: "old_one_went",
    ChangeState.BOTH_WENT: "both_went",
    ChangeState.NOT_TAKEN: "old_one_stays",
    ChangeState.NEW_CANCELLED: "old_one_stays",
    ChangeState.OLD_GONE: "old_one_not_listed",
}

log = logging.getLogger("textdesk.changes")


def carry_on_due(db: Database, client: SmsWorks) -> int:
    """Go on with every change that is due; how many there were. One that fails holds up no other."""
    for step in range(STEPS_A_ROUND):
        now = datetime.now(UTC)
        # One at a time: a worker that is killed holds up no other change.
        change = changes.claim_due(db, now=now, next_step_at=now + TAKEN_FOR)
        if change is None:
            return step
        try:
            carry_on(db, client, change)
        except Exception:
            log.exception("a change could not be gone on with")
    return STEPS_A_ROUND


def carry_on_now(db: Database, client: SmsWorks, draft_id: str) -> None:
    """The first steps of a change, while the person who confirmed it waits."""
    change = changes.find_by_draft(db, draft_id)
    if change is not None and change.state is ChangeState.UNDER_WAY:
        carry_on(db, client, change)


def carry_on(db: Database, client: SmsWorks, change: Change) -> None:
    """One step. Never raises SmsWorksError: what the provider does not say is asked again later."""
    new = _new_call(db, change)
    if new.state is OutboxState.REFUSED:
        _end(db, change, new, ChangeState.NOT_TAKEN)
    elif new.state is not OutboxState.ACCEPTED:
        changes.put_off(db, change, next_step_at=datetime.now(UTC) + PAUSE_FOR_NEW, counts=False)
    elif new.schedule_status == CANCELLED:
        _end(db, change, new, ChangeState.OLD_WENT if change.old_went_at else ChangeState.NEW_CANCELLED)
    elif change.old_went_at:
        _take_back(db, client, change, new)
    else:
        _retire(db, client, change, new)


def _new_call(db: Database, change: Change) -> Call:
    (new,) = calls.list_for_draft(db, change.draft_id, purpose=Purpose.SEND)
    return new


def _retire(db: Database, client: SmsWorks, change: Change, new: Call) -> None:
    """The provider has the new text: now the old one goes."""
    old = find_entry(db, change.old_reference)
    if old is None or _is_dead(old):
        _end(db, change, new, ChangeState.DONE)
    elif _has_gone(db, old):
        _too_late(db, client, change, new)
    elif old.call is not None and old.call.schedule_status == MISSING:
        _end(db, change, new, ChangeState.OLD_GONE)
    elif old.call is not None and old.call.state in (OutboxState.IN_FLIGHT, OutboxState.UNKNOWN):
        changes.put_off(db, change, next_step_at=datetime.now(UTC) + PAUSE_FOR_NEW, counts=False)
    else:
        _cancel_old(db, client, change, new, old)


def _cancel_old(db: Database, client: SmsWorks, change: Change, new: Call, old: Entry) -> None:
    result = cancel(db, client, old).result
    if result in _DEAD:
        _end(db, change, new, ChangeState.DONE)
    elif result is Cancelled.TOO_LATE and _was_with_provider(old):
        _too_late(db, client, change, new)
    elif result is Cancelled.GONE or _is_given_up(change):
        _end(db, change, new, ChangeState.OLD_GONE)
    else:
        _pause(db, change)


def _was_with_provider(old: Entry) -> bool:
    """A text that is still in the outbox can be too late to withdraw only because it is being handed over."""
    return old.call is None or old.call.state is OutboxState.ACCEPTED


def _too_late(db: Database, client: SmsWorks, change: Change, new: Call) -> None:
    """It is on the disk before the new text is touched: whoever goes on after a kill takes it back, too."""
    changes.record_old_went(db, change, now=datetime.now(UTC))
    _take_back(db, client, change, new)


def _take_back(db: Database, client: SmsWorks, change: Change, new: Call) -> None:
    """The old text went: the new one must not go as well."""
    entry = find_entry(db, new.ref)
    if entry is None or _has_gone(db, entry) or _cannot_be_named(new):
        _end(db, change, new, ChangeState.BOTH_WENT)
        return
    result = cancel(db, client, entry).result
    if result in _DEAD:
        _end(db, change, new, ChangeState.OLD_WENT)
    elif (
        (result is Cancelled.TOO_LATE and _was_with_provider(entry))
        or result is Cancelled.GONE
        or _is_given_up(change)
    ):
        _end(db, change, new, ChangeState.BOTH_WENT)
    else:
        _pause(db, change)


def _cannot_be_named(new: Call) -> bool:
    """A person said that it was sent, and nobody knows as what."""
    return new.state is OutboxState.ACCEPTED and not new.message_id


def _is_dead(entry: Entry) -> bool:
    if entry.item is not None:
        return entry.item.status == CANCELLED
    call = entry.call
    return call is not None and (call.state is OutboxState.REFUSED or call.schedule_status == CANCELLED)


def _has_gone(db: Database, entry: Entry) -> bool:
    if entry.item is not None:
        return entry.item.status == PROCESSED
    call = entry.call
    if call is None:
        return False
    return call.schedule_status == PROCESSED or messages.find_by_call(db, call.id) is not None


def _is_given_up(change: Change) -> bool:
    return datetime.now(UTC) - change.old_goes_at > LAST_LOOK_AFTER


def _pause(db: Database, change: Change) -> None:
    """Ever longer, but not while the old text is about to go."""
    now = datetime.now(UTC)
    is_near = abs(change.old_goes_at - now) < NEAR
    longest = LONGEST_PAUSE_NEAR if is_near else LONGEST_PAUSE
    pause = min(timedelta(seconds=2 ** min(change.steps, 10)), longest)
    changes.put_off(db, change, next_step_at=now + pause)


def _end(db: Database, change: Change, new: Call, state: ChangeState) -> None:
    now = datetime.now(UTC)
    with transaction(db):
        if not changes.end_change(db, change, state, now=now):
            return
        outbox.add_event(db, new.id, _EVENTS_OF_NEW[state], now=now)
        if change.old_call_id is not None and state is ChangeState.DONE:
            outbox.add_event(db, change.old_call_id, "replaced", now=now)
