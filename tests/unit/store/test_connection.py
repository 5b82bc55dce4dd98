import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from webapp.store.connection import RecordError, insert, is_record_trouble, open_database, row


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
