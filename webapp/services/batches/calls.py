"""The calls of a batch: which part of the list goes in which, and what each asks of the provider.

A call keeps only what its texts have in common; whom they go to is read from the rows at the moment it is
made, so that somebody who opts out meanwhile is left out.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from webapp.messaging.content import normalise_line_breaks
from webapp.messaging.placeholders import Template, columns_of, compile_template, renderer
from webapp.messaging.words import format_credits
from webapp.services.calls_of_draft import GIVE_UP_AFTER, REF_KEY
from webapp.smsworks.client import MOST_RECIPIENTS, SmsWorks
from webapp.smsworks.errors import BadCredentials, NotEnoughCredits, Refused
from webapp.smsworks.models import BatchReceipt, OutboundBatch, OutboundMessage, PersonalText
from webapp.store import batch_changes, batch_rows, batches, drafts, outbox
from webapp.store.batch_rows import Addressee, BatchRow, Stretch, Verdict
from webapp.store.batches import OWN_TAG, Batch, BatchState, BatchText, Holding
from webapp.store.calls import Call, NewCall, Operation, Purpose
from webapp.store.connection import json_text

ROW_KEY = "textdesk-row"
"""Tells the texts of one call apart at the provider: the position of the row in the list."""
_CENT = Decimal("0.01")
_INDEX = re.compile(r"(\d{1,4})\.(?:destination|content|sender)|destinations\.(\d{1,4})", re.ASCII)


class NobodyLeft(Exception):
    """Everybody in this part of the list has opted out since it was confirmed."""


def operation_for(text: BatchText) -> Operation:
    """The provider's call that brings this text to a list."""
    is_later = text.scheduled_at is not None
    if not compile_template(text.content).is_personal:
        return Operation.SCHEDULE_BATCH if is_later else Operation.SEND_BATCH
    if is_later and text.holding is Holding.PROVIDER:
        return Operation.SCHEDULE_MESSAGE
    return Operation.SEND_COLLECTION


def calls_needed(batch: Batch) -> int:
    """In how many calls the list goes."""
    people = int(batch.tally.get("counts", {}).get("valid", 0))
    return -(-people // MOST_RECIPIENTS) if operation_for(batch.text).is_batch else people


def new_calls(db: Database, batch: Batch, *, user_id: int, now: datetime) -> Iterator[NewCall]:
    """One call for each part of the list; for texts that the provider schedules one by one, one for each."""
    operation = operation_for(batch.text)
    size = MOST_RECIPIENTS if operation.is_batch else 1
    credits_each = Decimal(batch.tally["credits"]) / max(int(batch.tally["counts"].get("valid", 0)), 1)
    for stretch in batch_rows.stretches(db, batch.id, size=size):
        yield _new_call(db, batch, stretch, operation, credits_each, user_id=user_id, now=now)


def _new_call(
    db: Database,
    batch: Batch,
    stretch: Stretch,
    operation: Operation,
    credits_each: Decimal,
    *,
    user_id: int,
    now: datetime,
) -> NewCall:
    ref = str(uuid.uuid4())
    goes_at = batch.text.scheduled_at or now
    held_until = goes_at if operation is Operation.SEND_COLLECTION else now
    payload_text = json_text(_payload(db, batch, stretch, operation, ref))
    return NewCall(
        ref=ref,
        purpose=Purpose.SEND,
        operation=operation,
        destination=stretch.first_number,
        payload_text=payload_text,
        payload_hash=hashlib.sha256(payload_text.encode()).hexdigest(),
        content_hash=drafts.content_hash(batch.text.content),
        estimated_credits=(credits_each * stretch.count).quantize(_CENT),
        give_up_at=goes_at if operation.is_scheduled else held_until + GIVE_UP_AFTER,
        goes_at=goes_at,
        created_by=user_id,
        batch_id=batch.id,
        first_position=stretch.first,
        last_position=stretch.last,
        message_count=stretch.count,
        next_attempt_at=held_until,
    )


def _payload(db: Database, batch: Batch, stretch: Stretch, operation: Operation, ref: str) -> dict[str, Any]:
    """What goes to the provider but for the people; of a text scheduled by itself, all of it."""
    if operation.is_batch:
        scheduled_at = batch.text.scheduled_at if operation is Operation.SCHEDULE_BATCH else None
        shared = OutboundBatch(destinations=(), scheduled_at=scheduled_at, **_shared(batch.text, ref))
        return {name: value for name, value in shared.to_wire().items() if name != "destinations"}
    (row,) = batch_rows.list_between(db, batch.id, stretch.first, stretch.last)
    message = OutboundMessage(
        destination=row.number or "",
        scheduled_at=batch.text.scheduled_at,
        metadata={REF_KEY: ref, ROW_KEY: str(row.position)},
        **_shared(batch.text, ref),
    )
    render = Renderer(batch)
    return replace(message, content=render.text_for(row.values)).to_wire()


def _shared(text: BatchText, ref: str) -> dict[str, Any]:
    """A text without a tag gets one of ours: of a lost batch it is the only mark there is."""
    return {
        "sender": text.sender,
        "content": text.content,
        "tag": text.options.get("tag") or f"{OWN_TAG}{ref[:8]}",
        "ttl_minutes": text.options.get("ttl_minutes"),
        "validity_minutes": text.options.get("validity_minutes"),
        "ai": text.options.get("ai"),
    }


def attempt(
    db: Database, client: SmsWorks, call: Call, begin_by: datetime, *, report_url: str = ""
) -> BatchReceipt:
    """Make the call with whoever may get it now. Reports on the texts go to `report_url`, if there is one.

    Raises SmsWorksError, or NobodyLeft before anything is asked.
    """
    batch = _batch_of(db, call)
    people = _people(db, batch, call)
    outbox.record_people(db, call, destination=people[0].number, message_count=len(people))
    if call.operation is Operation.SEND_COLLECTION:
        texts = texts_for(batch, call, people, report_url=report_url)
        return client.send_collection(messages=texts, begin_by=begin_by)
    numbers = tuple(person.number for person in people)
    bulk = OutboundBatch.from_wire({**_with_report(call, report_url), "destinations": numbers})
    if call.operation is Operation.SCHEDULE_BATCH:
        return client.schedule_batch(batch=bulk, begin_by=begin_by)
    return client.send_batch(batch=bulk, begin_by=begin_by)


def _with_report(call: Call, report_url: str) -> dict[str, Any]:
    """The address holds a secret, so it is added to the call as it is made and never stored."""
    return {**call.payload, "deliveryreporturl": report_url} if report_url else dict(call.payload)


def texts_for(
    batch: Batch, call: Call, people: Iterable[Addressee], *, report_url: str = ""
) -> list[PersonalText]:
    """The texts of a collection, each with its reference and its row."""
    fill = Renderer(batch).fill
    mark = {"key": REF_KEY, "value": call.ref}
    shared = _with_report(call, report_url)
    return [
        PersonalText(shared, number, fill(cells), [mark, {"key": ROW_KEY, "value": str(position)}])
        for position, number, cells in people
    ]


def text_for_first(db: Database, call: Call) -> str:
    """What the first person of a call gets."""
    render = Renderer(_batch_of(db, call))
    people = batch_rows.addressees(db, call.batch_id or 0, *_stretch(call), columns=render.columns)
    first = next((person for person in people if person.number == call.destination), None)
    return render.fill(first.cells) if first else str(call.payload.get("content", ""))


class Renderer:
    """Fills in the text of a batch, which was judged to be one that can be sent to each of its rows."""

    def __init__(self, batch: Batch) -> None:
        template: Template = compile_template(batch.text.content)
        self.columns = columns_of(template, batch.headers)
        self._render = renderer(template)

    def fill(self, cells: tuple[str, ...]) -> str:
        """The text for somebody who has this in `columns`."""
        return normalise_line_breaks(self._render(tuple(map(str.strip, cells))))

    def text_for(self, values: Sequence[str]) -> str:
        """The text for somebody whose row holds these values."""
        width = len(values)
        return self.fill(tuple(values[column] if column < width else "" for column in self.columns))


def _batch_of(db: Database, call: Call) -> Batch:
    batch = batches.get_batch(db, call.batch_id or 0)
    if batch is None:
        raise LookupError("the batch of this call is gone")
    return batch


def _people(db: Database, batch: Batch, call: Call) -> list[Addressee]:
    """Those of this part who have not opted out since it was confirmed. Raises NobodyLeft."""
    batch_id = batch.id
    if gone := batch_rows.list_opted_out(db, batch_id, *_stretch(call)):
        reason = "Skipped: opted out after this batch was confirmed."
        leave_out(db, batch_id, gone, verdict="opted_out", reason=reason)
    columns = Renderer(batch).columns if call.operation is Operation.SEND_COLLECTION else ()
    people = batch_rows.addressees(db, batch_id, *_stretch(call), columns=columns)
    if not people:
        raise NobodyLeft
    return people


def _stretch(call: Call) -> tuple[int, int]:
    return call.first_position or 0, call.last_position or 0


def can_go_on_without(db: Database, call: Call, error: Refused) -> bool:
    """What a refusal means for the rest of the batch; True if the call may be made again, changed or later.

    Without credits or a good token nothing else can go either: the batch is paused. Where the provider
    names the rows it does not want, those are left out.
    """
    batch = _batch_of(db, call)
    if isinstance(error, NotEnoughCredits | BadCredentials):
        batch_changes.move(
            db,
            batch,
            BatchState.PAUSED,
            from_states=(BatchState.SENDING,),
            now=datetime.now(UTC),
            problem=_why_paused(call, error),
        )
        return True
    unwanted = _named_rows(db, call, error)
    leave_out(
        db,
        batch.id,
        unwanted,
        verdict=batch_rows.REFUSED,
        reason=f"The provider does not take this row. {error.said}".strip(),
    )
    return bool(unwanted)


def _why_paused(call: Call, error: NotEnoughCredits | BadCredentials) -> str:
    """Of the part alone: others of the batch may have gone before it."""
    if isinstance(error, BadCredentials):
        return (
            f"{error.happened} Nothing of the next part was sent. An administrator enters the right one "
            "under Account, Connection; then resume."
        )
    needed = format_credits(call.estimated_credits)
    return (
        f"The provider says that the credits do not reach for the next part, which needs {needed}. "
        "Nothing of that part was sent or charged. Buy credits, then resume."
    )


def _named_rows(db: Database, call: Call, error: Refused) -> list[BatchRow]:
    """The rows an error points at, as "3.destination" or "destinations.3", if it points at nothing else."""
    positions = [_INDEX.fullmatch(name) for name in error.fields]
    people = batch_rows.list_between(db, call.batch_id or 0, *_stretch(call))
    found = {int(match[1] or match[2]) for match in positions if match}
    if not positions or not all(positions) or max(found) >= len(people):
        return []
    return [people[at] for at in sorted(found)]


def leave_out(db: Database, batch_id: int, rows: list[BatchRow], *, verdict: str, reason: str) -> None:
    """These rows get no text after all."""
    batch_rows.record_verdicts(
        db, batch_id, [Verdict(row.position, row.number, verdict, reason) for row in rows]
    )


def pause_between_checks(checks: int, accepted_at: datetime) -> datetime | None:
    """When to read the messages of a batch again; None once no report comes any more."""
    now = datetime.now(UTC)
    if now - accepted_at > timedelta(hours=72):
        return None
    seconds = (2, 2, 3, 5, 8, 15, 30, 60, 120, 300, 600, 1800)
    return now + timedelta(seconds=seconds[min(checks, len(seconds) - 1)])
