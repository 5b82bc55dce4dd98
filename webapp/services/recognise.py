"""Recognising a text of ours at the provider: by our reference, or else by everything else it consists of."""

import uuid
from datetime import datetime, timedelta

from sqlite_utils import Database

from webapp.services.batches.recognising import look_for_batch
from webapp.services.calls_of_draft import REF_KEY
from webapp.services.findings import CLOCK_TOLERANCE, Finding, Look, once_each
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import MOST_FOUND, Message, MessageQuery, OutboundMessage, ScheduledItem
from webapp.store import looks, twins
from webapp.store.calls import Call, Operation


def look(db: Database, client: SmsWorks, call: Call) -> Look:
    """Search the provider for what one call sent: with every attempt of it. Raises SmsWorksError."""
    if call.operation.is_batch:
        return look_for_batch(db, client, call)
    found = find_message(db, client, call, since=call.created_at)
    if found.finding is Finding.ABSENT and call.operation is Operation.SCHEDULE_MESSAGE:
        return _look_among_scheduled(db, client, call)
    return found


def find_message(db: Database, client: SmsWorks, call: Call, *, since: datetime) -> Look:
    """The one message in the provider's log that a call became, `since` then. Raises SmsWorksError."""
    marked = _carrying_reference(client, call)
    if marked:
        return _the_one(marked)
    alike = _likenesses(db, client, call, since=since)
    if alike and twins.has_unsettled_twin(db, call):
        return Look(
            Finding.DOUBTFUL, reason="The provider has this text, but another of ours is just like it."
        )
    if alike and _shows_references(db, client, call):
        return Look(Finding.DOUBTFUL, reason="The provider has a text like it, but without Textdesk's mark.")
    return _the_one(alike)


def find_in_log(client: SmsWorks, call: Call) -> Message | None:
    """What a search shows of a text that the provider is known to have. Raises SmsWorksError."""
    since = call.in_flight_at or call.created_at
    found = _search_number(client, call, since=since)
    return next((message for message in found if message.message_id == call.message_id), None)


def _the_one(found: list[Message]) -> Look:
    if len(found) > 1:
        return Look(Finding.DOUBTFUL, reason="The provider has this text more than once.")
    return Look(Finding.FOUND, message=found[0]) if found else Look(Finding.ABSENT)


def _carrying_reference(client: SmsWorks, call: Call) -> list[Message]:
    """What a search for our reference brings, if it can be believed.

    Replies may leave metadata out. Then what the search returns is ours only if searches heed metadata at
    all, which one for a reference that nobody has ever used tells.
    """
    found = once_each(client.search_messages(query=MessageQuery(metadata={REF_KEY: call.ref})))
    marked = [message for message in found if _carries_reference(message, call)]
    bare = [message for message in found if not message.metadata and message.destination == call.destination]
    if marked or not bare:
        return marked
    nobodys = MessageQuery(metadata={REF_KEY: str(uuid.uuid4())}, limit=1)
    return [] if client.search_messages(query=nobodys) else bare


def _carries_reference(message: Message, call: Call) -> bool:
    return message.metadata.get(REF_KEY) == call.ref


def _likenesses(db: Database, client: SmsWorks, call: Call, *, since: datetime) -> list[Message]:
    """Messages without metadata whose number, sender and text agree, and that are no other call's."""
    sent = OutboundMessage.from_wire(call.payload)
    wanted = (sent.sender, call.destination, sent.content)
    alike = [
        message
        for message in _search_number(client, call, since=since)
        if not message.metadata and (message.sender, message.destination, message.content) == wanted
    ]
    taken = looks.ids_of_other_calls(db, call, {message.message_id for message in alike})
    return [message for message in alike if message.message_id not in taken]


def _shows_references(db: Database, client: SmsWorks, call: Call) -> bool:
    """Whether this provider gives references back: then a text without one is somebody else's."""
    other = looks.last_sent(db, other_than=call)
    shown = find_in_log(client, other) if other else None
    return other is not None and shown is not None and _carries_reference(shown, other)


def _search_number(client: SmsWorks, call: Call, *, since: datetime) -> list[Message]:
    query = MessageQuery(destination=call.destination, created_from=since - CLOCK_TOLERANCE, limit=MOST_FOUND)
    return once_each(client.search_messages(query=query))


def _look_among_scheduled(db: Database, client: SmsWorks, call: Call) -> Look:
    """The scheduled list carries no reference: number, sender, text and time must all agree."""
    alike = {item.item_id: item for item in client.list_scheduled() if _is_the_scheduled(item, call)}
    taken = looks.ids_of_other_calls(db, call, set(alike))
    free = [item for item_id, item in alike.items() if item_id not in taken]
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
