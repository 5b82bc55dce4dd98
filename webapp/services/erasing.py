"""Erasing texts and numbers: what is older than the organisation keeps it, and one number's on request.

What is not settled stays until it is: texts still to go, scheduled, looked for or waiting for a person,
replies that nobody has read, and everything younger than the last report that can come. An opt-out stays in
any case: without it the number would be texted again.
"""

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from sqlite_utils import Database

from webapp.messaging.status import REPORT_WAIT
from webapp.services.batches.files import delete_file
from webapp.store import audit, erasing, erasing_lists, erasing_requests, overwriting
from webapp.store.erasing import Extent
from webapp.store.erasing_requests import ErasingRequest
from webapp.store.leases import give_back_lease, may_be_taken, release_lease, take_lease
from webapp.store.organisation import read_organisation

FEWEST_DAYS = 30
"""What is younger is still needed: reports, complaints, lists that were not sent yet."""
MOST_DAYS = 3650
LEASE = "erasing"
EVERY = timedelta(days=1)
LEASE_FOR = timedelta(hours=6)
TRIED_EVERY = timedelta(hours=1)
SECONDS_A_ROUND = 2.0


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each kind were emptied."""

    messages: int = 0
    calls: int = 0
    drafts: int = 0
    batches: int = 0
    rows_of_lists: int = 0
    conversations: int = 0
    scheduled: int = 0

    @property
    def is_any(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))

    def counts(self) -> dict[str, int]:
        """For the audit trail."""
        return asdict(self)


def older_than(days: int, *, deadline: float | None = None) -> Extent:
    return Extent(datetime.now(UTC) - timedelta(days=days), deadline=deadline)


def all_of(number: str, *, deadline: float | None = None) -> Extent:
    """Of one number, up to where no report can come any more."""
    return Extent(datetime.now(UTC) - REPORT_WAIT, number, deadline)


def erase(db: Database, extent: Extent, *, folder: Path) -> Erased:
    """Empty it, in small transactions, and overwrite what it said; `folder` holds the files of lists.

    Past the extent's deadline it stops where it is: the same call again goes on.
    """
    now = datetime.now(UTC)
    overwriting.overwrite_from_now_on(db)
    done = Erased(
        messages=erasing.erase_messages(db, extent, now=now),
        calls=erasing.erase_calls(db, extent, now=now)
        + (erasing.unname_calls_of_batches(db, extent) if extent.number else 0),
        drafts=erasing.erase_drafts(db, extent, now=now),
        batches=0 if extent.number else _erase_batches(db, extent, folder=folder, now=now),
        rows_of_lists=erasing_lists.erase_rows_of(db, extent) if extent.number else 0,
        conversations=erasing.erase_conversations(db, extent),
        scheduled=erasing.erase_scheduled(db, extent, now=now),
    )
    if done.is_any:
        overwriting.want_overwriting(db)
    if not extent.is_over:
        overwriting.overwrite(db, deadline=extent.deadline)
    return done


def _erase_batches(db: Database, extent: Extent, *, folder: Path, now: datetime) -> int:
    found = erasing_lists.list_erasable(db, extent)
    erased = 0
    for batch in found:
        if extent.is_over:
            break
        delete_file(batch, folder=folder)
        erasing_lists.erase_batch(db, batch.id, now=now)
        erased += 1
    return erased


def erase_due(db: Database, *, folder: Path) -> None:
    """What the worker does: numbers that somebody asked for, and once a day what is too old."""
    now, deadline = datetime.now(UTC), monotonic() + SECONDS_A_ROUND
    overwriting.overwrite_from_now_on(db)
    overwriting.overwrite(db, deadline=deadline)
    for request in erasing_requests.list_due(db, tried_before=now - TRIED_EVERY):
        erase_requested(db, request, folder=folder, deadline=deadline)
    days = read_organisation(db).retention_days
    if days is None or not may_be_taken(db, LEASE, now=now, every=EVERY):
        return
    token = take_lease(db, LEASE, now=now, until=now + LEASE_FOR, every=EVERY)
    if token is None:
        return
    extent = older_than(days, deadline=deadline)
    try:
        done = erase(db, extent, folder=folder)
        if done.is_any:
            audit.record_own(
                db, "erased what is too old", None, now=datetime.now(UTC), days=days, **done.counts()
            )
    finally:
        release_lease(db, LEASE, token, now=datetime.now(UTC))
    if extent.is_over:
        # Whatever else the worker does has its turn; the rest is not put off until tomorrow.
        give_back_lease(db, LEASE, token)


def erase_requested(
    db: Database, request: ErasingRequest, *, folder: Path, deadline: float | None = None
) -> bool:
    """Whether nothing of that number is left; what is not settled yet is tried again every hour."""
    done = erase(db, all_of(request.number, deadline=deadline), folder=folder)
    is_finished = not erasing.is_known(db, request.number)
    erasing_requests.record_try(db, request.id, now=datetime.now(UTC), is_finished=is_finished)
    if done.is_any or is_finished:
        audit.record_own(
            db,
            "erased a number",
            f"erasing request {request.id}",
            now=datetime.now(UTC),
            finished=is_finished,
            **done.counts(),
        )
    return is_finished
