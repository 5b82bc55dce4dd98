"""A drill: thousands of texts come in while answers get lost and the worker is killed about every second.

    python -m tests.faults.inbox_drill --texts 5000

The provider marks what it hands out as read, and a fifth of its answers never arrive. Prints how many texts
came in there, are stored, are missing and are stored twice; exit status 1 if any is.
"""

import argparse
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from tests.faults.house import SECRET_KEY, seed
from tests.faults.processes import Keeper, Program
from tests.faults.waiting import until
from webapp.sandbox import DEMO_TOKEN, Fault, FaultKind, Sandbox, When, create_sandbox, running
from webapp.store import readings
from webapp.store.connection import RecordError, rows
from webapp.store.pool import Pool

SECONDS_BETWEEN_KILLS = 1.0
SECONDS_BETWEEN_LOOKS = 0.05
SECONDS_BETWEEN_FETCHES = 0.2
PROVIDER_TIMEOUT_SECONDS = 1
TEXTS_AT_ONCE = 20
SECONDS_BETWEEN_TEXTS = 0.1
KILLED_FOR_SECONDS = 60
SETTLED_WITHIN_SECONDS = 180
NUMBERS = [f"4474001{ending:05d}" for ending in range(200)]


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of texts, then of answers that got lost, of kills, and how long it took."""

    received: int
    stored: int
    missing: int
    twice: int
    lost_answers: int
    kills: int
    seconds: float

    def table(self) -> str:
        return "\n".join(f"{name:>13} {getattr(self, name):>8}" for name in self.__slots__)


def run_drill(directory: Path, *, texts: int, seed_number: int = 1) -> Tally:
    begun = monotonic()
    database = directory / "textdesk.db"
    seed(database)
    with closing(create_sandbox(database=directory / "sandbox.db")) as sandbox, running(sandbox) as address:
        sandbox.change_switches({"inbox_marking": "with_answer"})
        sandbox.faults.add(_lost_answers(seed_number))
        worker, records = _worker(directory, address), Pool(database)
        with Keeper([worker]), _somebody_there(records):
            with _killed(worker, records, seed_number):
                ids = _text_us(sandbox, texts)
                with suppress(TimeoutError):
                    until(lambda: set(ids) <= set(_stored(records)), within=KILLED_FOR_SECONDS)
            # What is not there once it is left alone is lost, and not only late.
            with suppress(TimeoutError):
                until(lambda: set(ids) <= set(_stored(records)), within=SETTLED_WITHIN_SECONDS)
        stored = Counter(_stored(records))
        return Tally(
            received=len(ids),
            stored=sum(stored.values()),
            missing=len(set(ids) - set(stored)),
            twice=sum(count - 1 for count in stored.values()),
            lost_answers=_count_lost(directory),
            kills=worker.kills,
            seconds=round(monotonic() - begun, 1),
        )


def _lost_answers(seed_number: int) -> Fault:
    return Fault(
        kind=FaultKind.DROP,
        when=When.AFTER,
        operation="fetch_unread",
        times=None,
        probability=0.2,
        seed=seed_number,
    )


def _text_us(sandbox: Sandbox, texts: int) -> list[str]:
    """A burst every tenth of a second; the ids that the provider gave them."""
    ids: list[str] = []
    pause = threading.Event()
    for number in range(texts):
        sender = NUMBERS[number % len(NUMBERS)]
        ids.append(sandbox.inject_inbound(sender=sender, content=f"Text {number}"))
        if number % TEXTS_AT_ONCE == TEXTS_AT_ONCE - 1:
            pause.wait(SECONDS_BETWEEN_TEXTS)
    return ids


def _worker(directory: Path, address: str) -> Program:
    environment = {
        "TEXTDESK_SECRET_KEY": SECRET_KEY,
        "TEXTDESK_DATABASE": str(directory / "textdesk.db"),
        "TEXTDESK_SMSWORKS_URL": f"{address}/v1",
        "TEXTDESK_SMSWORKS_TOKEN": DEMO_TOKEN,
        "TEXTDESK_PROVIDER_TIMEOUT_SECONDS": str(PROVIDER_TIMEOUT_SECONDS),
        "TEXTDESK_INBOX_SECONDS": str(SECONDS_BETWEEN_FETCHES),
    }
    return Program(["worker"], environment, directory / "worker.log")


@contextmanager
def _killed(worker: Program, records: Pool, seed_number: int) -> Iterator[None]:
    """Killed at any moment of its work, but not while it starts: on a busy machine it would never begin."""
    stopping, dice = threading.Event(), random.Random(seed_number)

    def kill() -> None:
        died_at = datetime.now(UTC)
        while not stopping.wait(SECONDS_BETWEEN_LOOKS):
            if not _has_lived(records, since=died_at):
                continue
            stopping.wait(dice.uniform(0, 2 * SECONDS_BETWEEN_KILLS))
            worker.kill()
            died_at = datetime.now(UTC)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        stopping.set()
        killer.join()


def _has_lived(records: Pool, *, since: datetime) -> bool:
    with records.lent() as db:
        heard = readings.last_heartbeat(db, readings.WORKER)
    return heard is not None and heard.at > since


@contextmanager
def _somebody_there(records: Pool) -> Iterator[None]:
    """Somebody has a page open, so that replies are fetched often."""
    stopping = threading.Event()

    def be_there() -> None:
        while not stopping.is_set():
            with suppress(RecordError), records.lent() as db:
                readings.record_heartbeat(db, readings.STAFF, now=datetime.now(UTC))
            stopping.wait(10)

    person = threading.Thread(target=be_there)
    person.start()
    try:
        yield
    finally:
        stopping.set()
        person.join()


def _stored(records: Pool) -> list[str]:
    with records.lent() as db:
        found = rows(db, "SELECT message_id FROM inbound JOIN messages ON messages.id = message_row_id")
        return [each["message_id"] for each in found]


def _count_lost(directory: Path) -> int:
    lines = (directory / "worker.log").read_text().splitlines()
    return sum("OutcomeUnknown" in line and "fetch_unread" in line for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        tally = run_drill(Path(directory), texts=wanted.texts, seed_number=wanted.seed)
    print(tally.table())
    raise SystemExit(1 if tally.missing or tally.twice else 0)


if __name__ == "__main__":
    main()
