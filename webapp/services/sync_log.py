"""Mirroring the provider's log: everything the account sends and gets, also through other programs.

Window by window (`log_windows`), the oldest first. Each is stored in small transactions, and then the
watermark moves: what is broken off is read again, which changes nothing.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.services.intake import came_in
from webapp.services.log_windows import NARROWEST, read_window
from webapp.services.prices import refresh_prices
from webapp.services.sync_messages import record_message
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import Message
from webapp.store import log_state, messages
from webapp.store.connection import short_writes, transaction
from webapp.store.leases import extend_lease, may_be_taken, release_lease, take_lease
from webapp.store.log_state import Reread
from webapp.store.messages import MessageReport

LEASE = "message log"
EVERY = timedelta(minutes=1)
FIRST_FILL = timedelta(days=7)
# A text may show in the log some time after it was made; the same text twice is stored once.
OVERLAP = timedelta(minutes=10)
CLOCK_TOLERANCE = timedelta(minutes=10)
FIRST_WIDTH = timedelta(hours=6)
WIDER = 4
# Windows in one go: then the worker's other work has its turn.
MOST_WINDOWS = 12
# How far back, and how often, stretches are read again that hold a status which is not final.
REREADS = (
    (Reread.LATELY, timedelta(hours=2), timedelta(minutes=10)),
    (Reread.LONG_AGO, timedelta(hours=72), timedelta(hours=1)),
)


def sync_log(db: Database, client: SmsWorks, *, lease_seconds: float) -> int | None:
    """Read on from the watermark; how many messages were read. None if it is not due.

    At once again while it lags behind, as during the first fill. Raises SmsWorksError.
    """
    now = datetime.now(UTC)
    every = timedelta() if is_behind(db, now=now) else EVERY
    if not may_be_taken(db, LEASE, now=now, every=every):
        return None
    lease = timedelta(seconds=lease_seconds)
    token = take_lease(db, LEASE, now=now, until=now + lease, every=every)
    if token is None:
        return None
    try:
        read = _read_on(db, client, token, lease, now=now)
        for which, reach, pause in REREADS:
            read += _reread(db, client, which, reach, pause, now=now)
        return read
    finally:
        release_lease(db, LEASE, token, now=datetime.now(UTC))


def is_behind(db: Database, *, now: datetime) -> bool:
    """Whether the first fill, or what a stop has left, is still being read; not before the first attempt."""
    read_to = log_state.read_state(db).read_to
    return read_to is not None and now - read_to > OVERLAP


def store_found(db: Database, found: Iterable[Message]) -> int:
    """Take messages of the provider's into the record, a few at a time; how many there were.

    The same one twice, or one older than what is known, changes nothing.
    """
    stored = 0
    for some in short_writes(found):
        with transaction(db):
            for message in some:
                _store(db, message)
        stored += len(some)
    return stored


def _store(db: Database, message: Message) -> None:
    """One that says the same as before costs no write; one that is followed by itself goes on being so."""
    known = messages.find_message(db, message.message_id)
    if known is None:
        record_message(db, message, is_followed=False)
    elif _is_news(known.report, message):
        is_followed = known.next_check_at is not None
        record_message(db, message, checks=known.checks, fallback=known.report, is_followed=is_followed)


def _is_news(known: MessageReport, message: Message) -> bool:
    if known.credits is None and message.credits is not None:
        return True
    code = message.failure.code if message.failure else None
    return (message.status, message.modified_at, code) != (
        known.status,
        known.modified_at,
        known.failure_code,
    )


def _learn_prices(db: Database, client: SmsWorks, found: Iterable[Message]) -> None:
    """What other programs sent abroad was not checked here first: nobody has asked for its price yet."""
    refresh_prices(db, client, {message.destination for message in found if not came_in(message)})


def _read_on(db: Database, client: SmsWorks, token: str, lease: timedelta, *, now: datetime) -> int:
    read_to = log_state.read_state(db).read_to
    at = now - FIRST_FILL if read_to is None else min(read_to, now) - OVERLAP
    width, read = FIRST_WIDTH, 0
    for _ in range(MOST_WINDOWS):
        found, end = read_window(client, at, min(at + width, now + CLOCK_TOLERANCE))
        _learn_prices(db, client, found)
        read += store_found(db, found)
        log_state.advance(db, min(end, now))
        if end >= now or not extend_lease(db, LEASE, token, until=datetime.now(UTC) + lease):
            break
        width, at = max(WIDER * (end - at), NARROWEST), end
    return read


def _reread(
    db: Database, client: SmsWorks, which: Reread, reach: timedelta, pause: timedelta, *, now: datetime
) -> int:
    """Read again from the oldest message of that stretch on whose status is not final."""
    last = log_state.read_state(db).reread_at[which]
    if last is not None and now - last < pause:
        return 0
    at = log_state.oldest_unsettled(db, since=now - reach, until=now - OVERLAP)
    read = 0
    while at is not None and at < now:
        found, end = read_window(client, at, now)
        _learn_prices(db, client, found)
        read += store_found(db, found)
        at = end
    log_state.record_reread(db, which, now=now)
    return read
