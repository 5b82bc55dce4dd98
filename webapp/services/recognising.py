"""Ending an unknown outcome by a person's word that it was sent, and as what."""

from collections.abc import Set
from datetime import UTC, datetime

from sqlite_utils import Database

from webapp.services.batches.calls import leave_out
from webapp.services.candidates import Candidate, list_candidates
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import NotFound
from webapp.store import batch_rows, candidates, looks, outbox
from webapp.store.batch_rows import BatchRow
from webapp.store.calls import Call, OutboxState
from webapp.store.connection import transaction


class CannotBeIt(Exception):
    """What was chosen is certainly not that text, or is no longer there; `user_message` says why."""

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message


def say_sent(db: Database, client: SmsWorks, call: Call, provider_id: str) -> str | None:
    """It was sent: as `provider_id`, or nobody knows as what if that is empty. Words for whoever said so.

    None if it has been settled meanwhile. Raises CannotBeIt, and SmsWorksError where a batch has to be read.
    """
    if call.state is not OutboxState.UNKNOWN or call.needs_person is None:
        return None
    if not provider_id:
        said = outbox.record_said_sent(db, call, now=datetime.now(UTC))
        return "Recorded as sent. It will not be sent again, and no report will come." if said else None
    chosen = next((each for each in list_candidates(db, call) if each.provider_id == provider_id), None)
    if chosen is None or not chosen.can_be_chosen:
        raise CannotBeIt(chosen.why if chosen else "The record does not hold what you chose. Choose again.")
    if call.operation.is_batch and chosen.schedule_status is None:
        return _take_batch(db, client, call, chosen)
    taken = _take(db, call, chosen)
    return "Recognised. What becomes of it is shown as usual." if taken else None


def _take(db: Database, call: Call, chosen: Candidate, *, missing: list[BatchRow] | None = None) -> bool:
    """False if it has been settled meanwhile. Raises CannotBeIt if it turned out to be another's."""
    is_batch, provider_id = call.operation.is_batch, chosen.provider_id
    with transaction(db):
        # Asked again under the lock: somebody else may have taken it for a like text since the page was made.
        if looks.ids_of_other_calls(db, call, {provider_id}):
            raise CannotBeIt("It counts as another text of yours meanwhile.")
        taken = outbox.record_said_sent(
            db,
            call,
            now=datetime.now(UTC),
            message_id=None if is_batch else provider_id,
            provider_batch_id=provider_id if is_batch else None,
            schedule_status=chosen.schedule_status,
        )
        if taken and not is_batch:
            candidates.take_for(db, call, provider_id)
        if taken and missing:
            reason = "Not in the batch that the provider has: as far as it shows, nothing was sent."
            leave_out(db, call.batch_id or 0, missing, verdict=batch_rows.REFUSED, reason=reason)
        return taken


def _take_batch(db: Database, client: SmsWorks, call: Call, chosen: Candidate) -> str | None:
    """A batch is read before it is taken: whoever is not in it got nothing, and may get it again."""
    try:
        there = {message.destination for message in client.get_batch(batch_id=chosen.provider_id)}
    except NotFound:
        raise CannotBeIt("The provider has no such batch any more.") from None
    rows = batch_rows.list_between(db, call.batch_id or 0, call.first_position or 0, call.last_position or 0)
    _check_people(there, {row.number or "" for row in rows})
    missing = [row for row in rows if row.number not in there]
    if not _take(db, call, chosen, missing=missing):
        return None
    if not missing:
        return "Recognised. Everybody of this part is in it."
    return (
        f"Recognised. {len(missing):,} of the {len(rows):,} people are not in it and count as not sent: "
        "the result file of the batch names them."
    )


def _check_people(there: Set[str], wanted: Set[str]) -> None:
    if not there & wanted:
        raise CannotBeIt("Nobody of this part of the list is in that batch.")
    if there - wanted:
        raise CannotBeIt(
            f"{len(there - wanted):,} of the people in that batch are not on this part of the list: "
            "it is another one."
        )
