"""Texts that the provider holds for later are cancelled when their number opts out meanwhile."""

from datetime import UTC, datetime

from sqlite_utils import Database

from webapp.services import follow_scheduled
from webapp.services.rounds import do_each
from webapp.smsworks.client import SmsWorks
from webapp.store import looks, outbox
from webapp.store.calls import Call

CANCELS_A_ROUND = 20


def cancel_opted_out(db: Database, client: SmsWorks) -> int:
    """Cancel them at the provider; how many there were. One that is refused is tried again until its time."""
    due = looks.list_scheduled_to_opted_out(db, now=datetime.now(UTC), limit=CANCELS_A_ROUND)
    do_each(due, lambda call: _cancel(db, client, call), put_off=lambda _call: None)
    return len(due)


def _cancel(db: Database, client: SmsWorks, call: Call) -> None:
    follow_scheduled.cancel(db, client, call)
    outbox.add_event(db, call.id, "skipped", now=datetime.now(UTC))
