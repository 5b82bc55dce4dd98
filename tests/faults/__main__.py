"""`make drill`: every drill at full length, one after the other, and a table of what became of each text."""

import logging
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.faults import batch_drill, drill, inbox_drill, record_drill, restore_drill


@dataclass(frozen=True, slots=True)
class Outcome:
    """Numbers of texts, and of `faults`: kills, and answers that got lost, where a drill counts them.

    `once` of those `expected` went, `waiting` are before a person. `unlike`: at the provider, and not in the
    record. What a drill has no such texts for is 0.
    """

    faults: int
    expected: int = 0
    once: int = 0
    waiting: int = 0
    twice: int = 0
    forgotten: int = 0
    received: int = 0
    lost: int = 0
    unlike: int = 0

    @property
    def is_well(self) -> bool:
        return not (self.twice or self.forgotten or self.lost or self.unlike)


def send(directory: Path) -> Outcome:
    tally = drill.run_drill(directory, texts=500, seed=1)
    return Outcome(
        faults=tally.kills,
        expected=tally.expected,
        once=tally.accepted,
        waiting=tally.waiting,
        twice=tally.twice,
        forgotten=tally.forgotten,
    )


def batch(directory: Path) -> Outcome:
    tally = batch_drill.run_drill(directory, lists=100, seed=1)
    return Outcome(
        faults=tally.kills,
        expected=tally.meant,
        once=tally.once,
        waiting=tally.waiting,
        twice=tally.twice + tally.unwanted,
        forgotten=tally.forgotten,
    )


def inbox(directory: Path) -> Outcome:
    tally = inbox_drill.run_drill(directory, texts=5000)
    return Outcome(
        faults=tally.kills + tally.lost_answers,
        twice=tally.twice,
        received=tally.received,
        lost=tally.missing,
    )


def record(directory: Path) -> Outcome:
    tally = record_drill.run_drill(directory, texts=5000, steps=288, bursts=4)
    return Outcome(
        faults=tally.kills + tally.failed_calls,
        twice=tally.twice,
        received=tally.received,
        unlike=tally.differing + tally.missing + tally.extra,
    )


def restore(directory: Path) -> Outcome:
    tally = restore_drill.run_drill(directory, texts=300)
    return Outcome(
        faults=1,
        expected=tally.known + tally.since,
        once=tally.known_once + tally.since,
        waiting=tally.waiting,
        twice=tally.twice + tally.replies_twice,
        forgotten=tally.lost,
        received=tally.replies,
        lost=tally.replies_lost,
        unlike=tally.missing,
    )


DRILLS: tuple[Callable[[Path], Outcome], ...] = (send, batch, inbox, record, restore)


def main() -> int:
    """0 if nothing went twice, nothing was forgotten and nothing lost."""
    # The calls that are made to fail are no news.
    logging.getLogger("textdesk").addHandler(logging.NullHandler())
    names = Outcome.__slots__
    print(f"{'drill':8} " + " ".join(f"{name:>9}" for name in names) + "  minutes", flush=True)
    all_well = True
    for run in DRILLS:
        begun = monotonic()
        with tempfile.TemporaryDirectory() as directory:
            outcome = run(Path(directory))
        numbers = " ".join(f"{getattr(outcome, name):>9,}" for name in names)
        print(f"{run.__name__:8} {numbers}  {(monotonic() - begun) / 60:7.1f}", flush=True)
        all_well &= outcome.is_well
    print("Every text is accounted for." if all_well else "NOT every text is accounted for.")
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
