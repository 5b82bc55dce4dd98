"""A drill: a back-up is taken under load, the record is lost later, and the back-up is put back.

    python -m tests.faults.restore_drill --texts 60

Staff send texts and lists, and people answer, while the copy is made and after it. Then all is killed, the
copy takes the place of the record, and the worker runs to the end, while staff press their buttons again.
Prints what became of the texts and the replies; exit status 1 if any was lost or came twice.
"""

import argparse
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic

from tests.faults.batch_drill import Planner
from tests.faults.drill import NUMBERS
from tests.faults.house import SECRET_KEY, House, standing_house
from tests.faults.lists import csv_of, number
from tests.faults.processes import Keeper, Program
from tests.faults.waiting import until
from webapp.sandbox import AcceptedText, Fault, FaultKind, When
from webapp.services.batches import sending
from webapp.store import batches
from webapp.store.batches import BatchState
from webapp.store.connection import open_database, rows

PEOPLE = 3
ROWS_OF_LIST = 12
SECONDS_BETWEEN_REPLIES = 0.1
SETTLED_WITHIN_SECONDS = 240
# Calls take a while, so that the copy is made, and everything killed, in the middle of some.
SLOW_CALL = Fault(kind=FaultKind.DELAY, times=None, probability=0.3, seed=1, seconds=0.2)
SLOW_REPLY = Fault(kind=FaultKind.DELAY, when=When.AFTER, times=None, probability=0.3, seed=2, seconds=0.2)

Text = tuple[str, str]
"""What was written, and to whom."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of texts. `known`: confirmed before the copy; `since`: sent, and confirmed after it.

    `waiting` and `lost` are of the known: not taken on, before a person or before nobody. `missing`: sent,
    but not in the record in the end. `twice` counts all that there were.
    """

    known: int
    known_once: int
    waiting: int
    lost: int
    since: int
    missing: int
    twice: int
    replies: int
    replies_lost: int
    replies_twice: int
    seconds: float

    @property
    def is_well(self) -> bool:
        return not (self.lost or self.missing or self.twice or self.replies_lost or self.replies_twice)

    def table(self) -> str:
        return "\n".join(f"{name:>13} {getattr(self, name):>8}" for name in self.__slots__)


def run_drill(directory: Path, *, texts: int) -> Tally:
    """The copy is made after so many texts, and as many go before everything is killed."""
    begun, copy, replies = monotonic(), directory / "copy.db", list[str]()
    with standing_house(directory, workers=1) as house:
        house.sandbox.set_credits(1_000_000)
        for fault in (SLOW_CALL, SLOW_REPLY):
            house.sandbox.faults.add(fault)
        with _at_work(house, replies) as stopping:
            until(lambda: len(_sent(house)) >= texts, within=SETTLED_WITHIN_SECONDS)
            run_command(directory, "backup", str(copy))
            known = _confirmed_in(copy)
            until(lambda: len(_sent(house) - known) >= texts, within=SETTLED_WITHIN_SECONDS)
            house.keeper.stop()
            stopping.set()
            house.sandbox.faults.clear()
            run_command(directory, "restore", str(copy))
            keeper = Keeper(house.programs)
        try:
            with suppress(TimeoutError):
                until(lambda: _has_settled(house, replies), within=SETTLED_WITHIN_SECONDS)
        finally:
            keeper.stop()
        return _count(house, known, replies, seconds=monotonic() - begun)


def run_command(directory: Path, *words: str) -> None:
    """As an operator does."""
    environment = {
        "TEXTDESK_SECRET_KEY": SECRET_KEY,
        "TEXTDESK_DATABASE": str(directory / "textdesk.db"),
        "TEXTDESK_SMSWORKS_URL": "http://127.0.0.1:9/v1",
    }
    log = directory / f"{words[0]}.log"
    assert Program(words, environment, log).run_to_end() == 0, log.read_text()


@contextmanager
def _at_work(house: House, replies: list[str]) -> Iterator[threading.Event]:
    """Staff send texts and lists, and people answer, until the event; what is under way is insisted on."""
    stopping, numbered = threading.Event(), count()
    work = [_sender(house, numbered) for _ in range(PEOPLE)]
    work += [_planner(house, numbered), _answerer(house, replies)]
    threads = [threading.Thread(target=_repeat, args=(each, stopping)) for each in work]
    for thread in threads:
        thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def _repeat(work: Callable[[], None], stopping: threading.Event) -> None:
    # Whoever goes on after the restore is told to sign in.
    with suppress(TimeoutError, AssertionError):
        while not stopping.is_set():
            work()


def _sender(house: House, numbered: Iterator[int]) -> Callable[[], None]:
    person = house.sign_in()

    def send() -> None:
        at = next(numbered)
        person.confirm(person.compose(f"Drill {at}", NUMBERS[at % len(NUMBERS)]))

    return send


def _planner(house: House, numbered: Iterator[int]) -> Callable[[], None]:
    planner = Planner(house.address)
    planner.sign_in()
    people = [(f"Name {position}", number(position)) for position in range(ROWS_OF_LIST)]

    def send() -> None:
        at = next(numbered)
        personal = "dear ((name)), see you" if at % 2 else "see you"
        planner.send_list(f"list-{at}.csv", csv_of(people), f"List {at}: {personal}")

    return send


def _answerer(house: House, replies: list[str]) -> Callable[[], None]:
    pause, numbered = threading.Event(), count()

    def answer() -> None:
        at = next(numbered)
        replies.append(house.sandbox.inject_inbound(sender=NUMBERS[at % 80], content=f"Reply {at}"))
        pause.wait(SECONDS_BETWEEN_REPLIES)

    return answer


def _confirmed_in(copy: Path) -> set[Text]:
    """Every text that somebody had said yes to when the copy was made, by its first words."""
    with closing(open_database(copy)) as db:
        singles = rows(
            db, "SELECT payload ->> 'content' AS content, destination FROM outbox WHERE batch_id IS NULL"
        )
        of_lists = rows(
            db,
            "SELECT content, number FROM batch_rows JOIN batches ON batches.id = batch_id "
            "WHERE confirmed_at IS NOT NULL AND verdict = 'valid'",
        )
        return {(_begin(each[0]), each[1]) for each in (*singles, *of_lists)}


def _begin(content: str) -> str:
    """ "List 7" of what each of a list gets; the whole of any other text."""
    return content.partition(":")[0]


def _key(text: AcceptedText) -> Text:
    return _begin(text.content), text.destination


def _sent(house: House) -> set[Text]:
    return set(map(_key, house.sandbox.accepted()))


def _has_settled(house: House, replies: list[str]) -> bool:
    with house.record() as db:
        for batch in batches.list_in_state(db, BatchState.PAUSED):
            sending.resume(db, batch)
        unfinished = rows(
            db,
            "SELECT 1 FROM outbox WHERE state IN ('queued', 'in_flight') "
            "OR (state = 'unknown' AND needs_person IS NULL)",
        )
        if unfinished:
            return False
        known = {each["message_id"] for each in rows(db, "SELECT message_id FROM messages")}
        return set(replies) <= known and not _missing(house, known)


def _missing(house: House, known: set[str]) -> set[str]:
    return {text.message_id for text in house.sandbox.accepted()} - known


def _count(house: House, known: set[Text], replies: list[str], *, seconds: float) -> Tally:
    taken_on = Counter(map(_key, house.sandbox.accepted()))
    with house.record() as db:
        of_record = {each["message_id"] for each in rows(db, "SELECT message_id FROM messages")}
        stored = Counter(
            each["content"]
            for each in rows(
                db, "SELECT content FROM messages JOIN inbound ON inbound.message_row_id = messages.id"
            )
        )
        waiting = sum(
            each["message_count"]
            for each in rows(db, "SELECT message_count FROM outbox WHERE needs_person IS NOT NULL")
        )
    not_taken_on = len(known - taken_on.keys())
    return Tally(
        known=len(known),
        known_once=sum(taken_on[each] == 1 for each in known),
        waiting=waiting,
        lost=max(not_taken_on - waiting, 0),
        since=len(taken_on.keys() - known),
        missing=len(_missing(house, of_record)),
        twice=sum(times - 1 for times in taken_on.values()),
        replies=len(replies),
        replies_lost=len(set(replies) - of_record),
        replies_twice=sum(times - 1 for times in stored.values()),
        seconds=round(seconds, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=int, default=300)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        tally = run_drill(Path(directory), texts=wanted.texts)
    print(tally.table())
    raise SystemExit(0 if tally.is_well else 1)


if __name__ == "__main__":
    main()
