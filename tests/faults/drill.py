"""A drill: staff send texts while web and workers are killed at random moments and replies get lost.

    python -m tests.faults.drill --texts 200 --seed 7

prints what was expected, what the provider took on, what it took on twice and what was forgotten. A tenth of
the calls waits at the provider for up to a third of a second, so that kills find calls under way.
"""

import argparse
import random
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.faults.house import House, Person, standing_house
from tests.faults.scene import texts_of
from tests.faults.waiting import LOOK_EVERY_SECONDS, until
from webapp.sandbox import Fault, FaultKind, When
from webapp.store import calls
from webapp.store.calls import Call, OutboxState

PEOPLE = 3
NUMBERS = [f"4474001234{ending:02d}" for ending in range(80)]
SECONDS_BETWEEN_KILLS = (0.05, 0.35)
SETTLED_WITHIN_SECONDS = 120
SENDING = "/v1/message/"
LOST_REPLY = Fault(kind=FaultKind.DROP, when=When.AFTER, path=SENDING, times=None, probability=0.05, seed=1)
LOST_CALL = Fault(kind=FaultKind.DROP, path=SENDING, times=None, probability=0.05, seed=2)
SLOW_CALL = Fault(kind=FaultKind.DELAY, times=None, probability=0.1, seed=3, seconds=0.3)
SLOW_REPLY = Fault(kind=FaultKind.DELAY, when=When.AFTER, times=None, probability=0.1, seed=4, seconds=0.3)


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of texts. `waiting`: before a person, as what three lost attempts or a doubtful find become."""

    expected: int
    accepted: int
    waiting: int
    twice: int
    forgotten: int
    kills: int
    seconds: float

    def table(self) -> str:
        rows = ((name, getattr(self, name)) for name in self.__slots__)
        return "\n".join(f"{name:>10} {value:>8}" for name, value in rows)


def run_drill(directory: Path, *, texts: int, seed: int, workers: int = 2) -> Tally:
    begun = monotonic()
    with standing_house(directory, workers=workers) as house:
        for fault in (LOST_REPLY, LOST_CALL, SLOW_CALL, SLOW_REPLY):
            house.sandbox.faults.add(fault)
        people = [house.sign_in() for _ in range(PEOPLE)]
        stopping = threading.Event()
        killer = threading.Thread(target=kill_at_random, args=(house, random.Random(seed), stopping))
        killer.start()
        try:
            send_all(people, texts)
        finally:
            stopping.set()
            killer.join()
        with suppress(TimeoutError):
            until(lambda: all(map(has_ended, rows_of(house, texts))), within=SETTLED_WITHIN_SECONDS)
        return count(house, texts, seconds=monotonic() - begun)


def send_all(people: list[Person], texts: int) -> None:
    """Each text is composed and confirmed over HTTP, by several people at once."""
    with ThreadPoolExecutor(PEOPLE) as threads:
        shares = [range(position, texts, PEOPLE) for position in range(PEOPLE)]
        list(threads.map(send_share, people, shares))


def send_share(person: Person, share: range) -> None:
    for number in share:
        when = "flash" if number % 5 == 4 else "now"
        person.confirm(person.compose(f"Drill {number}", NUMBERS[number % len(NUMBERS)], when))


def kill_at_random(
    house: House,
    dice: random.Random,
    stopping: threading.Event,
    seconds_between: tuple[float, float] = SECONDS_BETWEEN_KILLS,
) -> None:
    """Only those are killed that have come to work since they were started, or nobody ever would.

    If none has, the first that does: however fast the machine is, each moment brings a kill.
    """
    while not stopping.wait(dice.uniform(*seconds_between)):
        while not (working := house.provider.callers()):
            if stopping.wait(LOOK_EVERY_SECONDS):
                return
        dice.choice(working).kill()


def rows_of(house: House, texts: int) -> list[Call]:
    with house.record() as db:
        return calls.list_recent(db, limit=2 * texts)


def has_ended(call: Call) -> bool:
    return call.state is OutboxState.ACCEPTED or bool(call.needs_person)


def count(house: House, texts: int, *, seconds: float) -> Tally:
    rows, log = rows_of(house, texts), house.sandbox.accepted()
    taken_on = [row for row in rows if texts_of(log, row.ref)]
    accepted = [row for row in taken_on if row.state is OutboxState.ACCEPTED]
    waiting = [row for row in rows if row.needs_person]
    return Tally(
        expected=texts,
        accepted=len(accepted),
        waiting=len(waiting),
        twice=len(log) - len({text.content for text in log}),
        forgotten=texts - len(accepted) - len(waiting),
        kills=sum(program.kills for program in house.programs),
        seconds=round(seconds, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        tally = run_drill(Path(directory), texts=wanted.texts, seed=wanted.seed, workers=wanted.workers)
    print(tally.table())
    raise SystemExit(1 if tally.twice or tally.forgotten else 0)


if __name__ == "__main__":
    main()
