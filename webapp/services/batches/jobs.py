"""Reading lists and counting their texts: by the worker, or by a page for a short list."""

import logging
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from webapp.services.batches.lists import LEASE, LEASE_TO_OPEN, JobTaken, read_list
from webapp.services.batches.texts import count_texts
from webapp.smsworks.client import SmsWorks
from webapp.store import batch_jobs
from webapp.store.batches import Batch, BatchState

log = logging.getLogger("textdesk.batches")


def do_jobs(db: Database, client: SmsWorks, *, folder: Path, country: str) -> bool:
    """Do the oldest job that waits; False if there is none."""
    batch = batch_jobs.take_job(db, now=datetime.now(UTC), lease=LEASE_TO_OPEN)
    if batch is None:
        return False
    _do(db, client, batch, folder=folder, country=country)
    return True


def do_own_job(db: Database, client: SmsWorks, batch: Batch, *, folder: Path, country: str) -> None:
    """Do the job of one batch now, unless somebody else has it; for a list that is short."""
    taken = batch_jobs.take_own_job(db, batch, now=datetime.now(UTC), lease=LEASE)
    if taken is not None:
        _do(db, client, taken, folder=folder, country=country)


def _do(db: Database, client: SmsWorks, batch: Batch, *, folder: Path, country: str) -> None:
    try:
        if batch.state is BatchState.READING:
            read_list(db, batch, folder=folder, country=country)
        else:
            count_texts(db, client, batch, country=country)
    except JobTaken:
        log.info("batch %d: somebody else does this job by now", batch.id)
