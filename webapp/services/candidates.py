"""What may be a text whose outcome nobody knows, and why it was not taken for it by itself."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database

from webapp.messaging.status import StatusMeaning, describe_status
from webapp.services.batches.calls import text_for_first
from webapp.services.calls_of_draft import REF_KEY
from webapp.services.findings import CLOCK_TOLERANCE
from webapp.services.scheduled import read_list
from webapp.services.sync_log import store_found
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import MOST_FOUND, Message, MessageQuery
from webapp.store import candidates, looks, twins
from webapp.store.calls import Call
from webapp.store.drafts import content_hash
from webapp.store.messages import StoredMessage
from webapp.store.scheduled import ListedItem

MOST_SHOWN = 20
SAME, NEARLY, OTHER = "The same words", "The same but for spaces or capitals", "Other words"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text, scheduled item or batch of the provider's, `provider_id`.

    `people` of the call are in it. `words` says how its words agree, `why` what kept Textdesk from taking it;
    one that is certainly another text cannot be chosen.
    """

    provider_id: str
    at: datetime | None
    meaning: StatusMeaning | None
    sender: str
    content: str
    people: int
    words: str
    why: str
    can_be_chosen: bool
    schedule_status: str | None = None


class _Seen(NamedTuple):
    candidate: Candidate
    mark: str | None
    has_other_marks: bool


def list_candidates(db: Database, call: Call) -> list[Candidate]:
    """Everything of the record and of the scheduled list as last read; the likeliest first."""
    seen = [*_sent(db, call), *_scheduled(db, call)]
    taken = looks.ids_of_other_calls(db, call, {each.candidate.provider_id for each in seen})
    alike = sum(_is_alike(call, each) and each.candidate.provider_id not in taken for each in seen)
    has_twin = twins.has_unsettled_twin(db, call)
    found = [_explained(call, each, taken, alike=alike, has_twin=has_twin) for each in seen]
    return sorted(found, key=lambda each: (not each.can_be_chosen, each.words == OTHER, -each.people))


def ask_provider(db: Database, client: SmsWorks, call: Call) -> None:
    """Bring what the provider has for the number into the record. Raises SmsWorksError."""
    since = call.created_at - CLOCK_TOLERANCE
    store_found(
        db, client.search_messages(query=MessageQuery(metadata={REF_KEY: call.ref}, limit=MOST_FOUND))
    )
    query = MessageQuery(destination=call.destination, created_from=since, limit=MOST_FOUND)
    store_found(db, client.search_messages(query=query))
    if call.operation.is_scheduled:
        read_list(db, client)


def _sent(db: Database, call: Call) -> Iterator[_Seen]:
    since = call.created_at - CLOCK_TOLERANCE
    if call.operation.is_batch:
        wanted = text_for_first(db, call)
        for batch in candidates.batches_to(db, call, since=since, limit=MOST_SHOWN):
            words = _agreement(batch.content, wanted)
            yield _Seen(
                _candidate(
                    batch.batch_id, batch.first_at, None, batch.sender, batch.content, batch.people, words
                ),
                None,
                False,
            )
        return
    for message in candidates.texts_to(db, call, since=since, limit=MOST_SHOWN):
        yield _of_message(call, message)


def _of_message(call: Call, message: StoredMessage) -> _Seen:
    report = message.report
    marks = Message.from_wire(report.raw).metadata if report.raw else {}
    words = _agreement(report.content, str(call.payload.get("content", "")))
    meaning = describe_status(report.status, permanent=report.failure_permanent)
    made = _candidate(report.message_id, report.created_at, meaning, report.sender, report.content, 1, words)
    return _Seen(made, marks.get(REF_KEY), bool(set(marks) - {REF_KEY}))


def _scheduled(db: Database, call: Call) -> Iterator[_Seen]:
    if not call.operation.is_scheduled:
        return
    for item in candidates.scheduled_to(db, call, limit=MOST_SHOWN):
        yield _Seen(_of_item(call, item), None, False)


def _of_item(call: Call, item: ListedItem) -> Candidate:
    words = _agreement(item.content, str(call.payload.get("content", "")))
    made = _candidate(
        item.provider_id,
        item.goes_at,
        describe_status(item.status),
        item.sender,
        item.content,
        item.people,
        words,
    )
    return replace(made, schedule_status=item.status)


def _candidate(
    provider_id: str,
    at: datetime | None,
    meaning: StatusMeaning | None,
    sender: str,
    content: str,
    people: int,
    words: str,
) -> Candidate:
    return Candidate(provider_id, at, meaning, sender, content, people, words, why="", can_be_chosen=True)


def _explained(call: Call, seen: _Seen, taken: set[str], *, alike: int, has_twin: bool) -> Candidate:
    """The first of these that holds is why; the order is that of how much it says."""
    made = seen.candidate
    reasons = (
        (made.provider_id in taken, "It counts as another text of yours already.", False),
        (seen.mark not in (None, call.ref), "It carries the mark of another text of yours.", False),
        (seen.mark == call.ref, "It carries the mark of this very text.", True),
        (made.words == OTHER, "Its words are not those of this text.", True),
        (made.sender != _sender_of(call), "It went from another sender.", True),
        (seen.has_other_marks, "It carries marks of another program.", True),
        (
            call.operation.is_batch and made.people < call.message_count,
            "Not everybody of this part is in it.",
            True,
        ),
        (alike > 1, f"There are {alike} that are just like it.", True),
        (
            has_twin,
            "Another text of yours is just like this one and is unknown, too: it may be that one.",
            True,
        ),
        (made.words == NEARLY, "Its words are not letter for letter those of this text.", True),
        (True, "It carries no mark of Textdesk, so it may be another program's.", True),
    )
    why, can_be_chosen = next((why, can_be) for holds, why, can_be in reasons if holds)
    return replace(made, why=why, can_be_chosen=can_be_chosen)


def _is_alike(call: Call, seen: _Seen) -> bool:
    made = seen.candidate
    is_bare = seen.mark in (None, call.ref) and not seen.has_other_marks
    return is_bare and made.words == SAME and made.sender == _sender_of(call)


def _sender_of(call: Call) -> str:
    return str(call.payload.get("sender", ""))


def _agreement(content: str, wanted: str) -> str:
    if content == wanted:
        return SAME
    return NEARLY if content_hash(content) == content_hash(wanted) else OTHER
