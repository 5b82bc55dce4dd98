"""Looking through the provider's log for replies that were consumed by a fetch whose answer got lost.

From a little before the last sweep began up to now, window by window (`log_windows`), the oldest first. How
far it has come is on the disk, so that a sweep which is broken off goes on from there.
"""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.messaging.status import MessageStatus
from webapp.services.intake import came_in, take_all
from webapp.services.log_windows import read_window
from webapp.smsworks.client import SmsWorks
from webapp.store import inbox_state
from webapp.store.connection import transaction
from webapp.store.inbox_state import Sweep
from webapp.store.leases import extend_lease, may_be_taken, release_lease, take_lease

LEASE = "inbox sweep"
EVERY = timedelta(minutes=10)
# A text may show in the log long after it came in; the same text twice is stored once.
OVERLAP = timedelta(hours=1)
FIRST_SWEEP = timedelta(hours=24)
# The provider's clock may be ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=10)
# A narrow window first, then ever wider ones: where much came in, a sweep that is broken off again and again
# must not spend its time on finding out how narrow a window has to be.
FIRST_WIDTH = timedelta(minutes=1)
WIDER = 4
MOST_WINDOWS = 500


def sweep_inbox(
    db: Database, client: SmsWorks, *, lease_seconds: float, every: timedelta = timedelta()
) -> int | None:
    """Sweep if it is due; how many texts had been missing. None if it is not, or another process is at it.

    `every`: the least time between two attempts, so that one that fails is not made again at once.
    Raises SmsWorksError: the rest waits for the next round.
    """
    now = datetime.now(UTC)
    if not is_due(inbox_state.read_sweep(db), now=now):
        return None
    if not may_be_taken(db, LEASE, now=now, every=every):
        return None
    token = take_lease(db, LEASE, now=now, until=now + timedelta(seconds=lease_seconds), every=every)
    if token is None:
        return None
    try:
        return _sweep(db, client, token, lease_seconds)
    finally:
        release_lease(db, LEASE, token, now=datetime.now(UTC))


def is_due(sweep: Sweep, *, now: datetime) -> bool:
    """At once after something may have been lost or a sweep broke off; else every ten minutes."""
    is_old = sweep.swept_at is None or now - sweep.swept_at >= EVERY
    return sweep.is_wanted or sweep.at is not None or is_old


def _sweep(db: Database, client: SmsWorks, token: str, lease_seconds: float) -> int:
    at, until = _begin_or_go_on(db)
    width, new = FIRST_WIDTH, 0
    for _ in range(MOST_WINDOWS):
        found, end = read_window(client, at, min(at + width, until), status=MessageStatus.INCOMING)
        with transaction(db):
            new += take_all(db, filter(came_in, found), now=datetime.now(UTC)).new
            inbox_state.advance_sweep(db, at=end)
            if end >= until:
                inbox_state.end_sweep(db)
        if end >= until or not extend_lease(
            db, LEASE, token, until=datetime.now(UTC) + timedelta(seconds=lease_seconds)
        ):
            break
        width, at = WIDER * (end - at), end
    return new


def _begin_or_go_on(db: Database) -> tuple[datetime, datetime]:
    """From when and up to when to look."""
    sweep = inbox_state.read_sweep(db)
    if sweep.at is not None and sweep.until is not None:
        return sweep.at, sweep.until
    now = datetime.now(UTC)
    since = sweep.swept_at - OVERLAP if sweep.swept_at else now - FIRST_SWEEP
    until = now + CLOCK_TOLERANCE
    inbox_state.begin_sweep(db, now=now, since=since, until=until)
    return since, until
