"""What became of the texts of a batch: read from the provider until nothing more is expected."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.messaging.status import is_final
from webapp.services.batches.calls import ROW_KEY, pause_between_checks
from webapp.services.rounds import do_each
from webapp.services.sync_messages import record_message
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import NotFound
from webapp.smsworks.models import Message
from webapp.store import batch_outcomes, batch_rows, looks
from webapp.store.batch_outcomes import RowStatus
from webapp.store.batch_rows import BatchRow
from webapp.store.calls import Call
from webapp.store.connection import short_writes, transaction

BATCHES_A_ROUND = 4
TAKEN_FOR = timedelta(minutes=2)
FOLLOWED_FOR = timedelta(days=4)


def follow_batches(db: Database, client: SmsWorks) -> int:
    """Read the batches that are due; how many were due. Raises SmsWorksError if nobody can be asked."""
    now = datetime.now(UTC)
    due = looks.claim_batch_checks(db, now=now, next_look_at=now + TAKEN_FOR, limit=BATCHES_A_ROUND)
    do_each(
        due,
        lambda call: follow_batch(db, client, call),
        put_off=lambda call: looks.record_check(db, call, next_look_at=_next_check(call)),
    )
    batch_outcomes.mirror_single_texts(db, since=now - FOLLOWED_FOR, now=now)
    return len(due)


def follow_batch(db: Database, client: SmsWorks, call: Call) -> bool:
    """Read the messages of one call's batch; whether the provider shows any. Raises SmsWorksError."""
    try:
        found = client.get_batch(batch_id=call.provider_batch_id or "")
    except NotFound:
        found = ()
    rows = batch_rows.list_between(db, call.batch_id or 0, call.first_position or 0, call.last_position or 0)
    for some in short_writes(_changed(rows, found)):
        with transaction(db):
            statuses = [status for _, status in some]
            batch_outcomes.record_statuses(db, call.batch_id or 0, statuses, now=datetime.now(UTC))
            for message, _ in some:
                record_message(db, message, outbox_id=call.id, is_followed=False)
    all_final = len(found) >= len(rows) and all(is_final(message.status) for message in found)
    looks.record_check(db, call, next_look_at=None if all_final else _next_check(call))
    return bool(found)


def _changed(rows: list[BatchRow], found: Iterable[Message]) -> Iterator[tuple[Message, RowStatus]]:
    by_number = {row.number: row for row in rows}
    by_position = {str(row.position): row for row in rows}
    for message in found:
        row = by_number.get(message.destination) or by_position.get(message.metadata.get(ROW_KEY, ""))
        if row is not None and (status := _status(row, message)) != _known(row):
            yield message, status


def _status(row: BatchRow, message: Message) -> RowStatus:
    failure = message.failure
    return RowStatus(
        position=row.position,
        message_id=message.message_id,
        status=message.status,
        failure_code=failure.code if failure else None,
        failure_details=failure.details if failure else None,
        failure_permanent=failure.permanent if failure else None,
        credits=row.credits if message.credits is None else message.credits,
    )


def _known(row: BatchRow) -> RowStatus:
    return RowStatus(
        position=row.position,
        message_id=row.message_id or "",
        status=row.status or "",
        failure_code=row.failure_code,
        failure_details=row.failure_details,
        failure_permanent=row.failure_permanent,
        credits=row.credits,
    )


def _next_check(call: Call) -> datetime | None:
    return pause_between_checks(call.looks, max(call.ended_at or call.created_at, call.goes_at))
