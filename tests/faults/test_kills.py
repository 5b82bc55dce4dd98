"""Web and workers are killed at every point of every call: each text goes once all the same.

All the kills fall in one house, one after the other in each of three programs, since most of the time goes
into waiting for leases to run out. What went wrong is listed by the text and the moment it was about.
"""

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import product
from pathlib import Path

from sqlite_utils import Database

from tests.faults import batch_drill
from tests.faults.drill import run_drill
from tests.faults.house import House, Person, standing_house
from tests.faults.scene import NUMBER, add_draft, confirm, texts_of
from tests.faults.striking_provider import Blow, Kind, Point
from tests.faults.waiting import until
from webapp.sandbox import AcceptedText
from webapp.store import calls
from webapp.store.calls import Call, OutboxState, Purpose
from webapp.store.drafts import Delivery, Draft

SETTLED_WITHIN_SECONDS = 90
SAM = 2
THREE_NUMBERS = (NUMBER, "447400123457", "447400123458")
THREE_PEOPLE = "web, confirming for three people: killed while it sends the first"


class Victim(StrEnum):
    WEB = "web, confirming"
    SENDER = "worker, sending"
    SEEKER = "worker, looking up"
    READER = "worker, reading statuses"


@dataclass(frozen=True, slots=True)
class Case:
    """One text, and the moment at which one program dies of it."""

    victim: Victim
    delivery: Delivery
    point: Point
    was_taken_on: bool = True

    @property
    def content(self) -> str:
        taken = "" if self.was_taken_on else ", first attempt lost"
        return f"{self.victim}: {self.delivery}, {self.point}{taken}"

    @property
    def blows(self) -> list[Blow]:
        if self.victim is Victim.SEEKER:
            lost = Point.DONE if self.was_taken_on else Point.READ
            return [Blow(Kind.SEND, lost, is_fatal=False), Blow(Kind.SEARCH, self.point)]
        if self.victim is Victim.READER:
            return [Blow(Kind.SCHEDULED if self.delivery is Delivery.LATER else Kind.STATUS, self.point)]
        return [Blow(Kind.SEND, self.point)]


ANSWERING = (Point.CONNECTED, Point.READ, Point.HALF, Point.ANSWERED)
CASES = [
    *(Case(*each) for each in product((Victim.WEB, Victim.SENDER), Delivery, Point)),
    *(Case(Victim.SEEKER, *each) for each in product(Delivery, ANSWERING, (True, False))),
    *(Case(Victim.READER, *each) for each in product((Delivery.NOW, Delivery.LATER), ANSWERING)),
]


def test_every_text_goes_once_whoever_is_killed_and_when(tmp_path: Path) -> None:
    with standing_house(tmp_path, workers=2) as house, house.record() as db:
        rows = confirm_all_under_blows(house, db)
        with suppress(TimeoutError):
            until(lambda: has_settled(house, db, rows), within=SETTLED_WITHIN_SECONDS)
        accepted = house.sandbox.accepted()
        wrong = [
            words for content, row in rows.items() if (words := what_is_wrong(db, accepted, content, row))
        ]
        three = sent_for(db, rows[THREE_PEOPLE])
        assert not wrong, "\n".join(wrong)
        assert len(accepted) == len(CASES) + len(THREE_NUMBERS)
        assert sorted(call.attempts for call in three) == [1, 1, 2], "two were not begun when the web died"
        fatal = [blow for _, blow in house.provider.struck if blow.is_fatal]
        assert house.provider.blows_left == []
        assert sum(program.kills for program in house.programs) == len(fatal) == len(CASES) + 1


def confirm_all_under_blows(house: House, db: Database) -> dict[str, str]:
    """Content to draft id, of all texts."""
    drafts = {case.content: new_draft(db, case.content, case.delivery) for case in CASES}
    drafts[THREE_PEOPLE] = new_draft(db, THREE_PEOPLE, Delivery.NOW, THREE_NUMBERS)
    for case in CASES:
        aim(house, case)
    house.provider.blows[THREE_PEOPLE] = [Blow(Kind.SEND, Point.READ)]
    by_hand = [drafts[case.content] for case in CASES if case.victim is Victim.WEB]
    person = threading.Thread(target=confirm_by_hand, args=(house, [*by_hand, drafts[THREE_PEOPLE]]))
    person.start()
    # The log, once a minute, tells of a text that has arrived: then its status is not asked for any more.
    with house.provider.nothing_delivered():
        for case in CASES:
            if case.victim is Victim.READER:
                confirm_unseen(db, drafts[case.content])
                wait_for_blow(house, case)
    for case in CASES:
        if case.victim in (Victim.SENDER, Victim.SEEKER):
            confirm_unseen(db, drafts[case.content])
    person.join()
    return {content: draft.id for content, draft in drafts.items()}


def aim(house: House, case: Case) -> None:
    """The scheduled list is asked for on behalf of all texts at once: its blows belong to none."""
    for blow in case.blows:
        content = "" if blow.kind is Kind.SCHEDULED else case.content
        house.provider.blows[content].append(blow)


def new_draft(db: Database, content: str, delivery: Delivery, numbers: tuple[str, ...] = (NUMBER,)) -> Draft:
    at = datetime.now(UTC) + timedelta(days=1) if delivery is Delivery.LATER else None
    return add_draft(db, content, *numbers, delivery=delivery, at=at, author_id=SAM)


def confirm_by_hand(house: House, drafts: list[Draft]) -> None:
    """In the browser, one after the other; the web is killed by most of them and they are pressed again."""
    person: Person = house.sign_in()
    for draft in drafts:
        person.confirm(f"/compose/{draft.id}")


def confirm_unseen(db: Database, draft: Draft) -> None:
    """As if the web had died before it began to send."""
    confirm(db, draft, user_id=SAM)


def wait_for_blow(house: House, case: Case) -> None:
    """One after the other: a worker that dies while it reads statuses leaves those it had taken unread."""
    with suppress(TimeoutError):
        until(lambda: not house.provider.blows.get(case.content), within=SETTLED_WITHIN_SECONDS)


def sent_for(db: Database, draft_id: str) -> list[Call]:
    return calls.list_for_draft(db, draft_id, purpose=Purpose.SEND)


def has_settled(house: House, db: Database, rows: dict[str, str]) -> bool:
    if house.provider.blows_left:
        return False
    return all(
        call.state is OutboxState.ACCEPTED for draft_id in rows.values() for call in sent_for(db, draft_id)
    )


def what_is_wrong(
    db: Database, accepted: tuple[AcceptedText, ...], content: str, draft_id: str
) -> str | None:
    """One line about a text that did not go exactly once, or is not known to have gone."""
    for call in sent_for(db, draft_id):
        texts = texts_of(accepted, call.ref)
        if call.state is OutboxState.ACCEPTED and [text.message_id for text in texts] == [call.message_id]:
            continue
        events = ", ".join(event.event for event in calls.list_events(db, call.id))
        return f"{content}: {call.state}, taken on {len(texts)} times ({events})"
    return None


def test_texts_go_once_while_web_and_workers_are_killed_at_random(tmp_path: Path) -> None:
    """TEXTDESK_DRILL_TEXTS makes it longer; `python -m tests.faults.drill` prints the figures."""
    texts = int(os.environ.get("TEXTDESK_DRILL_TEXTS", "30"))
    tally = run_drill(tmp_path, texts=texts, seed=1)
    assert (tally.twice, tally.forgotten) == (0, 0), tally.table()
    assert tally.accepted >= texts * 0.9, tally.table()
    assert tally.kills >= 3, tally.table()


def test_lists_go_once_to_everybody_while_web_and_workers_are_killed_at_random(tmp_path: Path) -> None:
    """TEXTDESK_DRILL_LISTS makes it longer; `python -m tests.faults.batch_drill` prints the figures."""
    lists = int(os.environ.get("TEXTDESK_DRILL_LISTS", "10"))
    tally = batch_drill.run_drill(tmp_path, lists=lists, seed=1)
    assert (tally.twice, tally.forgotten, tally.unwanted) == (0, 0, 0), tally.table()
    assert tally.once >= tally.meant * 0.9, tally.table()
    assert tally.kills >= 3, tally.table()
