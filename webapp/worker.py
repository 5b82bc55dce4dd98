"""The background loop: sends what is queued, finds out what is unknown, fetches replies, follows statuses.

Any number of workers may run; the record decides who does what.
"""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

from sqlite_utils import Database

from webapp.config import Settings
from webapp.services.batches.files import discard
from webapp.services.batches.following import follow_batches
from webapp.services.batches.jobs import do_jobs
from webapp.services.batches.sending import dispatch_part, end_finished
from webapp.services.cancel_opted_out import cancel_opted_out
from webapp.services.carry_changes import carry_on_due
from webapp.services.credentials import compare_customer
from webapp.services.erasing import erase_due
from webapp.services.follow_scheduled import follow_due
from webapp.services.names import take_names
from webapp.services.reconcile import reconcile_due
from webapp.services.send import Pace, dispatch, give_up_overdue
from webapp.services.sweep_inbox import sweep_inbox
from webapp.services.sync_credits import refresh_credits
from webapp.services.sync_inbox import inbox_interval, sync_inbox
from webapp.services.sync_log import sync_log
from webapp.services.sync_messages import refresh_statuses
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import SmsWorksError
from webapp.store import audit, audit_chain, batches, calls, drafts, inbox_state, readings, unfinished_replies
from webapp.store.calls import Call, OutboxState
from webapp.store.connection import open_database
from webapp.store.local_days import keep_days_of
from webapp.store.migrating import migrate

SECONDS_BETWEEN_ROUNDS = 0.5
CREDITS_EVERY_SECONDS = 60
CUSTOMER_EVERY_SECONDS = 600
HEARTBEAT_EVERY_SECONDS = 5
CALLS_A_ROUND = 20
# A sweep says itself whether it is due; one that failed is not tried again at once.
BETWEEN_SWEEPS = timedelta(seconds=2)
FORGET_EVERY_SECONDS = 3600
# There are a dozen jobs a round, and two rounds a second: only those that took a while are worth a line.
SLOW_SECONDS = 1.0
OPTED_OUT_EVERY_SECONDS = 15
# It says itself whether the day's round, or a number that was asked for, is due.
ERASE_EVERY_SECONDS = 10
NOTE_AUDIT_EVERY_SECONDS = 86_400
# A draft nobody has touched for a month still holds numbers and a text: it is emptied.
ABANDONED_AFTER = timedelta(days=30)

log = logging.getLogger("textdesk.worker")


@dataclass
class Worker:
    """Does one round of work at a time on one database connection.

    `put_off`: the jobs that the provider keeps from being done, and why.
    """

    settings: Settings
    client: SmsWorks
    last_run: dict[str, float] = field(default_factory=dict)
    put_off: dict[str, str] = field(default_factory=dict)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        db = open_database(self.settings.database)
        migrate(db)
        keep_days_of(db, self.settings.timezone)
        # Whatever stopped the worker before this one may have stopped it in the middle of a fetch.
        inbox_state.want_sweep(db)
        while not stop.is_set():
            self.round(db)
            stop.wait(SECONDS_BETWEEN_ROUNDS)
        db.close()

    def round(self, db: Database) -> None:
        """Everything that is due now, once."""
        jobs: tuple[tuple[str, float, Callable[[], object]], ...] = (
            ("reconcile", 0, lambda: self.reconcile(db)),
            ("give up", 0, lambda: give_up_overdue(db)),
            ("lists", 0, lambda: self.lists(db)),
            ("send", 0, lambda: self.send(db)),
            ("changes", 0, lambda: carry_on_due(db, self.client)),
            ("batches", 0, lambda: end_finished(db)),
            ("batch statuses", 0, lambda: follow_batches(db, self.client)),
            ("scheduled", 0, lambda: follow_due(db, self.client)),
            ("opted out", OPTED_OUT_EVERY_SECONDS, lambda: cancel_opted_out(db, self.client)),
            ("inbox", 0, lambda: self.inbox(db)),
            ("inbox sweep", 0, lambda: self.sweep_inbox(db)),
            ("log", 0, lambda: self.log(db)),
            ("statuses", 0, lambda: refresh_statuses(db, self.client)),
            ("names", 0, lambda: take_names(db)),
            ("abandoned drafts", FORGET_EVERY_SECONDS, lambda: self.forget(db)),
            ("audit head", NOTE_AUDIT_EVERY_SECONDS, lambda: self.note_audit_head(db)),
            ("erasing", ERASE_EVERY_SECONDS, lambda: erase_due(db, folder=self.settings.uploads)),
            ("credits", CREDITS_EVERY_SECONDS, lambda: self.credits(db)),
            ("customer", CUSTOMER_EVERY_SECONDS, lambda: compare_customer(db, self.client)),
        )
        for name, every_seconds, job in jobs:
            if monotonic() - self.last_run.get(name, -every_seconds) >= every_seconds:
                self.last_run[name] = monotonic()
                self._run("heartbeat", lambda: self._beat(db))
                self._run(name, job)

    def _run(self, name: str, job: Callable[[], object]) -> None:
        begun = monotonic()
        try:
            job()
        except SmsWorksError as error:
            self._note_put_off(name, type(error).__name__)
        except Exception:
            # One broken job must not keep the others from being done.
            log.exception("%s failed", name)
        else:
            if self.put_off.pop(name, None):
                log.info("%s goes on", name)
        seconds = monotonic() - begun
        level = logging.INFO if seconds >= SLOW_SECONDS else logging.DEBUG
        log.log(level, "job=%s ms=%d", name.replace(" ", "_"), seconds * 1000)

    def _note_put_off(self, name: str, why: str) -> None:
        """Once: a job that is tried every two seconds would fill the log while the provider is away."""
        if self.put_off.get(name) != why:
            log.info("%s put off: %s", name, why)
        self.put_off[name] = why

    def _beat(self, db: Database) -> None:
        since = monotonic() - self.last_run.get(readings.WORKER, -HEARTBEAT_EVERY_SECONDS)
        if since >= HEARTBEAT_EVERY_SECONDS:
            self.last_run[readings.WORKER] = monotonic()
            readings.record_heartbeat(db, readings.WORKER, now=datetime.now(UTC))

    def reconcile(self, db: Database) -> None:
        reconcile_due(db, self.client, settle_seconds=self.settings.settle_seconds)

    def lists(self, db: Database) -> None:
        do_jobs(db, self.client, folder=self.settings.uploads, country=self.settings.country)

    def send(self, db: Database) -> None:
        pace = Pace(self.settings.lease_seconds, self.settings.delivery_report_url)
        for call_id in calls.list_due(db, now=datetime.now(UTC), limit=CALLS_A_ROUND):
            call = self._dispatch(db, call_id, pace)
            if call is not None and call.state is OutboxState.QUEUED:
                return  # The provider cannot be reached: the others would only wait as long, one by one.

    def _dispatch(self, db: Database, call_id: int, pace: Pace) -> Call | None:
        try:
            call = calls.get_call(db, call_id)
            if call is not None and call.batch_id is not None:
                return dispatch_part(db, self.client, call, pace=pace)
            return dispatch(db, self.client, call_id, pace=pace)
        except Exception:
            # A text that breaks the program holds up no other.
            log.exception("a text could not be attempted")
            return None

    def inbox(self, db: Database) -> None:
        every = inbox_interval(db, seconds=self.settings.inbox_seconds, now=datetime.now(UTC))
        sync_inbox(db, self.client, every=every, lease_seconds=self.settings.lease_seconds)

    def sweep_inbox(self, db: Database) -> None:
        sweep_inbox(db, self.client, lease_seconds=self.settings.lease_seconds, every=BETWEEN_SWEEPS)

    def log(self, db: Database) -> None:
        sync_log(db, self.client, lease_seconds=self.settings.lease_seconds)

    def forget(self, db: Database) -> None:
        now = datetime.now(UTC)
        before = now - ABANDONED_AFTER
        if emptied := drafts.discard_abandoned(db, before=before, now=now):
            audit.record_own(db, "emptied abandoned drafts", now=now, drafts=emptied)
        for batch in batches.list_abandoned(db, before=before):
            if discard(db, batch, folder=self.settings.uploads):
                audit.record_own(db, "discarded an abandoned list", batch.ref, now=now)
        unfinished_replies.forget_old_replies(db, before=before)

    def note_audit_head(self, db: Database) -> None:
        """Into the log, which stands elsewhere: against it a cut-off end shows (`audit verify --expect`)."""
        head = audit_chain.read_head(db)
        log.info("audit trail: %d entries, last %s", head.entries, head.hash or "none")

    def credits(self, db: Database) -> None:
        refresh_credits(db, self.client, max_age=timedelta(seconds=CREDITS_EVERY_SECONDS / 2))


def run_until_signalled(worker: Worker) -> None:
    """Run until SIGTERM or Ctrl-C; the call under way is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.run(stop)
