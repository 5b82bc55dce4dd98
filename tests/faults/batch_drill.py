"""A drill: staff send lists while web and workers are killed at random moments and the provider misbehaves.

    python -m tests.faults.batch_drill --lists 200 --seed 7

Each list is a run: uploaded, written, confirmed over HTTP, sent by two workers at once. Meanwhile web and
workers are killed with SIGKILL, a tenth of the replies is dropped after the list was taken on, and other
calls end in 500, 429, a time-out or half a reply. It prints how many texts were meant, taken on once, taken
on more than once and forgotten, and how many wait for a person.
"""

import argparse
import random
import re
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import requests

from tests.faults.drill import PEOPLE, has_ended, kill_at_random
from tests.faults.house import HIDDEN_FIELD, House, Person, standing_house
from tests.faults.lists import csv_of, number
from tests.faults.waiting import until
from webapp.sandbox import Fault, FaultKind, When
from webapp.store import batches, calls
from webapp.store.batches import BatchState

SENDING = "/v1/batch/"
CREDITS = 10_000_000
SECONDS_BETWEEN_KILLS = (0.1, 0.6)
# Every so many lists one goes in three calls.
LONG_LIST_EVERY = 20
LONG_LIST_ROWS = 10_001
PERSONAL_EVERY = 3
SETTLED_WITHIN_SECONDS = 300
READ_WITHIN_SECONDS = 240
COUNTED_WITHIN_SECONDS = 240


def _often(probability: float, seed: int, **fault: object) -> Fault:
    return Fault(path=SENDING, times=None, probability=probability, seed=seed, **fault)  # type: ignore[arg-type]


FAULTS = (
    _often(0.10, 1, kind=FaultKind.DROP, when=When.AFTER),
    _often(0.04, 2, kind=FaultKind.DROP),
    _often(0.04, 3, kind=FaultKind.SERVER_ERROR),
    _often(0.04, 4, kind=FaultKind.SERVER_ERROR, when=When.AFTER),
    _often(0.04, 5, kind=FaultKind.TOO_MANY, retry_after=1),
    _often(0.04, 6, kind=FaultKind.TRUNCATED, when=When.AFTER),
    _often(0.02, 7, kind=FaultKind.DELAY, seconds=3.5),
    _often(0.02, 8, kind=FaultKind.DELAY, when=When.AFTER, seconds=3.5),
    _often(0.20, 9, kind=FaultKind.DELAY, seconds=0.3),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of texts; `unwanted`: to somebody who was not on a list, or not to be sent to."""

    lists: int
    meant: int
    once: int
    twice: int
    forgotten: int
    unwanted: int
    waiting: int
    kills: int
    seconds: float

    def table(self) -> str:
        rows = ((name, getattr(self, name)) for name in self.__slots__)
        return "\n".join(f"{name:>10} {value:>9,}" for name, value in rows)


class Planner(Person):
    """Somebody with a spreadsheet, who tries again when the page does not come."""

    def send_list(self, name: str, content: bytes, text: str) -> None:
        address = self.upload(name, content)
        self.wait_for(f"{address}/edit", "What is in the list", within=READ_WITHIN_SECONDS)
        typed = {"sender": "ElmStreet", "content": text, "when": "now", "intent": "check"}
        page = ""
        while not page:
            self.insist(f"{address}/edit", typed)
            page = self._checked(address)
        self.insist(f"{address}/confirm", dict(HIDDEN_FIELD.findall(page)))

    def _checked(self, address: str) -> str:
        """The check page once all is counted; empty if counting was given up, as it was killed too often."""
        replies: list[requests.Response] = []

        def is_over() -> bool:
            replies[:] = [self.ask_until_answered("GET", f"{address}/check")]
            return replies[0].is_redirect or 'id="check_form"' in replies[0].text

        until(is_over, within=COUNTED_WITHIN_SECONDS)
        return "" if replies[0].is_redirect else replies[0].text


def run_drill(directory: Path, *, lists: int, seed: int, workers: int = 2) -> Tally:
    begun = monotonic()
    with standing_house(directory, workers=workers) as house:
        house.sandbox.set_credits(CREDITS)
        for fault in FAULTS:
            house.sandbox.faults.add(fault)
        people = [_planner(house) for _ in range(PEOPLE)]
        stopping = threading.Event()
        chances = (house, random.Random(seed), stopping, SECONDS_BETWEEN_KILLS)
        killer = threading.Thread(target=kill_at_random, args=chances)
        killer.start()
        try:
            send_all(people, lists)
            with suppress(TimeoutError):
                until(lambda: count_handed_over(house) >= lists * 0.9, within=SETTLED_WITHIN_SECONDS)
        finally:
            stopping.set()
            killer.join()
        house.sandbox.faults.clear()
        with suppress(TimeoutError):
            until(lambda: all_ended(house, lists), within=SETTLED_WITHIN_SECONDS)
        return count(house, lists, seconds=monotonic() - begun)


def _planner(house: House) -> Planner:
    person = Planner(house.address)
    person.sign_in()
    return person


def send_all(people: list[Planner], lists: int) -> None:
    with ThreadPoolExecutor(PEOPLE) as threads:
        shares = [range(position, lists, PEOPLE) for position in range(PEOPLE)]
        done = [threads.submit(send_share, *each) for each in zip(people, shares, strict=True)]
        for each in done:
            each.result()


def send_share(person: Planner, share: range) -> None:
    for at in share:
        person.send_list(f"list-{at}.csv", csv_of(rows_of(at)), text_of(at))


def rows_of(at: int) -> list[tuple[str, str]]:
    """Good rows, and some that are to get nothing: a number again, a landline, an empty one."""
    good = [(f"Name {position}", number(position)) for position in range(size_of(at))]
    return [*good, ("Again", number(0)), ("Landline", "0161 496 0000"), ("Nobody", "")]


def size_of(at: int) -> int:
    return LONG_LIST_ROWS if at % LONG_LIST_EVERY == LONG_LIST_EVERY - 1 else 20 + at % 37


def text_of(at: int) -> str:
    return f"List {at}: dear ((name)), see you" if at % PERSONAL_EVERY == 0 else f"List {at}: see you"


def count_handed_over(house: House) -> int:
    with house.record() as db:
        return len(batches.list_in_state(db, BatchState.SENT))


def all_ended(house: House, lists: int) -> bool:
    with house.record() as db:
        confirmed = batches.list_batches(db, limit=10 * lists)
        of_all = [call for batch in confirmed for call in calls.list_of_batch(db, batch.id)]
        return bool(of_all) and all(map(has_ended, of_all))


LIST_OF = re.compile(r"List (\d+):")


def count(house: House, lists: int, *, seconds: float) -> Tally:
    taken_on: Counter[tuple[int, str]] = Counter()
    for text in house.sandbox.accepted():
        found = LIST_OF.match(text.content)
        taken_on[int(found[1]) if found else -1, text.destination] += 1
    meant = {(at, number(position)) for at in range(lists) for position in range(size_of(at))}
    waiting = waiting_for_a_person(house)
    missing = sum(key not in taken_on for key in meant)
    return Tally(
        lists=lists,
        meant=len(meant),
        once=sum(taken_on[key] == 1 for key in meant),
        twice=sum(times > 1 for times in taken_on.values()),
        forgotten=max(missing - waiting, 0),
        unwanted=sum(key not in meant for key in taken_on),
        waiting=waiting,
        kills=sum(program.kills for program in house.programs),
        seconds=round(seconds, 1),
    )


def waiting_for_a_person(house: House) -> int:
    """Texts of calls that were lost three times, or found in part."""
    with house.record() as db:
        unknown = calls.list_unknown(db, limit=1000)
        return sum(call.message_count for call in unknown if call.needs_person)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lists", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        tally = run_drill(Path(directory), lists=wanted.lists, seed=wanted.seed, workers=wanted.workers)
    print(tally.table())
    raise SystemExit(1 if tally.twice or tally.forgotten or tally.unwanted else 0)


if __name__ == "__main__":
    main()
