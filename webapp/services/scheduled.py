"""What is to go later, in one timeline: the provider's list beside our own texts and batches."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from webapp.messaging.status import StatusMeaning, StatusTone, describe_status
from webapp.services.follow_scheduled import CANCELLED, PROCESSED, SCHEDULED
from webapp.services.outcomes import describe
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import SmsWorksError
from webapp.smsworks.models import ScheduledItem
from webapp.store import batches, calls, looks, messages, scheduled
from webapp.store.batches import Batch, BatchState
from webapp.store.calls import Call, OutboxState
from webapp.store.leases import may_be_taken, release_lease, take_lease
from webapp.store.messages import StoredMessage
from webapp.store.scheduled import Kind, ListedItem, Part, Place

LEASE = "scheduled list"
ASKED_EVERY = timedelta(seconds=30)
# "Ask the provider now" pressed by everybody at once is still one call in so many seconds.
ASKED_NOW_EVERY = timedelta(seconds=2)
LEASE_FOR = timedelta(minutes=1)
SHOWN_FOR = timedelta(days=92)
# Behind so many pages of cancelled ones nobody looks for what goes next.
MOST_PAGES_OF_CANCELLED = 4
# The provider's list may lag a little behind what it has just answered.
LIST_LAG = timedelta(minutes=1)

_HELD = StatusMeaning(
    word="Held by Textdesk",
    tone=StatusTone.WAITING,
    icon="clock",
    meaning="Textdesk keeps it and hands it over when its time comes. It can still be cancelled.",
    charged="Nothing charged yet.",
    final=False,
)
_PARTLY = StatusMeaning(
    word="Partly cancelled",
    tone=StatusTone.ATTENTION,
    icon="calendar-x",
    meaning="A part of it was cancelled, another part goes or has gone. Its page says how many.",
    charged="Only what goes is charged.",
    final=False,
)
_UNKNOWN = StatusMeaning(
    word="Outcome unknown",
    tone=StatusTone.ATTENTION,
    icon="question-circle-fill",
    meaning="Nobody knows yet whether a part of it was taken on. Textdesk is finding out.",
    charged="Whether it was charged is not known yet.",
    final=False,
)
_UNLISTED = StatusMeaning(
    word="Not on the provider’s list",
    tone=StatusTone.BAD,
    icon="exclamation-octagon",
    meaning="The provider took it for its time, but no longer lists it. It may not go, or somebody "
    "removed it there. Look at the provider’s own website before its time comes.",
    charged="Whether it was charged is not known.",
    final=False,
)


class Entry(NamedTuple):
    """One line of the timeline, and what its page shows.

    Exactly one of `call`, `batch` and `item` is there: a text of ours, a batch of ours, or what another
    program has scheduled. `people` get it, `destination` is the only or the first of them, "" if unknown.
    """

    place: Place
    reference: str
    content: str
    sender: str
    destination: str
    people: int
    author_id: int | None
    meaning: StatusMeaning
    can_cancel: bool
    call: Call | None = None
    batch: Batch | None = None
    item: ListedItem | None = None


def ask_provider(db: Database, client: SmsWorks, *, every: timedelta = ASKED_EVERY) -> bool:
    """Read the provider's list into the store unless somebody did within `every`; whether it was asked.

    What goes wrong is kept with the list (`trouble`), not raised: the record is shown all the same.
    """
    now = datetime.now(UTC)
    if not may_be_taken(db, LEASE, now=now, every=every):
        return False
    token = take_lease(db, LEASE, now=now, until=now + LEASE_FOR, every=every)
    if token is None:
        return False
    try:
        read_list(db, client)
    except SmsWorksError as error:
        scheduled.record_trouble(db, error.user_message)
    finally:
        release_lease(db, LEASE, token, now=datetime.now(UTC))
    return True


def read_list(db: Database, client: SmsWorks) -> None:
    """Read the provider's list into the store, now. Raises SmsWorksError."""
    asked_at = datetime.now(UTC)
    items = [_listed(item) for item in client.list_scheduled()]
    scheduled.record_list(db, items, asked_at=asked_at, since=asked_at - SHOWN_FOR)
    _take_over_cancelled(db, items, now=asked_at)


def list_entries(
    db: Database,
    *,
    is_past: bool,
    after: Place | None,
    limit: int,
    now: datetime | None = None,
    missing: frozenset[int] | None = None,
) -> list[Entry]:
    """What is to come after `now`, the soonest first; or the past three months, the latest first.

    `missing` are the `unlisted_ids`, if they are known already.
    """
    now = now or datetime.now(UTC)
    places = scheduled.list_places(
        db, at=now, is_past=is_past, since=now - SHOWN_FOR, after=after, limit=limit
    )
    return entries_at(db, places, missing=missing)


def next_to_go(db: Database, *, limit: int) -> list[Entry]:
    """What goes next. What was cancelled stays in the list of what is to come, but does not go."""
    found: list[Entry] = []
    after: Place | None = None
    for _ in range(MOST_PAGES_OF_CANCELLED):
        some = list_entries(db, is_past=False, after=after, limit=limit)
        found += [entry for entry in some if not entry.meaning.final]
        if len(found) >= limit or len(some) < limit:
            break
        after = some[-1].place
    return found[:limit]


def find_entry(db: Database, reference: str) -> Entry | None:
    """By our reference of a text or a batch, or by the provider's id; None if nothing is scheduled."""
    call = calls.find_call(db, reference) or calls.find_by_provider_batch(db, reference)
    call = call or scheduled.find_by_former_id(db, reference)
    batch = batches.get_batch(db, call.batch_id) if call and call.batch_id else None
    batch = batch or batches.find_batch(db, reference)
    if batch is not None and batch.goes_at is not None and batch.text.scheduled_at is not None:
        return _batch_entry(
            Place(batch.goes_at, Kind.BATCH, batch.id), batch, _parts(db, [batch.id])[batch.id]
        )
    if call is not None and call.operation.is_scheduled and call.batch_id is None:
        message = messages.find_by_call(db, call.id)
        return _text_entry(Place(call.goes_at, Kind.TEXT, call.id), call, message, unlisted_ids(db))
    item = scheduled.find_item(db, reference) if call is None else None
    return (
        None if item is None else _other_entry(Place(item.goes_at or datetime.now(UTC), Kind.OTHER, 0), item)
    )


def unlisted(db: Database) -> list[Call]:
    """The alarm: what we scheduled, and the provider does not list any more."""
    asked_at = scheduled.read_state(db).asked_at
    if asked_at is None:
        return []
    return scheduled.list_unlisted(db, now=datetime.now(UTC), asked_at=asked_at - LIST_LAG)


def unlisted_ids(db: Database) -> frozenset[int]:
    return frozenset(call.id for call in unlisted(db))


def _listed(item: ScheduledItem) -> ListedItem:
    return ListedItem(
        provider_id=item.item_id,
        is_batch=item.is_batch,
        status=item.status,
        sender=item.sender,
        destination=item.destinations[0] if item.destinations else "",
        people=len(item.destinations),
        content=item.content,
        goes_at=item.scheduled_at,
    )


def _take_over_cancelled(db: Database, items: Sequence[ListedItem], *, now: datetime) -> None:
    """What was cancelled elsewhere is known at once, not only when its turn to be followed comes."""
    for item in items:
        if item.status != CANCELLED:
            continue
        call = calls.find_call(db, item.provider_id) or calls.find_by_provider_batch(db, item.provider_id)
        if call is not None and call.schedule_status == SCHEDULED:
            looks.record_schedule_status(db, call, CANCELLED, now=now, next_look_at=None)


def entries_at(
    db: Database, places: Sequence[Place], *, missing: frozenset[int] | None = None
) -> list[Entry]:
    """In the same order, with one query a table."""
    found = {kind: [place.id for place in places if place.kind is kind] for kind in Kind}
    known_calls = scheduled.map_calls(db, found[Kind.TEXT])
    known_messages = messages.map_by_call(db, found[Kind.TEXT])
    known_items = scheduled.map_items(db, found[Kind.OTHER])
    known_batches = batches.map_batches(db, found[Kind.BATCH])
    parts = _parts(db, found[Kind.BATCH])
    missing = unlisted_ids(db) if missing is None else missing
    entries = []
    for place in places:
        if place.kind is Kind.TEXT and place.id in known_calls:
            entries.append(_text_entry(place, known_calls[place.id], known_messages.get(place.id), missing))
        elif place.kind is Kind.BATCH and place.id in known_batches:
            entries.append(_batch_entry(place, known_batches[place.id], parts[place.id]))
        elif place.kind is Kind.OTHER and place.id in known_items:
            entries.append(_other_entry(place, known_items[place.id]))
    return entries


def _parts(db: Database, batch_ids: Sequence[int]) -> Mapping[int, list[Part]]:
    return scheduled.parts_of_batches(db, batch_ids)


def _text_entry(place: Place, call: Call, message: StoredMessage | None, missing: frozenset[int]) -> Entry:
    is_held = call.state is OutboxState.QUEUED
    return Entry(
        place=place,
        reference=call.ref,
        content=str(call.payload.get("content", "")),
        sender=str(call.payload.get("sender", "")),
        destination=call.destination,
        people=1,
        author_id=call.created_by,
        meaning=_UNLISTED if call.id in missing else describe(call, message),
        can_cancel=is_held or call.schedule_status == SCHEDULED,
        call=call,
    )


def _batch_entry(place: Place, batch: Batch, parts: Sequence[Part]) -> Entry:
    waiting = any(part.state is OutboxState.QUEUED for part in parts)
    return Entry(
        place=place,
        reference=batch.ref,
        content=batch.text.content,
        sender=batch.text.sender,
        destination="",
        people=sum(part.texts for part in parts),
        author_id=batch.confirmed_by or batch.author_id,
        meaning=_describe_batch(batch, parts),
        can_cancel=any(part.schedule_status == SCHEDULED for part in parts)
        or (waiting and batch.state in (BatchState.SENDING, BatchState.PAUSED)),
        batch=batch,
    )


def _other_entry(place: Place, item: ListedItem) -> Entry:
    is_gone = not item.is_listed and item.status == SCHEDULED
    return Entry(
        place=place,
        reference=item.provider_id,
        content=item.content,
        sender=item.sender,
        destination=item.destination,
        people=item.people,
        author_id=None,
        meaning=_UNLISTED if is_gone else describe_status(item.status),
        can_cancel=item.is_listed and item.status == SCHEDULED,
        item=item,
    )


def _describe_batch(batch: Batch, parts: Sequence[Part]) -> StatusMeaning:
    """One meaning for all its parts: first what needs a person, then what is still to come."""
    states = {part.state for part in parts}
    statuses = {part.schedule_status for part in parts}
    stopped = CANCELLED in statuses or (batch.state is BatchState.STOPPED and OutboxState.REFUSED in states)
    if OutboxState.UNKNOWN in states:
        return _UNKNOWN
    if batch.state is BatchState.PAUSED:
        return StatusMeaning("Paused", StatusTone.ATTENTION, "pause-circle", batch.problem or "", "", False)
    if stopped:
        is_whole = not statuses & {SCHEDULED, PROCESSED} and OutboxState.ACCEPTED not in (
            part.state for part in parts if part.schedule_status != CANCELLED
        )
        return describe_status(CANCELLED) if is_whole else _PARTLY
    if OutboxState.QUEUED in states:
        return _HELD
    if SCHEDULED in statuses:
        return describe_status(SCHEDULED)
    return describe_status(PROCESSED)
