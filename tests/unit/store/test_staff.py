import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from webapp.store import password_links, staff, users
from webapp.store.connection import insert, open_database, rows
from webapp.store.migrating import migrate
from webapp.store.migrations import migrations
from webapp.store.staff import LastAdmin
from webapp.store.users import Role, User

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "textdesk.db"


@pytest.fixture
def db(new_record: Database) -> Database:
    return new_record


def admin(db: Database, name: str, *, password_hash: str = "x") -> User:  # noqa: S107 - no password
    return users.add_user(db, name=name, role=Role.ADMIN, password_hash=password_hash, now=NOW)


def test_the_last_admin_stays_one(db: Database) -> None:
    ada = admin(db, "ada")
    admin(db, "abe", password_hash="")
    gone = admin(db, "gus")
    users.disable_user(db, gone.id, now=NOW)
    with pytest.raises(LastAdmin):
        staff.change_role(db, ada, Role.SENDER)
    with pytest.raises(LastAdmin):
        staff.disable_member(db, ada, now=NOW)
    assert users.get_user(db, ada.id) == ada


def test_two_admins_who_demote_each_other_at_once_leave_one(db: Database, path: Path) -> None:
    """Many times over, each from a thread and a connection of its own."""
    for attempt in range(10):
        pair = [admin(db, f"ada{attempt}"), admin(db, f"abe{attempt}")]
        start = threading.Barrier(2)
        outcomes: list[bool] = []

        def demote(user: User, start: threading.Barrier = start, outcomes: list[bool] = outcomes) -> None:
            own = open_database(path)
            start.wait()
            try:
                staff.change_role(own, user, Role.VIEWER)
                outcomes.append(True)
            except LastAdmin:
                outcomes.append(False)
            finally:
                own.close()

        threads = [threading.Thread(target=demote, args=(user,)) for user in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [False, True]
        assert len([user for user in users.list_users(db) if user.role is Role.ADMIN]) == 1
        for user in pair:
            users.set_role(db, user.id, Role.VIEWER)


def test_one_of_many_who_use_a_link_at_once_sets_the_password(db: Database, path: Path) -> None:
    sam = users.add_user(db, name="sam", role=Role.SENDER, password_hash="", now=NOW)
    token = password_links.make_link(db, sam.id, now=NOW)
    start = threading.Barrier(4)
    used: list[str] = []

    def use(password_hash: str) -> None:
        own = open_database(path)
        start.wait()
        if password_links.use_link(own, token, password_hash=password_hash, now=NOW):
            used.append(password_hash)
        own.close()

    threads = [threading.Thread(target=use, args=(f"hash {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = users.get_user(db, sam.id)
    assert found is not None
    assert used == [found.password_hash]


def test_an_existing_record_keeps_its_sign_ins_and_sessions(path: Path) -> None:
    db = open_database(path, create=True)
    migrations.apply(db, stop_before="m032_staff")
    at = "2026-11-22T09:00:00.000000Z"
    for table, values in {
        "users": {"id": 7, "name": "sam", "role": "sender", "password_hash": "x", "created_at": at},
        "sessions": {"token_hash": "abc", "user_id": 7, "started_at": at},
        "sign_ins": {"id": 3, "at": at, "name": "sam", "user_id": 7, "outcome": "signed in", "address": ""},
    }.items():
        insert(db, table, values)
    migrate(db)
    [session] = rows(db, "SELECT * FROM sessions")
    assert (session["token_hash"], session["last_seen_at"]) == ("abc", at)
    [sign_in] = rows(db, "SELECT * FROM sign_ins")
    assert (sign_in["id"], sign_in["outcome"], sign_in["browser"]) == (3, "signed in", "")
    assert rows(db, "PRAGMA foreign_key_check") == []
    db.close()


def test_the_list_reads_each_member_through_indexes(db: Database) -> None:
    plan = rows(
        db,
        "EXPLAIN QUERY PLAN SELECT at FROM sign_ins WHERE user_id = 1 AND outcome = 'signed in' "
        "ORDER BY id DESC LIMIT 1",
    )
    assert ["USING INDEX sign_ins_that_let_in" in step["detail"] for step in plan] == [True]
