"""Recognising a batch of ours at the provider after the reply to its call was lost.

A collection carries our reference in every text. Other batches take no metadata: they are found by their
first recipient, sender, words, tag and time. Either way everybody on the list must be there, nobody else.
"""

import uuid
from datetime import timedelta

from sqlite_utils import Database

from webapp.services.batches.calls import text_for_first
from webapp.services.calls_of_draft import REF_KEY
from webapp.services.findings import CLOCK_TOLERANCE, Finding, Look, once_each
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import NotFound
from webapp.smsworks.models import MOST_FOUND, Message, MessageQuery, ScheduledItem
from webapp.store import batch_rows, looks, twins
from webapp.store.calls import Call, Operation


def look_for_batch(db: Database, client: SmsWorks, call: Call) -> Look:
    """Search the provider for the texts of one call of a batch. Raises SmsWorksError."""
    found = _by_reference(client, call) if call.operation is Operation.SEND_COLLECTION else set()
    found = found or _by_recipient(db, client, call)
    if not found and call.operation is Operation.SCHEDULE_BATCH:
        return _among_scheduled(db, client, call)
    free = sorted(found - looks.ids_of_other_calls(db, call, found))
    if not free:
        return Look(Finding.ABSENT)
    if len(free) > 1:
        return Look(Finding.DOUBTFUL, reason="The provider has this part of the list more than once.")
    if twins.has_unsettled_twin(db, call):
        return Look(
            Finding.DOUBTFUL, reason="The provider has these texts, but another batch is just like it."
        )
    return _whole_or_part(db, client, call, free[0])


def _whole_or_part(db: Database, client: SmsWorks, call: Call, batch_id: str) -> Look:
    try:
        there = {message.destination for message in client.get_batch(batch_id=batch_id)}
    except NotFound:
        return Look(Finding.ABSENT)
    wanted = _numbers(db, call)
    if there == wanted:
        return Look(Finding.FOUND, batch_id=batch_id)
    return Look(Finding.DOUBTFUL, reason=_in_part(len(there & wanted), len(wanted)))


def _in_part(there: int, wanted: int) -> str:
    return f"The provider has {there:,} of the {wanted:,} texts of this part of the list."


def _numbers(db: Database, call: Call) -> set[str]:
    rows = batch_rows.list_between(db, call.batch_id or 0, call.first_position or 0, call.last_position or 0)
    return {row.number or "" for row in rows}


def _by_reference(client: SmsWorks, call: Call) -> set[str]:
    """Batches in which a search for our reference finds texts, if it can be believed (see `recognise`)."""
    query = MessageQuery(metadata={REF_KEY: call.ref}, limit=MOST_FOUND)
    found = once_each(client.search_messages(query=query))
    marked = [message for message in found if message.metadata.get(REF_KEY) == call.ref]
    bare = [message for message in found if not message.metadata]
    if not marked and bare:
        nobodys = MessageQuery(metadata={REF_KEY: str(uuid.uuid4())}, limit=1)
        marked = [] if client.search_messages(query=nobodys) else bare
    return {message.batch_id for message in marked if message.batch_id}


def _by_recipient(db: Database, client: SmsWorks, call: Call) -> set[str]:
    """By the first one. After a restore nobody knows who was left out of it: then by others, too."""
    found = _batches_to(db, client, call, call.destination)
    if found or call.operation is Operation.SEND_COLLECTION:
        return found
    numbers = sorted(_numbers(db, call) - {call.destination})
    others = dict.fromkeys(numbers[at] for at in (0, len(numbers) // 2, -1)) if numbers else ()
    return set().union(*(_batches_to(db, client, call, number) for number in others))


def _batches_to(db: Database, client: SmsWorks, call: Call, number: str) -> set[str]:
    since = call.created_at - CLOCK_TOLERANCE
    if call.operation.is_scheduled:
        since = call.goes_at - CLOCK_TOLERANCE
    query = MessageQuery(destination=number, created_from=since, limit=MOST_FOUND)
    content = text_for_first(db, call)
    found = once_each(client.search_messages(query=query))
    return {message.batch_id for message in found if message.batch_id and _is_like(message, call, content)}


def _is_like(message: Message, call: Call, content: str) -> bool:
    same = (message.sender, message.content) == (call.payload["sender"], content)
    other_mark = message.metadata.get(REF_KEY, call.ref) != call.ref
    return same and not other_mark and message.tag in (None, call.payload.get("tag"))


def _among_scheduled(db: Database, client: SmsWorks, call: Call) -> Look:
    wanted = _numbers(db, call)
    alike = {item.item_id: item for item in client.list_scheduled() if _is_the_scheduled(item, call, wanted)}
    free = [item for item_id, item in alike.items() if not looks.ids_of_other_calls(db, call, {item_id})]
    whole = [item for item in free if set(item.destinations) == wanted]
    if len(whole) > 1:
        return Look(
            Finding.DOUBTFUL, reason="The provider has this part of the list scheduled more than once."
        )
    if whole:
        return Look(Finding.FOUND, scheduled=whole[0])
    if free:
        return Look(Finding.DOUBTFUL, reason=_in_part(len(free[0].destinations), len(wanted)))
    return Look(Finding.ABSENT)


def _is_the_scheduled(item: ScheduledItem, call: Call, wanted: set[str]) -> bool:
    if item.scheduled_at is None or abs(item.scheduled_at - call.goes_at) >= timedelta(minutes=1):
        return False
    same_text = (item.sender, item.content) == (call.payload["sender"], call.payload["content"])
    there = set(item.destinations)
    return same_text and bool(there) and there <= wanted
