"""Taking what the provider posts to us. Posted again, it changes nothing; unknown ids are kept too."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlite_utils import Database

from webapp.messaging.status import MessageStatus
from webapp.services.intake import came_in, take_all
from webapp.services.sync_messages import record_message
from webapp.smsworks import wire
from webapp.smsworks.models import Message
from webapp.smsworks.models.webhooks import read_delivery_reports, read_inbound_posts
from webapp.store import calls, inbox_state, messages, readings
from webapp.store.connection import transaction


class Unusable(ValueError):
    """A body that is in none of the known forms: nothing was stored."""


def take_inbound_posts(db: Database, body: bytes) -> int:
    """Store the texts that were posted; how many were new. Raises Unusable."""
    try:
        posted = read_inbound_posts(wire.parse_json(body, None))
    except wire.Unreadable as error:
        raise Unusable(str(error)) from error
    now = datetime.now(UTC)
    with transaction(db):
        taken = take_all(db, posted, now=now)
        if taken.failed:
            inbox_state.want_sweep(db)
        readings.record_heartbeat(db, readings.INBOUND_WEBHOOK, now=now)
    return taken.new


def take_delivery_reports(db: Database, body: bytes) -> int:
    """Take what became of texts into the record; how many reports there were. Raises Unusable."""
    try:
        reports = read_delivery_reports(wire.parse_json(body, None))
    except wire.Unreadable as error:
        raise Unusable(str(error)) from error
    with transaction(db):
        for report in reports:
            _take_report(db, report)
        readings.record_heartbeat(db, readings.DELIVERY_WEBHOOK, now=datetime.now(UTC))
    return len(reports)


def _take_report(db: Database, report: Message) -> None:
    """Of a message that is known, only its status and why; who and what it was is ours to say."""
    known = messages.find_message(db, report.message_id)
    if known is None:
        call = None if came_in(report) else calls.find_call(db, report.message_id)
        record_message(db, report, outbox_id=call.id if call else None)
        return
    if known.report.status == MessageStatus.INCOMING or came_in(report):
        return
    told = replace(
        report,
        sender="",
        destination="",
        content="",
        keyword=None,
        batch_id=None,
        created_at=None,
        metadata={},
        raw=known.report.raw or {},
    )
    record_message(db, told, checks=known.checks, fallback=known.report)
