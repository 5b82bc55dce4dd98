from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database

from webapp.store.leases import extend_lease, may_be_taken, release_lease, take_lease

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
EVERY = timedelta(seconds=10)


@pytest.fixture
def db(new_record: Database) -> Database:
    return new_record


def take(db: Database, *, after: float = 0, lasts: float = 30) -> str | None:
    now = NOW + timedelta(seconds=after)
    return take_lease(db, "inbox", now=now, until=now + timedelta(seconds=lasts), every=EVERY)


def test_one_gets_it_and_the_others_wait_until_it_is_given_back(db: Database) -> None:
    token = take(db)
    assert token is not None
    assert take(db, after=15) is None
    release_lease(db, "inbox", token, now=NOW + timedelta(seconds=15))
    assert take(db, after=15) is not None


def test_it_is_not_taken_twice_within_its_interval(db: Database) -> None:
    release_lease(db, "inbox", take(db) or "", now=NOW)
    assert not may_be_taken(db, "inbox", now=NOW + timedelta(seconds=9), every=EVERY)
    assert take(db, after=9) is None
    assert may_be_taken(db, "inbox", now=NOW + EVERY, every=EVERY)
    assert take(db, after=10) is not None


def test_who_died_with_it_holds_it_no_longer_than_it_lasts(db: Database) -> None:
    dead = take(db, lasts=30)
    assert dead is not None
    assert take(db, after=29) is None
    assert take(db, after=30) is not None
    assert not extend_lease(db, "inbox", dead, until=NOW + timedelta(seconds=99))
    release_lease(db, "inbox", dead, now=NOW)
    assert take(db, after=45) is None


def test_whoever_is_at_work_keeps_it(db: Database) -> None:
    token = take(db, lasts=30)
    assert token is not None
    assert extend_lease(db, "inbox", token, until=NOW + timedelta(seconds=60))
    assert take(db, after=45) is None
