from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database

from webapp.store import sessions, users
from webapp.store.connection import rows
from webapp.store.users import Role, User

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def db(new_record: Database) -> Database:
    return new_record


@pytest.fixture
def sam(db: Database) -> User:
    return users.add_user(db, name="sam", role=Role.SENDER, password_hash="x", now=NOW)


def test_a_session_is_its_persons_until_it_ends(db: Database, sam: User) -> None:
    token = sessions.start_session(db, user_id=sam.id, now=NOW)
    assert users.find_by_session(db, token) == sam
    sessions.end_session(db, token)
    assert users.find_by_session(db, token) is None


def test_the_record_does_not_hold_what_a_cookie_holds(db: Database, sam: User) -> None:
    token = sessions.start_session(db, user_id=sam.id, now=NOW)
    [kept] = rows(db, "SELECT * FROM sessions")
    assert token not in tuple(kept)
    assert users.find_by_session(db, kept["token_hash"]) is None


@pytest.mark.parametrize("how", ["disabled", "new password"])
def test_all_sessions_of_one_person_end_at_once(db: Database, sam: User, how: str) -> None:
    vic = users.add_user(db, name="vic", role=Role.VIEWER, password_hash="x", now=NOW)
    tokens = [sessions.start_session(db, user_id=sam.id, now=NOW) for _ in range(2)]
    token_of_vic = sessions.start_session(db, user_id=vic.id, now=NOW)
    if how == "disabled":
        users.disable_user(db, sam.id, now=NOW)
    else:
        users.set_password(db, sam.id, password_hash="y", now=NOW)
    assert [users.find_by_session(db, token) for token in tokens] == [None, None]
    assert users.find_by_session(db, token_of_vic) == vic


def test_old_sessions_are_swept_away(db: Database, sam: User) -> None:
    old = sessions.start_session(db, user_id=sam.id, now=NOW - sessions.LONGEST_SESSION - timedelta(days=1))
    sessions.start_session(db, user_id=sam.id, now=NOW)
    assert users.find_by_session(db, old) is None
    assert len(rows(db, "SELECT * FROM sessions")) == 1


def test_a_request_reads_its_session_through_an_index(db: Database) -> None:
    plan = rows(
        db,
        "EXPLAIN QUERY PLAN SELECT users.* FROM sessions JOIN users ON users.id = sessions.user_id "
        "WHERE sessions.token_hash = ''",
    )
    assert all("SEARCH" in step["detail"] for step in plan)
