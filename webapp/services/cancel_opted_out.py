"""Texts that the provider holds for later are cancelled when their number opts out meanwhile.

From a batch nobody can be taken out there: it is cancelled and scheduled again without them, never both
alive and never neither.
"""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.services import follow_scheduled
from webapp.services.rounds import do_each
from webapp.smsworks.client import SmsWorks
from webapp.store import audit, looks, outbox
from webapp.store.calls import Call

CANCELS_A_ROUND = 20
# Later than this a batch is left as it is: it could be cancelled and then miss its time.
TIME_TO_SCHEDULE_ANEW = timedelta(minutes=5)


def cancel_opted_out(db: Database, client: SmsWorks) -> int:
    """Cancel them at the provider; how many there were. One that is refused is tried again until its time."""
    now = datetime.now(UTC)
    singles = looks.list_scheduled_to_opted_out(db, now=now, limit=CANCELS_A_ROUND)
    batches = looks.list_batches_to_opted_out(db, after=now + TIME_TO_SCHEDULE_ANEW, limit=CANCELS_A_ROUND)
    do_each(singles, lambda call: _cancel(db, client, call), put_off=lambda _call: None)
    do_each(batches, lambda call: _schedule_without_them(db, client, call), put_off=lambda _call: None)
    return len(singles) + len(batches)


def _schedule_without_them(db: Database, client: SmsWorks, call: Call) -> None:
    looks.want_anew(db, call, now=datetime.now(UTC))
    follow_scheduled.cancel(db, client, call)
    audit.record_own(db, "cancelled a part of a batch for opt-outs", call.ref, now=datetime.now(UTC))


def _cancel(db: Database, client: SmsWorks, call: Call) -> None:
    follow_scheduled.cancel(db, client, call)
    outbox.add_event(db, call.id, "skipped", now=datetime.now(UTC))
    audit.record_own(db, "cancelled a text for an opt-out", call.ref, now=datetime.now(UTC))
