"""Fetching replies. A fetch may consume what it returns, so it is stored before anything else happens.

One call an interval, however many processes run and however many people watch: whoever gets the lease asks.
"""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.services.intake import take_all
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import OutcomeUnknown, SmsWorksError
from webapp.smsworks.models import MOST_FOUND, Message, MessageQuery
from webapp.store import inbox_state, readings
from webapp.store.connection import transaction
from webapp.store.leases import extend_lease, may_be_taken, release_lease, take_lease

LEASE = "inbox"
SOMEBODY_IS_HERE = timedelta(seconds=60)
SECONDS_WHEN_NOBODY_IS_HERE = 60.0
# "Ask the provider now" pressed by everybody at once is still one call in so many seconds.
LEAST_SECONDS = 2.0
# A provider that goes on returning the same texts must not keep the worker for ever.
MOST_FETCHES = 200


def inbox_interval(db: Database, *, seconds: float, now: datetime) -> timedelta:
    """How often to fetch: every `seconds` while somebody has a page open, else each minute."""
    seen = readings.last_heartbeat(db, readings.STAFF)
    is_here = seen is not None and now - seen.at < SOMEBODY_IS_HERE
    return timedelta(seconds=seconds if is_here else max(seconds, SECONDS_WHEN_NOBODY_IS_HERE))


def sync_inbox(db: Database, client: SmsWorks, *, every: timedelta, lease_seconds: float) -> int | None:
    """Fetch and store what is unread at the provider until nothing is left; how many texts were new.

    None if another process is at it, or it was done within `every`. Raises SmsWorksError; what a lost reply
    has consumed is remembered, and the next sweep picks it up.
    """
    now = datetime.now(UTC)
    if not may_be_taken(db, LEASE, now=now, every=every):
        return None
    with transaction(db):
        token = take_lease(db, LEASE, now=now, until=now + timedelta(seconds=lease_seconds), every=every)
        if token is None:
            return None
        inbox_state.begin_fetch(db)
    try:
        return _fetch_until_empty(db, client, token, lease_seconds)
    except SmsWorksError as error:
        may_be_lost = isinstance(error, OutcomeUnknown)
        inbox_state.fail_fetch(db, error.user_message, may_be_lost=may_be_lost)
        raise
    finally:
        release_lease(db, LEASE, token, now=datetime.now(UTC))


def _fetch_until_empty(db: Database, client: SmsWorks, token: str, lease_seconds: float) -> int:
    total = 0
    for _ in range(MOST_FETCHES):
        new = _fetch_once(db, client)
        total += new
        until = datetime.now(UTC) + timedelta(seconds=lease_seconds)
        # Nothing new: it is empty, or a provider that marks nothing as read repeats itself.
        if not new or not extend_lease(db, LEASE, token, until=until):
            break
        inbox_state.begin_fetch(db)
    return total


def _fetch_once(db: Database, client: SmsWorks) -> int:
    found = client.fetch_unread(query=MessageQuery(limit=MOST_FOUND))
    return _store(db, found)


def _store(db: Database, found: tuple[Message, ...]) -> int:
    """What came is stored and the fetch is over, in one transaction."""
    now = datetime.now(UTC)
    with transaction(db):
        taken = take_all(db, filter(_may_have_come_in, found), now=now)
        inbox_state.end_fetch(db, now=now)
        if taken.failed:
            inbox_state.want_sweep(db)
    return taken.new


def _may_have_come_in(message: Message) -> bool:
    """All that the inbox returns, but for what says itself that it went out."""
    return message.status.upper() not in WENT_OUT


WENT_OUT = frozenset({"SENT", "DELIVERED", "UNDELIVERABLE", "EXPIRED", "REJECTED", "SCHEDULED"})
