"""Changing a scheduled text: the new one first, then the old one is cancelled. Never both, never neither.

The provider can change nothing that it holds. So what somebody means to change is kept before anything is
asked: a draft beside the text that it is to replace. It is written and checked as any draft; confirming it
puts the new text into the outbox and begins the change in one transaction. `carry_changes` does the rest.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.services.calls_of_draft import text_to_change
from webapp.services.follow_scheduled import CANCELLED, SCHEDULED
from webapp.services.refusals import CannotBeSent
from webapp.services.scheduled import Entry, find_entry
from webapp.smsworks.models import OutboundMessage
from webapp.store import changes, drafts, optouts, outbox, users
from webapp.store.calls import Call, NewCall, OutboxState, Purpose
from webapp.store.changes import Change, ChangeState
from webapp.store.connection import transaction
from webapp.store.drafts import Draft

# Somebody who has been at it since then is still writing, most likely.
STILL_WRITING = timedelta(minutes=30)
OLD_WENT = "old_went"
"""The error code of a new text that was not handed over because the old one's time had come."""
HELD_BACK = (
    "Its place was to be that of another text, and that one’s time had come. Nothing was sent or charged."
)


class CannotBeChanged(Exception):
    """What is scheduled cannot be changed from here; `message` says why, in words."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def why_not(db: Database, entry: Entry) -> str | None:
    """Why it cannot be changed, in words; None if it can."""
    if is_many(entry):
        return "A batch cannot be changed here: cancel it, and make it again with the same list."
    if not entry.content or not entry.destination:
        return (
            "Its text or its number is not known here, so it cannot be changed. Cancel it and write it anew."
        )
    return (
        _is_taking_a_place(db, entry.call)
        or _taken_already(db, entry.reference)
        or _why_not_any_more(entry)
        or _opted_out(db, entry.destination)
    )


def is_many(entry: Entry) -> bool:
    return entry.batch is not None or entry.people > 1 or bool(entry.item and entry.item.is_batch)


def _why_not_any_more(entry: Entry) -> str | None:
    status = entry.item.status if entry.item else entry.call.schedule_status if entry.call else None
    if status == CANCELLED:
        return "It has been cancelled, so there is nothing to change. Write it anew if it is to go."
    if entry.can_cancel:
        return "Its time has come, so it cannot be changed any more." if _is_due(entry) else None
    if entry.call is not None and entry.call.state is OutboxState.UNKNOWN:
        return "Nobody knows yet whether the provider has it. It can be changed as soon as that is known."
    if entry.call is not None and entry.call.state is OutboxState.IN_FLIGHT:
        return "It is being handed over at this moment. Try again in a minute."
    if status == SCHEDULED:
        return "The provider does not list it any more, so it cannot be changed."
    return "It has gone, or will never go, so it cannot be changed any more."


def _is_due(entry: Entry) -> bool:
    return entry.place.at <= datetime.now(UTC)


def _is_taking_a_place(db: Database, call: Call | None) -> str | None:
    """If it were changed now and cancelled for that, the text whose place it is to take would stay."""
    change = changes.find_by_draft(db, call.draft_id) if call and call.draft_id else None
    if change is None or change.state is not ChangeState.UNDER_WAY:
        return None
    return "It is to take the place of another text, which is not done yet. It can be changed after that."


def _taken_already(db: Database, reference: str) -> str | None:
    change = changes.last_confirmed(db, reference)
    if change is None or change.state not in (ChangeState.UNDER_WAY, ChangeState.DONE):
        return None
    who = _names(db, [change.author_id])
    if change.state is ChangeState.DONE:
        return f"It has been changed already, by {who}: another text has taken its place."
    return f"It is being changed at this moment, by {who}."


def _opted_out(db: Database, number: str) -> str | None:
    if not optouts.is_opted_out(db, number):
        return None
    return "The number has opted out of texts: what is scheduled for it is cancelled, not changed."


def start(db: Database, entry: Entry, *, author_id: int, timezone: ZoneInfo) -> str:
    """Keep the intent, and a draft with the text as it is; its id. The one begun before, if it is unfinished.

    Raises CannotBeChanged.
    """
    now = datetime.now(UTC)
    with transaction(db):
        if message := why_not(db, entry):
            raise CannotBeChanged(message)
        if unfinished := changes.find_unfinished(db, entry.reference, author_id=author_id):
            return unfinished.draft_id
        text = text_to_change(_as_scheduled(entry), timezone=timezone)
        draft_id = drafts.add_draft(db, author_id=author_id, text=text, now=now)
        changes.add_change(
            db,
            draft_id=draft_id,
            old_reference=entry.reference,
            old_call_id=entry.call.id if entry.call else None,
            old_goes_at=entry.place.at,
            author_id=author_id,
            now=now,
        )
    return draft_id


def _as_scheduled(entry: Entry) -> OutboundMessage:
    """Of another program's text the list tells no tag and no options."""
    if entry.call is not None:
        return OutboundMessage.from_wire(entry.call.payload)
    return OutboundMessage(entry.sender, entry.destination, entry.content, scheduled_at=entry.place.at)


def obstacle(db: Database, draft: Draft) -> str | None:
    """What keeps a draft from taking the place of the text that it is to replace; None if nothing does."""
    change = changes.find_by_draft(db, draft.id)
    if change is None or change.state is not ChangeState.WRITING:
        return None
    entry = find_entry(db, change.old_reference)
    if entry is None:
        return "The provider does not list the text any more that this was to replace."
    if message := why_not(db, entry):
        return f"The text that this was to replace: {message[0].lower()}{message[1:]}"
    if len(draft.text.numbers) != 1 or draft.text.scheduled_at is None:
        return (
            "What takes the place of a scheduled text goes to one number, later. Go back and put that right."
        )
    if _says_the_same(draft, entry):
        return "It is just as it was. Go back and change something, or leave it."
    return None


def _says_the_same(draft: Draft, entry: Entry) -> bool:
    old = text_to_change(_as_scheduled(entry), timezone=_ANY_ZONE)
    fields = ("numbers", "sender", "content", "scheduled_at", "options")
    return all(getattr(draft.text, field) == getattr(old, field) for field in fields)


_ANY_ZONE = ZoneInfo("UTC")


def begin(db: Database, draft: Draft, *, now: datetime) -> None:
    """In the transaction that confirms a draft: from now on the old text goes once the new one is there."""
    change = changes.find_by_draft(db, draft.id)
    if change is not None and not changes.begin_change(db, draft.id, now=now):
        raise CannotBeSent("The text that this was to replace is being changed already.")


def in_time(db: Database, draft: Draft, call: NewCall) -> NewCall:
    """The new text is not handed over once the time of the old one has come: that has gone then."""
    change = changes.find_by_draft(db, draft.id)
    if change is None:
        return call
    return replace(call, give_up_at=min(call.give_up_at, change.old_goes_at))


def hold_back(db: Database, call: Call, *, now: datetime) -> bool:
    """End a new text just before it is handed over, if the time of the old one has come."""
    if call.draft_id is None or call.purpose is not Purpose.SEND:
        return False
    if not changes.is_pointless(db, call.draft_id, now=now):
        return False
    return outbox.record_refused(db, call, now=now, error_code=OLD_WENT, error_message=HELD_BACK)


def kept_from_cancelling(db: Database, reference: str) -> str | None:
    """Why a text cannot be cancelled by itself just now: a change will do it. None if nothing keeps it."""
    change = changes.last_confirmed(db, reference)
    if change is None or change.state is not ChangeState.UNDER_WAY:
        return None
    return (
        "It is being changed, so it is not cancelled by itself: the new text takes its place. "
        "If nothing is to go, cancel the new one, too, as soon as this one is cancelled."
    )


def replaced_call_id(db: Database, draft: Draft) -> int | None:
    """The call of the text that a draft is to replace: the same words again are no second text."""
    change = changes.find_by_draft(db, draft.id)
    return change.old_call_id if change else None


def others_writing(db: Database, change: Change) -> str:
    """Who else is writing a change of the same text just now, "" if nobody is."""
    since = datetime.now(UTC) - STILL_WRITING
    ids = changes.authors_writing(db, change.old_reference, since=since)
    return _names(db, [each for each in ids if each != change.author_id])


def _names(db: Database, user_ids: list[int]) -> str:
    return " and ".join(users.names_of(db, set(user_ids)).values())
