"""Connections to the record that one request after another borrows."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from webapp.store.connection import RecordError, open_database, row, write
from webapp.store.pool import Pool


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "record.db"
    with closing(open_database(path, create=True)) as db:
        db.execute("CREATE TABLE notes (text TEXT)")
    return path


@pytest.fixture
def pool(path: Path) -> Iterator[Pool]:
    pool = Pool(path)
    yield pool
    pool.close()


def _write(path: Path, text: str) -> None:
    with closing(open_database(path)) as db:
        write(db, "INSERT INTO notes VALUES (?)", [text])


def _count(db: Database) -> int:
    found = row(db, "SELECT COUNT(*) FROM notes")
    assert found is not None
    return int(found[0])


def test_a_connection_is_lent_again(pool: Pool) -> None:
    with pool.lent() as db:
        first = db.conn
    with pool.lent() as db:
        assert db.conn is first


def test_who_borrows_is_alone_with_a_connection(pool: Pool) -> None:
    with pool.lent() as one, pool.lent() as other:
        assert one.conn is not other.conn


def test_what_was_given_back_cannot_be_used(pool: Pool) -> None:
    db = pool.borrow()
    pool.give_back(db)
    with pytest.raises(AttributeError):
        db.conn.execute("SELECT 1")


def test_what_others_write_is_seen_by_the_next_to_borrow(pool: Pool, path: Path) -> None:
    with pool.lent() as db:
        assert _count(db) == 0
    _write(path, "written by another process")
    with pool.lent() as db:
        assert _count(db) == 1


def test_a_cursor_left_half_read_holds_no_old_state_for_the_next(pool: Pool, path: Path) -> None:
    for text in ("one", "two", "three"):
        _write(path, text)
    with pool.lent() as db:
        left = db.conn.execute("SELECT text FROM notes")
        left.fetchone()
    _write(path, "four")
    with pool.lent() as db:
        assert _count(db) == 4
    with pytest.raises(RecordError):
        left.fetchone()


def test_a_transaction_left_open_is_taken_back(pool: Pool, path: Path) -> None:
    with pool.lent() as db:
        db.conn.execute("BEGIN IMMEDIATE")
        db.conn.execute("INSERT INTO notes VALUES ('never committed')")
    _write(path, "nobody holds the lock")
    with pool.lent() as db:
        assert _count(db) == 1


def test_a_record_that_is_gone_is_an_error(pool: Pool, path: Path) -> None:
    with pool.lent() as db:
        assert _count(db) == 0
    path.rename(path.with_name("elsewhere.db"))
    with pytest.raises(RecordError), pool.lent() as db:
        write(db, "INSERT INTO notes VALUES ('into a file that nobody will look at')")


def test_another_record_in_its_place_is_the_one_that_is_read(pool: Pool, path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with pool.lent() as db:
        db.conn.execute("VACUUM INTO ?", [str(copy)])
    _write(copy, "only in the copy")
    with pool.lent() as db:
        assert _count(db) == 0
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    shutil.copy(copy, path)
    with pool.lent() as db:
        assert _count(db) == 1


def test_a_connection_is_not_kept_for_ever(path: Path) -> None:
    pool = Pool(path, kept_seconds=0)
    with pool.lent() as db:
        first = db.conn
    with pool.lent() as db:
        assert db.conn is not first
    pool.close()


def test_no_more_are_kept_than_agreed(path: Path) -> None:
    pool = Pool(path, most=1)
    with pool.lent() as one, pool.lent() as other:
        connections = [one.conn, other.conn]
    # `other` came back first, so `one` found no room.
    with pool.lent() as db:
        assert db.conn is connections[1]
    with pytest.raises(RecordError, match="closed"):
        connections[0].execute("SELECT 1")
    pool.close()


def test_a_closed_pool_leaves_nothing_open(pool: Pool, path: Path) -> None:
    with pool.lent() as db:
        write(db, "INSERT INTO notes VALUES ('in the log')")
    assert path.with_name(f"{path.name}-wal").exists()
    pool.close()
    # The last to leave tidies up.
    assert not path.with_name(f"{path.name}-wal").exists()


def test_threads_that_borrow_at_once_lose_nothing(pool: Pool) -> None:
    def work(number: int) -> None:
        with pool.lent() as db:
            write(db, "INSERT INTO notes VALUES (?)", [str(number)])
            found = row(db, "SELECT COUNT(*) FROM notes WHERE text = ?", [str(number)])
            assert found is not None
            assert found[0] == 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(60)))
    with pool.lent() as db:
        assert _count(db) == 60


_FORKS = """
import os, sys
from pathlib import Path
from webapp.store.pool import Pool

pool = Pool(Path(sys.argv[1]))
with pool.lent() as db:
    parents = db.conn
child = os.fork()
if not child:
    with pool.lent() as db:
        sys.exit(0 if db.conn is not parents and db.conn.execute("SELECT 1").fetchone()[0] == 1 else 9)
_, status = os.waitpid(child, 0)
with pool.lent() as db:
    assert db.conn is parents
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_a_forked_process_uses_no_connection_of_its_parent(path: Path) -> None:
    subprocess.run([sys.executable, "-c", _FORKS, str(path)], check=True, timeout=60)
