"""Cancelling what is scheduled, with a receipt that says what is true now, whatever the provider answered."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlite_utils import Database

from webapp.messaging.words import plural
from webapp.services import follow_scheduled, send
from webapp.services.batches import sending
from webapp.services.follow_scheduled import CANCELLED, PROCESSED, SCHEDULED
from webapp.services.scheduled import Entry, read_list
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import OutcomeUnknown, Refused, SmsWorksError
from webapp.store import calls, looks, scheduled
from webapp.store.batches import Batch
from webapp.store.calls import Call, OutboxState


class Cancelled(StrEnum):
    """What is true after somebody wanted a scheduled text cancelled."""

    YES = "yes"
    ALREADY = "already"
    TOO_LATE = "too late"
    REFUSED = "refused"
    STILL_SCHEDULED = "still scheduled"
    GONE = "gone"
    UNKNOWN = "unknown"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Receipt:
    """`said`: what went wrong, in words. The numbers are texts; only a batch can be cancelled in part."""

    result: Cancelled
    said: str = ""
    kept: int = 1
    too_late: int = 0
    unknown: int = 0


def cancel(db: Database, client: SmsWorks, entry: Entry) -> Receipt:
    """Keep it from being sent. Never raises SmsWorksError: what is not known is said in the receipt."""
    if entry.batch is not None:
        return _cancel_batch(db, client, entry.batch)
    if entry.call is not None and entry.call.state is OutboxState.QUEUED:
        return Receipt(Cancelled.YES if send.withdraw(db, entry.call) else Cancelled.TOO_LATE)
    provider_id = _provider_id(entry)
    if not provider_id:
        return Receipt(Cancelled.UNKNOWN)
    try:
        _ask(db, client, entry, provider_id)
    except (Refused, OutcomeUnknown) as error:
        return _what_is_true(db, client, entry, provider_id, error)
    except SmsWorksError as error:
        return Receipt(Cancelled.NOT_ASKED, error.user_message)
    _refresh(db, client)
    return Receipt(Cancelled.YES)


def _provider_id(entry: Entry) -> str:
    if entry.item is not None:
        return entry.item.provider_id
    return (entry.call.message_id if entry.call else None) or ""


def _ask(db: Database, client: SmsWorks, entry: Entry, provider_id: str) -> None:
    if entry.call is not None:
        follow_scheduled.cancel(db, client, entry.call)
    elif entry.item is not None and entry.item.is_batch:
        client.cancel_scheduled_batch(batch_id=provider_id)
    else:
        client.cancel_scheduled_message(message_id=provider_id)


def _what_is_true(
    db: Database, client: SmsWorks, entry: Entry, provider_id: str, error: SmsWorksError
) -> Receipt:
    """The provider said no, or nothing: its list tells why."""
    if not _refresh(db, client):
        return Receipt(
            Cancelled.REFUSED if isinstance(error, Refused) else Cancelled.UNKNOWN, error.user_message
        )
    item = scheduled.find_item(db, provider_id)
    if item is None or not item.is_listed:
        return Receipt(Cancelled.GONE, error.user_message)
    if entry.call is not None:
        _follow_now(db, entry.call)
    if item.status == PROCESSED:
        return Receipt(Cancelled.TOO_LATE)
    if item.status == CANCELLED:
        # A lost yes is a yes; a no to what is cancelled means that somebody else was first.
        return Receipt(Cancelled.ALREADY if isinstance(error, Refused) else Cancelled.YES)
    if isinstance(error, Refused) or item.status != SCHEDULED:
        return Receipt(Cancelled.REFUSED, error.user_message)
    return Receipt(Cancelled.STILL_SCHEDULED)


def _follow_now(db: Database, call: Call) -> None:
    current = calls.get_call(db, call.id)
    if current is not None:
        looks.look_at(db, current, datetime.now(UTC))


def _cancel_batch(db: Database, client: SmsWorks, batch: Batch) -> Receipt:
    done = sending.cancel(db, client, batch)
    if done.not_asked:
        texts = plural(done.not_asked, "text")
        said = f"The provider could not be asked about {texts}: they are still scheduled."
        return Receipt(Cancelled.NOT_ASKED, said, kept=done.cancelled)
    _refresh(db, client)
    settled = Cancelled.YES if done.cancelled else Cancelled.TOO_LATE
    result = Cancelled.UNKNOWN if done.unknown else settled
    return Receipt(result, kept=done.cancelled, too_late=done.too_late, unknown=done.unknown)


def _refresh(db: Database, client: SmsWorks) -> bool:
    """Whether the list could be read again."""
    try:
        read_list(db, client)
    except SmsWorksError as error:
        scheduled.record_trouble(db, error.user_message)
        return False
    return True
