"""Deleting the record of a message: at the provider first, then here, with a tombstone left."""

from datetime import UTC, datetime

from sqlite_utils import Database

from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import NotFound, OutcomeUnknown, Refused
from webapp.store import calls, drafts, messages, outbox
from webapp.store.connection import transaction
from webapp.store.messages import StoredMessage


def delete_message(db: Database, client: SmsWorks, message: StoredMessage) -> None:
    """Raises SmsWorksError, and then nothing was deleted here. It recalls and refunds nothing."""
    try:
        client.delete_message(message_id=message.report.message_id)
    except (Refused, OutcomeUnknown):
        # The provider answers 400 or 404 for a record it no longer has; and where the answer was lost, it may
        # have been done. If it is gone, what is wanted is so already.
        if not _is_gone(client, message):
            raise
    with transaction(db):
        messages.mark_deleted(db, message.id, now=datetime.now(UTC))
        call = calls.get_call(db, message.outbox_id) if message.outbox_id is not None else None
        # What a call of a batch says belongs to everybody on the list.
        if call is not None and not call.operation.is_batch:
            outbox.erase_payload(db, call.id)
            if call.draft_id is not None:
                drafts.erase_draft(db, call.draft_id)


def _is_gone(client: SmsWorks, message: StoredMessage) -> bool:
    try:
        client.get_message(message_id=message.report.message_id)
    except NotFound:
        return True
    return False
