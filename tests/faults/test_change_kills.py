"""Web and workers are killed at every point of every call of a change: one text goes, and it is the new one.

All the kills fall in one house, one after the other in each program. When everything has settled the clock of
the provider is moved past all the times, and what people got and what was charged is counted there.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import requests
from sqlite_utils import Database

from tests.faults.house import House, standing_house
from tests.faults.scene import NUMBER, SENDER, add_draft, confirm, confirm_one
from tests.faults.striking_provider import Blow, Kind, Point
from tests.faults.waiting import until
from webapp.sandbox import DEMO_TOKEN
from webapp.services import change_scheduled
from webapp.services.scheduled import find_entry
from webapp.services.send import Pace, dispatch
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.transport import Timeouts, Transport
from webapp.store import changes, drafts
from webapp.store.changes import Change, ChangeState
from webapp.store.drafts import Delivery, Draft

SETTLED_WITHIN_SECONDS = 150
SAM = 2
LONDON = ZoneInfo("Europe/London")
PACE = Pace(lease_seconds=60)


class Victim(StrEnum):
    WEB = "web"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Case:
    """One change, the call over which its program dies or loses the connection, and when."""

    victim: Victim
    kind: Kind
    point: Point
    is_fatal: bool = True

    @property
    def words(self) -> str:
        what = "killed" if self.is_fatal else "connection lost"
        return f"{self.victim}, {self.kind}, {self.point}: {what}"

    @property
    def old(self) -> str:
        return f"Old: {self.words}"

    @property
    def new(self) -> str:
        return f"New: {self.words}"

    @property
    def struck(self) -> str:
        """The text that the call is about."""
        return self.new if self.kind is Kind.SEND else self.old


KINDS = (Kind.SEND, Kind.CANCEL)
LOSING = (Point.READ, Point.READ_THEN_DONE, Point.DONE, Point.HALF)
CASES = [
    *(Case(*each) for each in product(Victim, KINDS, Point)),
    *(Case(*each, is_fatal=False) for each in product(Victim, KINDS, LOSING)),
]
# The scheduled list is asked for on behalf of all texts at once: its blows belong to none.
KILLED_OVER_THE_LIST = [Blow(Kind.SCHEDULED, point) for point in (Point.CONNECTED, Point.DONE, Point.HALF)]


def test_every_change_ends_with_one_text_whoever_is_killed_and_when(tmp_path: Path) -> None:
    with (
        standing_house(tmp_path, workers=2) as house,
        client_of(house) as client,
        house.record() as db,
    ):
        begun = {case: new_change(db, client, case) for case in CASES}
        confirm_all_under_blows(house, db, begun)
        with suppress(TimeoutError):
            until(lambda: has_settled(house, db, begun), within=SETTLED_WITHIN_SECONDS)
        states = {case.words: change_of(db, draft).state for case, draft in begun.items()}
        assert {words: state for words, state in states.items() if state is not ChangeState.DONE} == {}
        assert house.provider.blows_left == []
        assert sum(program.kills for program in house.programs) == sum(case.is_fatal for case in CASES) + len(
            KILLED_OVER_THE_LIST
        )
        got, charged = after_all_times(house, client)
    assert got == Counter(case.new for case in CASES)
    assert charged == len(CASES)


def after_all_times(house: House, client: SmsWorks) -> tuple[Counter[str], Decimal]:
    """What people got in the end, by its words, and the credits it cost."""
    before = house.sandbox.credits
    house.sandbox.clock = lambda: datetime.now(UTC) + timedelta(days=2)
    house.sandbox.run_due()
    got = Counter(message.content for message in client.search_messages())
    return got, before - house.sandbox.credits


@contextmanager
def client_of(house: House) -> Iterator[SmsWorks]:
    """A client of the test's own: nobody is struck over it."""
    door = house.provider.open_door()
    transport = Transport(
        base_url=door.url,
        token=lambda: DEMO_TOKEN,
        session=requests.Session(),
        timeouts=Timeouts(connect=5, read=10, total=15),
    )
    yield SmsWorks(transport=transport)


def new_change(db: Database, client: SmsWorks, case: Case) -> Draft:
    """A text that is scheduled, and a change of it that has been written."""
    at = datetime.now(UTC) + timedelta(days=1)
    old = add_draft(db, case.old, NUMBER, delivery=Delivery.LATER, at=at, author_id=SAM)
    call = dispatch(db, client, confirm_one(db, old), pace=PACE)
    assert call is not None
    entry = find_entry(db, call.ref)
    assert entry is not None
    draft_id = change_scheduled.start(db, entry, author_id=SAM, timezone=LONDON)
    draft = drafts.get_draft(db, draft_id)
    assert draft is not None
    text = replace(draft.text, content=case.new, sender=SENDER, scheduled_at=at + timedelta(hours=1))
    assert drafts.change_draft(db, draft_id, text=text, now=datetime.now(UTC))
    written = drafts.get_draft(db, draft_id)
    assert written is not None
    return written


def confirm_all_under_blows(house: House, db: Database, begun: dict[Case, Draft]) -> None:
    for case in begun:
        house.provider.blows[case.struck].append(Blow(case.kind, case.point, is_fatal=case.is_fatal))
    house.provider.blows[""] = list(KILLED_OVER_THE_LIST)
    by_hand = [draft for case, draft in begun.items() if case.victim is Victim.WEB]
    person = threading.Thread(target=confirm_by_hand, args=(house, by_hand))
    person.start()
    for case, draft in begun.items():
        if case.victim is Victim.WORKER:
            confirm(db, draft, user_id=SAM)
    person.join()


def confirm_by_hand(house: House, by_hand: list[Draft]) -> None:
    """In the browser, one after the other; the web is killed by most of them and they are pressed again."""
    person = house.sign_in()
    for draft in by_hand:
        person.confirm(f"/compose/{draft.id}")


def has_settled(house: House, db: Database, begun: dict[Case, Draft]) -> bool:
    if house.provider.blows_left:
        return False
    return all(change_of(db, draft).state is not ChangeState.UNDER_WAY for draft in begun.values())


def change_of(db: Database, draft: Draft) -> Change:
    found = changes.find_by_draft(db, draft.id)
    assert found is not None
    return found
