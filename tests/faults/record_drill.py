"""A drill: a day of traffic goes by, and at its end the record and the provider agree on every message.

    python -m tests.faults.record_drill --texts 20000

Staff, other programs of the account and people who reply send all day; reports come at once or after hours;
some messages are deleted, here or by others. The provider gives its pages in no order, repeats rows across
them and fails one call in ten. The worker, a process with the day's clock, is killed now and then. Prints
what was compared; exit status 1 if anything differs, is missing or is too much.
"""

import argparse
import logging
import os
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import time_machine
from sqlite_utils import Database

from tests.faults.house import SECRET_KEY, seed
from tests.faults.processes import Keeper, Program, settle_in
from tests.faults.scene import PATIENT, REF_KEY, add_draft, client_of, confirm_one
from tests.faults.waiting import until
from webapp.config import Settings, read_settings
from webapp.sandbox import DEMO_TOKEN, Fault, FaultKind, Sandbox, When, create_sandbox, running
from webapp.sandbox.ids import wire_id
from webapp.sandbox.messages import select_messages
from webapp.services.delete import delete_message
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import SmsWorksError
from webapp.smsworks.models import OutboundBatch
from webapp.smsworks.transport import Transport
from webapp.store import inbox_state, messages
from webapp.store.connection import open_database, rows
from webapp.store.messages import StoredMessage
from webapp.worker import Worker

MORNING = datetime(2027, 1, 4, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
# The last report of a day may come three hours later; it is read within another hour.
SETTLES_AFTER = timedelta(hours=3)
SETTLES_WITHIN = timedelta(hours=8)
SHORTEST_STEP = timedelta(minutes=5)
# The worker gets so long for its round; then the day goes on without it.
MOST_SECONDS_A_ROUND = 30
STEPS_BETWEEN_KILLS = 8
MOST_SECONDS_BEFORE_A_KILL = 0.4
# More than one reply holds, all in one second.
BURST = 1200
PACES = (1.0, 60.0, 600.0, 3600.0)
MANY_TIMES = 10**9
# One call in ten, in each way in which one can fail.
FAILING = (
    Fault(kind=FaultKind.DROP, when=When.BEFORE, probability=0.03, seed=1, times=MANY_TIMES),
    Fault(kind=FaultKind.DROP, when=When.AFTER, probability=0.02, seed=2, times=MANY_TIMES),
    Fault(kind=FaultKind.SERVER_ERROR, probability=0.02, seed=3, times=MANY_TIMES),
    Fault(kind=FaultKind.TRUNCATED, probability=0.01, seed=4, times=MANY_TIMES),
    Fault(kind=FaultKind.CUT_OFF, probability=0.01, seed=5, times=MANY_TIMES),
    Fault(kind=FaultKind.TOO_MANY, retry_after=0, probability=0.01, seed=6, times=MANY_TIMES),
)


MOST_PRESSES = 9


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of messages. `differing`: in status, reason, numbers or words; `extra`: only in the record,
    though nobody deleted them at the provider; `twice`: texts of ours that were taken on a second time.
    """

    messages: int
    of_ours: int
    received: int
    statuses: int
    differing: int
    missing: int
    extra: int
    twice: int
    deleted_here: int
    deleted_elsewhere: int
    calls: int
    failed_calls: int
    kills: int
    seconds: float

    @property
    def is_well(self) -> bool:
        return not (self.differing or self.missing or self.extra or self.twice)

    def table(self) -> str:
        return "\n".join(f"{name:>18} {getattr(self, name):>8}" for name in self.__slots__)


class DayClock:
    """The time of day for everybody: the provider asks it, the worker reads it from a file.

    In another file the worker says of what time its last whole round was.
    """

    def __init__(self, directory: Path) -> None:
        self._file, self._worked = directory / "now", directory / "worked"
        self._at = MORNING

    def __call__(self) -> datetime:
        return self._at

    def read(self) -> datetime:
        return datetime.fromisoformat(self._file.read_text())

    def advance(self, by: timedelta) -> None:
        self._at += by
        _write(self._file, self._at.isoformat())

    def note_round(self, at: datetime) -> None:
        _write(self._worked, at.isoformat())

    def wait_for_a_round(self) -> None:
        """Until the worker has done a whole one since the clock was last moved."""
        with suppress(TimeoutError):
            until(self._has_worked, within=MOST_SECONDS_A_ROUND)

    def _has_worked(self) -> bool:
        return self._worked.exists() and self._worked.read_text() == self._at.isoformat()


def _write(file: Path, text: str) -> None:
    """Whole or not at all."""
    written = file.with_suffix(".new")
    written.write_text(text)
    written.replace(file)


def work_by_the_clock(words: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    """The worker's rounds, each at the time that the file says."""
    settle_in(environment, log)
    logging.basicConfig(level=logging.INFO)
    settings = read_settings(os.environ)
    worker, clock = Worker(settings, _hasty_client(settings)), DayClock(Path(words[0]))
    with closing(open_database(settings.database)) as db:
        inbox_state.want_sweep(db)
        while True:
            at = clock.read()
            with time_machine.travel(at, tick=True):
                worker.round(db)
            clock.note_round(at)


def _hasty_client(settings: Settings) -> SmsWorks:
    """Over real sockets; but a day of pauses between attempts would be an hour of waiting."""
    transport = Transport(
        base_url=settings.smsworks_url,
        token=lambda: DEMO_TOKEN,
        timeouts=PATIENT,
        sleep=lambda _seconds: None,
    )
    return SmsWorks(transport=transport)


class Account:
    """Everybody who sends, receives and deletes; `other` is another program with the same account."""

    def __init__(self, sandbox: Sandbox, db: Database, clock: DayClock, dice: random.Random) -> None:
        self._sandbox, self._db, self._clock, self._dice = sandbox, db, clock, dice
        self._other = client_of(sandbox.wsgi)
        self._sent = 0
        self.deleted_here: set[str] = set()
        self.deleted_elsewhere: set[str] = set()

    def act(self) -> None:
        """One thing that somebody does."""
        act = self._dice.choices(
            (self._write_here, self._send_elsewhere, self._text_us, self._delete), weights=(30, 36, 28, 6)
        )[0]
        with time_machine.travel(self._clock(), tick=True):
            act()

    def burst(self) -> None:
        """Another program sends to many at once, and again if it hears nothing of it."""
        numbers = tuple(self._number() for _ in range(BURST))
        while True:
            with suppress(SmsWorksError):
                self._other.send_batch(batch=OutboundBatch("Clinic", numbers, "From another program"))
                return

    def _write_here(self) -> None:
        confirm_one(self._db, add_draft(self._db, f"Text {self._sent}", self._number()))

    def _send_elsewhere(self) -> None:
        numbers = tuple(self._number() for _ in range(self._dice.randint(1, 3)))
        with suppress(SmsWorksError):
            self._other.send_batch(batch=OutboundBatch("Clinic", numbers, "From another program"))

    def _text_us(self) -> None:
        words = self._dice.choice(("Yes please", "STOP", "Can I come on Thursday?", "Thank you"))
        self._sandbox.inject_inbound(sender=self._number(), content=words)

    def _delete(self) -> None:
        """A message of the record; by one of ours, or by another program behind our back."""
        found = messages.list_messages(self._db, "deleted_at IS NULL ORDER BY RANDOM() LIMIT 1", [])
        for message in found:
            message_id = message.report.message_id
            if self._dice.random() < 0.5:
                self._delete_here(message)
                continue
            self.deleted_elsewhere.add(message_id)
            with suppress(SmsWorksError):
                self._other.delete_message(message_id=message_id)

    def _delete_here(self, message: StoredMessage) -> None:
        """Whoever is told that it did not work, or perhaps not, presses the button again."""
        for _ in range(MOST_PRESSES):
            with suppress(SmsWorksError):
                delete_message(self._db, self._other, message)
                self.deleted_here.add(message.report.message_id)
                return

    def _number(self) -> str:
        """A third of them end in a way that the sandbox plays out: failed, late, answered, lost."""
        self._sent += 1
        ending = self._dice.randint(90, 96) if self._dice.random() < 0.33 else self._dice.randint(0, 89)
        return f"4474{self._sent:06d}{ending:02d}"


def run_drill(directory: Path, *, texts: int, steps: int, bursts: int = 2, seed_number: int = 1) -> Tally:
    begun, dice = monotonic(), random.Random(seed_number)
    database = directory / "textdesk.db"
    seed(database)
    clock = DayClock(directory)
    with (
        closing(create_sandbox(database=directory / "sandbox.db", clock=clock)) as sandbox,
        running(sandbox) as address,
        closing(open_database(database)) as db,
    ):
        sandbox.set_credits(100 * texts + 100_000)
        sandbox.change_switches({"page_order": "scrambled", "repeated_rows": 7})
        for fault in FAILING:
            sandbox.faults.add(fault)
        account = Account(sandbox, db, clock, dice)
        clock.advance(timedelta())
        worker = _worker(directory, address)
        with Keeper([worker]):
            day = Day(clock, sandbox, account, worker, dice)
            day.live_through(texts=texts, steps=steps, bursts=bursts)
            _settle(clock, sandbox, db, account, step=max(DAY / steps / 3, SHORTEST_STEP))
        return _compare(sandbox, db, account, kills=worker.kills, seconds=monotonic() - begun)


@dataclass(frozen=True, slots=True)
class Day:
    """Everything that happens in it, step by step."""

    clock: DayClock
    sandbox: Sandbox
    account: Account
    worker: Program
    dice: random.Random

    def live_through(self, *, texts: int, steps: int, bursts: int) -> None:
        done, bursting = 0, {self.dice.randrange(steps) for _ in range(bursts)}
        for step in range(steps):
            if step % 10 == 0:
                self.sandbox.change_switches({"pace": self.dice.choice(PACES)})
            if step in bursting:
                self.account.burst()
            while done < texts * (step + 1) / steps:
                self.account.act()
                done += 1
            self.clock.advance(DAY / steps)
            if self.dice.random() < 1 / STEPS_BETWEEN_KILLS:
                self._kill()
            self.clock.wait_for_a_round()

    def _kill(self) -> None:
        """Somewhere in its round."""
        threading.Event().wait(self.dice.uniform(0, MOST_SECONDS_BEFORE_A_KILL))
        self.worker.kill()


def _settle(clock: DayClock, sandbox: Sandbox, db: Database, account: Account, *, step: timedelta) -> None:
    """The evening: nobody sends any more, reports still come, calls still fail."""
    for at in range(SETTLES_WITHIN // step):
        clock.advance(step)
        clock.wait_for_a_round()
        if at * step > SETTLES_AFTER and _compare(sandbox, db, account).is_well:
            return


class Fact(NamedTuple):
    """What both must say of a message."""

    status: str
    sender: str
    destination: str
    content: str
    reason: str


def _compare(
    sandbox: Sandbox, db: Database, account: Account, *, kills: int = 0, seconds: float = 0
) -> Tally:
    there, here = _there(sandbox), _here(db)
    tombstones = {each["message_id"] for each in rows(db, _TOMBSTONES)}
    both = there.keys() & here.keys()
    lost = {message_id for message_id in account.deleted_here if message_id not in tombstones}
    inbound = {each["message_id"] for each in rows(db, _INBOUND)}
    received = {message_id for message_id, fact in there.items() if fact.status == "INCOMING"}
    refs = Counter(dict(text.metadata).get(REF_KEY) for text in sandbox.accepted())
    refs.pop(None, None)
    calls = sandbox.calls()
    return Tally(
        messages=len(there),
        of_ours=len(refs),
        received=len(received),
        statuses=len(both),
        differing=sum(there[each] != here[each] for each in both) + len(lost),
        missing=len(there.keys() - here.keys()) + len(received - inbound),
        extra=len(here.keys() - there.keys() - account.deleted_elsewhere),
        twice=sum(times > 1 for times in refs.values()),
        deleted_here=len(account.deleted_here),
        deleted_elsewhere=len(account.deleted_elsewhere),
        calls=sum(calls.values()),
        failed_calls=sum(MANY_TIMES - (fault.times or 0) for fault in sandbox.faults.pending()),
        kills=kills,
        seconds=round(seconds, 1),
    )


_TOMBSTONES = "SELECT message_id FROM messages WHERE deleted_at IS NOT NULL"
_INBOUND = "SELECT message_id FROM inbound JOIN messages ON messages.id = message_row_id"


def _there(sandbox: Sandbox) -> dict[str, Fact]:
    with sandbox.store.reading() as db:
        return {
            wire_id(each.id): Fact(
                each.status,
                each.sender,
                each.destination,
                each.content,
                "" if each.failure_code is None else str(each.failure_code),
            )
            for each in select_messages(db, "")
            if each.status != "SCHEDULED"
        }


def _here(db: Database) -> dict[str, Fact]:
    return {
        each.report.message_id: Fact(
            each.report.status,
            each.report.sender,
            each.report.destination,
            each.report.content,
            each.report.failure_code or "",
        )
        for each in messages.list_messages(db, "deleted_at IS NULL", [])
    }


def _worker(directory: Path, address: str) -> Program:
    environment = {
        "TEXTDESK_SECRET_KEY": SECRET_KEY,
        "TEXTDESK_DATABASE": str(directory / "textdesk.db"),
        "TEXTDESK_SMSWORKS_URL": f"{address}/v1",
        "TEXTDESK_SMSWORKS_TOKEN": DEMO_TOKEN,
        "TEXTDESK_PROVIDER_TIMEOUT_SECONDS": "10",
    }
    return Program([str(directory)], environment, directory / "worker.log", run=work_by_the_clock)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--steps", type=int, default=1440, help="of the day; 1440 is one a minute")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        tally = run_drill(
            Path(directory), texts=wanted.texts, steps=wanted.steps, bursts=6, seed_number=wanted.seed
        )
    print(tally.table())
    raise SystemExit(0 if tally.is_well else 1)


if __name__ == "__main__":
    main()
