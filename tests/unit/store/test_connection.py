import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from webapp.store.connection import (
    RecordError,
    insert,
    is_record_trouble,
    open_database,
    row,
    rows,
    short_writes,
    transaction,
    write_unless_busy,
)


@pytest.fixture
def common_umask() -> Iterator[None]:
    """As most machines have it: new files can be read by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("common_umask")
def test_a_new_record_can_be_read_by_nobody_else(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "new.db", create=True)) as db:
        db.execute("CREATE TABLE texts (content)")
        insert(db, "texts", {"content": "Biopsy"})
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def test_a_record_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as caught:
        open_database(tmp_path / "gone.db")
    assert is_record_trouble(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a b.db", "what?.db", "50%20.db", "#1.db", "ünï.db"])
def test_a_record_may_have_any_name(tmp_path: Path, name: str) -> None:
    with closing(open_database(tmp_path / name, create=True)) as db:
        db.execute("CREATE TABLE texts (content)")
        db.conn.commit()
    with closing(open_database(tmp_path / name)) as db:
        assert row(db, "SELECT count(*) FROM texts") is not None
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_lock_is_trouble_and_a_wrong_statement_is_a_fault(tmp_path: Path) -> None:
    with (
        closing(open_database(tmp_path / "textdesk.db", create=True)) as db,
        closing(open_database(tmp_path / "textdesk.db", busy_seconds=0)) as other,
    ):
        db.execute("CREATE TABLE names (name UNIQUE)")
        insert(db, "names", {"name": "sam"})
        assert not is_record_trouble(_refusal(db.conn, "INSERT INTO names VALUES ('sam')"))
        assert not is_record_trouble(_refusal(db.conn, "SELECT * FROM nothing"))
        db.conn.rollback()
        db.conn.execute("BEGIN IMMEDIATE")
        assert is_record_trouble(_refusal(other.conn, "BEGIN IMMEDIATE"))


def _refusal(connection: sqlite3.Connection, sql: str) -> RecordError:
    with pytest.raises(RecordError) as caught:
        connection.execute(sql)
    return caught.value


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.db"
    with closing(open_database(path, create=True)) as db:
        db.execute("CREATE TABLE names (name)")
    return path


def test_whoever_waits_to_write_has_their_turn_between_two_pieces_of_a_long_work(names: Path) -> None:
    begun, done = threading.Event(), threading.Event()

    def wait_and_write() -> None:
        with closing(open_database(names)) as other:
            begun.wait()
            insert(other, "names", {"name": "sam"})
        done.set()

    waiting = threading.Thread(target=wait_and_write)
    waiting.start()
    with closing(open_database(names)) as db:
        for piece in short_writes(range(100_000)):
            with transaction(db):
                db.conn.executemany("INSERT INTO names VALUES (?)", [[f"{each}"] for each in piece])
                begun.set()
            if done.is_set():
                break
    waiting.join()
    assert done.is_set()
    assert piece[-1] < 99_999


def test_what_can_do_without_is_not_written_while_somebody_else_writes(names: Path) -> None:
    with closing(open_database(names)) as db, closing(open_database(names)) as other:
        sql = "INSERT INTO names VALUES ('sam')"
        with transaction(other):
            assert not write_unless_busy(db, sql)
        assert write_unless_busy(db, sql)
        assert len(rows(db, "SELECT name FROM names")) == 1
        with pytest.raises(RecordError):
            write_unless_busy(db, "INSERT INTO nothing VALUES (1)")
