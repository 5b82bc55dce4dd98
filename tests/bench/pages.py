"""What whole pages cost: over a million messages against a thousand, and against a bare Jinja page.

    python -m tests.bench.pages [--messages 1000000] [--many FILE] [PART OF A NAME ...]

Both records come from `generate`; FILE keeps the large one for the next run. A page is asked for over and
over, the two records taking turns, and the medians of the processor time are compared. Where the thousand
hold too little for a whole page, the list without that filter is compared. The bare page loads the signed-in
user, reads fifty messages with one keyset query and shows them in the table of Messages (`floors`).
"""

import argparse
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.asking import Ask, timed
from tests.bench.floors import floor_app, table_floor, user_floor
from tests.bench.generate import generate, settings_for
from tests.bench.measurement import Measurement, at_most
from tests.bench.page_addresses import PAGES, Page
from tests.bench.records import kept_record
from tests.conftest import signed_in
from webapp.app import create_app
from webapp.store import readings
from webapp.store.connection import open_database, row
from webapp.web.context import EXTENSION, database

FEW, MANY = 1_000, 1_000_000
FEW_DAYS = 30
RUNS = 15
# So many tell within a twentieth, on a busy machine. What they find too dear is asked more often.
RUNS_IF_MISSED = 60
SAME_SIZE = 0.9
MOST_TIMES_FEW = 2.0
MOST_TIMES_BARE = 2.5
MOST_TIMES_USER = 1.5
PEOPLE = ("sam", "admin")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page cost: milliseconds over each record, and over the large one queries and bytes."""

    page: Page
    few: float
    many: float
    floor: float
    queries: int
    few_size: int
    size: int

    @property
    def times_few(self) -> float:
        return self.many / self.few

    @property
    def times_floor(self) -> float:
        return self.many / self.floor

    @property
    def most_times_floor(self) -> float:
        return MOST_TIMES_USER if self.page.is_unchanged_poll else MOST_TIMES_BARE

    @property
    def is_met(self) -> bool:
        return self.times_few <= MOST_TIMES_FEW and self.times_floor <= self.most_times_floor

    def text(self) -> str:
        """One line of the table; ! marks what grows with the record, * what costs too much in itself."""
        marks = ("!" if self.times_few > MOST_TIMES_FEW else " ") + (
            "*" if self.times_floor > self.most_times_floor else " "
        )
        return (
            f"{self.page.name:<46}{self.few:8.2f}{self.many:9.2f} ms{self.times_few:7.2f}x"
            f"{self.times_floor:7.2f}x {marks}{self.queries:5d}{self.size / 1024:6.0f} kB"
        )


def measure() -> Iterator[Measurement]:
    measured = []
    for cost in costs(kept_record("many", messages=MANY)):
        measured.append(cost)
        yield from _lines(cost)
    yield from _worst(measured)


def _worst(measured: list[Cost]) -> Iterator[Measurement]:
    """The targets themselves: every page meets them if the worst does."""
    grown = max(measured, key=lambda cost: cost.times_few)
    yield at_most(f"grows most: {grown.page.name}", grown.times_few, MOST_TIMES_FEW, "x")
    for kind, is_poll in (("page", False), ("unchanged poll", True)):
        some = [cost for cost in measured if cost.page.is_unchanged_poll is is_poll]
        dearest = max(some, key=lambda cost: cost.times_floor)
        what = f"dearest {kind}: {dearest.page.name}"
        yield at_most(what, dearest.times_floor, dearest.most_times_floor, "x")


def _lines(cost: Cost) -> Iterator[Measurement]:
    facts = f"{cost.page.name} ({cost.queries} queries, {cost.size / 1024:.0f} kB)"
    times = f"{cost.few:.1f} to {cost.many:.1f} ms, {cost.times_few:.2f}x"
    yield Measurement(facts, times, f"<= {MOST_TIMES_FEW:g}x", cost.times_few <= MOST_TIMES_FEW)
    floor = "the user" if cost.page.is_unchanged_poll else "a bare page"
    most = f"<= {cost.most_times_floor:g}x {floor}"
    met = cost.times_floor <= cost.most_times_floor
    yield Measurement("", f"{cost.times_floor:.2f}x", most, met)


def costs(many: Path, *, messages: int = MANY, wanted: tuple[str, ...] = ()) -> Iterator[Cost]:
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / "few.db"
        generate(few, messages=FEW, days=FEW_DAYS)
        if not many.exists():
            generate(many, messages=messages)
        houses = [House(few), House(many)]
        for page in PAGES:
            if not wanted or any(part.lower() in page.name.lower() for part in wanted):
                cost = cost_of(page, houses)
                yield cost if cost.is_met else cost_of(page, houses, RUNS_IF_MISSED)


class House:
    """Textdesk over one record, with somebody signed in, and the floors beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queries: list[str] | None = None
        self._app = create_app(settings_for(path))
        self._app.config["WTF_CSRF_ENABLED"] = False
        self._app.before_request_funcs.setdefault(None, []).insert(0, self._listen)
        self._cookies: dict[str, dict[str, str]] = {}
        self.sign_in_anew()
        self.floors = floor_app(path)

    def sign_in_anew(self) -> None:
        """Half a minute later each page would note that somebody is there; browsers keep that, we do not."""
        self._cookies = {person: self._sign_in(person) for person in PEOPLE}

    def _sign_in(self, person: str) -> dict[str, str]:
        client = signed_in(self._app, person)
        # As in a browser: the first page puts the token of the forms into the session, the others find it.
        client.get("/account")
        cookie = client.get_cookie("textdesk")
        assert cookie is not None
        return {"Cookie": f"textdesk={cookie.value}"}

    def close(self) -> None:
        self._app.extensions[EXTENSION].pool.close()

    def _listen(self) -> None:
        if self._queries is not None:
            database().conn.set_trace_callback(self._queries.append)

    def time(self, ask: Ask) -> tuple[float, bytes]:
        return timed(self._app, replace(ask, headers={**ask.headers, **self._cookies[ask.person]}))

    def read(self, ask: Ask) -> str:
        return self.time(ask)[1].decode()

    def queries(self, ask: Ask) -> int:
        """How many statements it runs."""
        self._queries = []
        self.time(ask)
        heard, self._queries = self._queries, None
        return sum(not statement.startswith(("PRAGMA", "--")) for statement in heard)

    def value(self, sql: str) -> str:
        """The first value that a query finds."""
        with closing(open_database(self._path)) as db:
            found = row(db, sql)
        assert found is not None, sql
        return str(found[0])

    def show_signs_of_life(self) -> None:
        """Of a worker, without which every page carries a warning."""
        with closing(open_database(self._path)) as db:
            readings.record_heartbeat(db, readings.WORKER, now=datetime.now(UTC))


def cost_of(page: Page, houses: list[House], runs: int = RUNS) -> Cost:
    for house in houses:
        house.show_signs_of_life()
        house.sign_in_anew()
    asks = [page.ask_of(house) for house in houses]
    sizes = [len(house.read(ask)) for house, ask in zip(houses, asks, strict=True)]
    if page.whole and sizes[0] < SAME_SIZE * sizes[1]:
        asks[0] = page.whole(houses[0])
        sizes[0] = len(houses[0].read(asks[0]))
    queries = houses[-1].queries(asks[-1])
    floors = houses[-1].floors
    floor = user_floor(floors) if page.is_unchanged_poll else table_floor(floors)
    seconds: list[list[float]] = [[], [], []]
    for _ in range(runs):
        for took, house, ask in zip(seconds, houses, asks, strict=False):
            took.append(house.time(ask)[0])
        seconds[2].append(timed(floors, floor)[0])
    few, many, least = (1000 * statistics.median(each) for each in seconds)
    return Cost(page, few, many, least, queries, sizes[0], sizes[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, default=MANY)
    parser.add_argument("--many", type=Path)
    parser.add_argument("wanted", nargs="*")
    given = parser.parse_args()
    missed = 0
    print(f"{'page':<46}{'thousand':>8}{'million':>9}   {'ratio':>8}{'floor':>8}{'queries':>9}")
    many = given.many or kept_record("many", messages=given.messages)
    for cost in costs(many, messages=given.messages, wanted=tuple(given.wanted)):
        missed += not cost.is_met
        print(cost.text(), flush=True)
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
