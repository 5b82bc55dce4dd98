import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from webapp.store import audit
from webapp.store.audit import AuditFilter, Place
from webapp.store.audit_chain import read_head, verify
from webapp.store.connection import open_database, write
from webapp.store.migrating import migrate
from webapp.store.migrations import migrations

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def db(new_record: Database) -> Database:
    return new_record


def add(db: Database, count: int, *, who: str = "ada", action: str = "signed in") -> None:
    for number in range(count):
        at = NOW + timedelta(minutes=number)
        audit.record(db, now=at, user_id=1, user_name=who, action=action, subject=str(number))


def unguarded(db: Database) -> None:
    """As somebody with the file and a little SQL: the triggers are only a rail, not a wall."""
    for name in ("audit_is_never_changed", "audit_is_never_cut", "audit_grows_at_its_end"):
        write(db, f"DROP TRIGGER {name}")


def test_an_empty_trail_is_whole(db: Database) -> None:
    verdict = verify(db)
    assert (verdict.problem, verdict.head.entries, verdict.head.at) == (None, 0, None)


def test_a_trail_that_nobody_touched_is_whole(db: Database) -> None:
    add(db, 5)
    verdict = verify(db)
    assert verdict.problem is None
    assert verdict.head == read_head(db)
    assert (verdict.head.entries, verdict.head.at) == (5, NOW + timedelta(minutes=4))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET user_name = 'sam'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit VALUES (2, '', NULL, '', '', NULL, '{}', '')",
        "INSERT INTO audit VALUES (9, '', NULL, '', '', NULL, '{}', '')",
    ],
)
def test_entries_cannot_be_changed_by_a_slip(db: Database, statement: str) -> None:
    add(db, 3)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        write(db, statement)
    assert verify(db).problem is None


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit SET user_name = 'sam' WHERE id = 3", "entry 3, at 2026-11-27T09:02"),
        ("UPDATE audit SET user_id = NULL WHERE id = 3", "entry 3, "),
        ("UPDATE audit SET details = '{\"a\":1}' WHERE id = 3", "entry 3, "),
        ("UPDATE audit SET at = '2026-11-27T08:00:00.000000Z' WHERE id = 3", "entry 3, "),
        ("UPDATE audit SET hash = 'x' WHERE id = 3", "entry 3, "),
        ("DELETE FROM audit WHERE id = 3", "entry 3 is missing: entry 4 follows on entry 2"),
        ("DELETE FROM audit WHERE id < 3", "entry 1 is missing: entry 3 follows on entry 0"),
        ("UPDATE audit SET id = 30 WHERE id = 3", "entry 3 is missing: entry 4 "),
    ],
)
def test_the_first_entry_that_does_not_fit_is_named(db: Database, statement: str, words: str) -> None:
    add(db, 5)
    unguarded(db)
    write(db, statement)
    assert words in str(verify(db).problem)


def test_an_entry_removed_and_the_rest_numbered_anew_does_not_fit(db: Database) -> None:
    add(db, 5)
    unguarded(db)
    write(db, "DELETE FROM audit WHERE id = 3")
    write(db, "UPDATE audit SET id = id - 1 WHERE id > 3")
    assert "entry 3, " in str(verify(db).problem)


def test_a_cut_off_end_shows_against_a_noted_hash_only(db: Database) -> None:
    add(db, 5)
    noted = read_head(db).hash
    assert verify(db, expected=noted).has_expected is True
    add(db, 1)
    assert verify(db, expected=noted).has_expected is True
    unguarded(db)
    write(db, "DELETE FROM audit WHERE id > 4")
    assert verify(db).problem is None
    assert verify(db, expected=noted).has_expected is False


def test_writers_at_once_make_one_chain(db: Database, tmp_path: Path) -> None:
    def write_some() -> None:
        with closing(open_database(tmp_path / "textdesk.db")) as own:
            add(own, 20)

    writers = [threading.Thread(target=write_some) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (verify(db).problem, verify(db).head.entries) == (None, 80)


def test_entries_from_before_the_chain_get_their_place_in_it(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "old.db", create=True)) as db:
        migrations.apply(db, stop_before="m031_audit_chain")
        for number in (1, 2, 5):
            values = [number, "2026-11-01T09:00:00.000000Z", None, "ada", "signed in", f"s{number}", "{}"]
            write(db, "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        migrate(db)
        add(db, 1)
        verdict = verify(db)
        found = audit.list_entries(db, AuditFilter(), limit=10)
    assert (verdict.problem, verdict.head.entries) == (None, 4)
    assert [entry.subject for entry in found] == ["0", "s5", "s2", "s1"]


def test_what_somebody_did_outlives_them(db: Database) -> None:
    audit.record(db, now=NOW, user_id=404, user_name="gone", action="signed in")
    assert audit.list_entries(db, AuditFilter(user_name="gone"), limit=1)[0].user_id == 404


def test_a_list_is_read_forwards_and_backwards(db: Database) -> None:
    add(db, 7)
    first = audit.list_entries(db, AuditFilter(), limit=3)
    place = Place(first[-1].at, first[-1].id)
    second = audit.list_entries(db, AuditFilter(), limit=3, before=place)
    assert [entry.id for entry in first + second] == [7, 6, 5, 4, 3, 2]
    place = Place(second[0].at, second[0].id)
    assert audit.list_entries(db, AuditFilter(), limit=3, after=place) == first


def test_everything_comes_once_when_all_is_read(db: Database) -> None:
    add(db, 1001)
    assert [entry.id for entry in audit.each_entry(db, AuditFilter())] == list(range(1001, 0, -1))


def test_filters_narrow_the_list(db: Database) -> None:
    add(db, 3)
    add(db, 2, who="sam", action="confirmed a text")
    day = AuditFilter(since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=2))
    assert len(audit.list_entries(db, day, limit=10)) == 2
    both = AuditFilter(user_name="sam", action="confirmed a text", subject="1")
    assert [entry.id for entry in audit.list_entries(db, both, limit=10)] == [5]
    assert audit.list_entries(db, AuditFilter(user_name="sam", action="signed in"), limit=10) == []
    assert audit.known_people(db) == ["ada", "sam"]
    assert audit.known_actions(db) == ["confirmed a text", "signed in"]
