from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database

from webapp.messaging.optout import DEFAULT_WORDS, normalise_word
from webapp.store import optouts
from webapp.store.optouts import OptOutSource

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
NUMBER = "447400123456"


@pytest.fixture
def db(new_record: Database) -> Database:
    return new_record


def add(db: Database, number: str, *, minutes: int = 0) -> bool:
    now = NOW + timedelta(minutes=minutes)
    return optouts.add_opt_out(db, number, who="sam", source=OptOutSource.STAFF, reason="By phone", now=now)


def test_a_number_is_added_once(db: Database) -> None:
    assert add(db, NUMBER)
    assert not add(db, NUMBER, minutes=1)
    kept = optouts.get_opt_out(db, NUMBER)
    assert kept is not None
    assert (kept.added_at, kept.added_by, kept.reason) == (NOW, "sam", "By phone")


def test_who_removed_it_and_why_is_kept(db: Database) -> None:
    add(db, NUMBER)
    assert optouts.remove_opt_out(db, NUMBER, who="ada", reason="She asked for texts again", now=NOW)
    assert not optouts.is_opted_out(db, NUMBER)
    assert not optouts.remove_opt_out(db, NUMBER, who="ada", reason="again", now=NOW)
    events = [(event.action, event.who, event.reason) for event in optouts.list_opt_out_events(db, NUMBER)]
    assert events == [("added", "sam", "By phone"), ("removed", "ada", "She asked for texts again")]


def test_a_hundred_thousand_numbers_are_asked_for_at_once(db: Database) -> None:
    numbers = [f"4474{ending:08d}" for ending in range(100_000)]
    opted_out = set(numbers[::9_999])
    for number in opted_out:
        add(db, number)
    assert optouts.opted_out_among(db, numbers) == opted_out
    assert optouts.opted_out_among(db, []) == frozenset()


def test_the_list_is_paged_newest_first_and_nobody_stands_in_it_twice(db: Database) -> None:
    for ending in range(7):
        add(db, f"44740012340{ending}", minutes=ending // 2)
    listed, before_id = [], None
    while page := optouts.list_opt_outs(db, limit=3, before_id=before_id):
        listed += [each.number[-1] for each in page]
        before_id = page[-1].id
    assert listed == ["6", "5", "4", "3", "2", "1", "0"]
    assert [each.number for each in optouts.list_opt_outs(db, limit=9, containing="405")] == ["447400123405"]


def test_the_words_begin_with_the_usual_ones_and_can_be_changed(db: Database) -> None:
    assert optouts.list_opt_out_words(db) == list(DEFAULT_WORDS)
    assert optouts.opt_out_words(db) == frozenset(map(normalise_word, DEFAULT_WORDS))
    assert optouts.add_opt_out_word(db, "No more", added_by="ada", now=NOW)
    assert not optouts.add_opt_out_word(db, "NOMORE", added_by="ada", now=NOW)
    assert "nomore" in optouts.opt_out_words(db)
    assert optouts.remove_opt_out_word(db, "no more")
    assert not optouts.remove_opt_out_word(db, "no more")
