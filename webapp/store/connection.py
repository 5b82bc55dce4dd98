"""Opening the record's database, and the one kind of write transaction it uses."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

from sqlite_utils import Database

BUSY_TIMEOUT_SECONDS = 15.0
WAIT_FOR_WAL_SECONDS = 0.02
BETWEEN_TRIES_SECONDS = 0.002
# Several tries of whoever waits.
MAKES_WAY_SECONDS = 0.005
ROWS_A_WRITE = 50
LARGEST_ROW_ID = 2**63 - 1

RecordError = sqlite3.Error
"""Whatever SQLite refuses, for rooms that do not know SQLite."""

# The low byte is the primary result code (https://sqlite.org/rescode.html).
_TROUBLE = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
}

Parameters = Sequence[Any] | Mapping[str, Any]
Row = TypeVar("Row")


def open_database(
    path: str | Path,
    *,
    create: bool = False,
    busy_seconds: float | None = None,
    connection: type[sqlite3.Connection] = sqlite3.Connection,
) -> Database:
    """Open the database at `path`; only `create` makes a file that is not there, readable by nobody else.

    A record that vanishes while Textdesk runs must not come back empty: without `create` it is a RecordError.
    A Database belongs to the thread that opened it; close it when done. `busy_seconds` is how long a
    statement waits for another process's lock.
    SQLite only: WAL lets readers go on while one process writes; synchronous=FULL is the outbox's
    promise that "in flight" is on the disk before the first byte leaves. What a statement would have to
    take back if it failed is kept in memory: with triggers every statement has such, and files cost twice
    the time of the write itself.
    """
    if create:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        _make_wal(path)
    timeout = BUSY_TIMEOUT_SECONDS if busy_seconds is None else busy_seconds
    uri = f"{Path(path).absolute().as_uri()}?mode=rw"
    opened = sqlite3.connect(uri, uri=True, timeout=timeout, factory=connection)
    opened.row_factory = sqlite3.Row
    try:
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            opened.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        opened.close()
        raise
    return Database(opened, execute_plugins=False, recursive_triggers=False)


def _make_wal(path: str | Path) -> None:
    """Once for the life of the file: the mode is kept in it.

    SQLite does not wait for a lock here, whatever the time-out, and processes that start together all try.
    """
    deadline = monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
        sleep(WAIT_FOR_WAL_SECONDS)


def is_record_trouble(error: Exception) -> bool:
    """True if the file is locked, damaged, full, gone or forbidden; False if a statement is at fault."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.Error) and code is not None and code & 0xFF in _TROUBLE


@contextmanager
def transaction(db: Database, *, waits: bool = True) -> Iterator[None]:
    """A write transaction that takes the write lock at once.

    A deferred transaction that reads and then writes fails with "database is locked" as soon as two
    processes do it together; BEGIN IMMEDIATE queues them instead. Nested use joins the outer one.
    Unless it `waits`, it is a RecordError if anybody else is writing just now.
    """
    if db.conn.in_transaction:
        yield
        return
    _take_write_lock(db.conn, waits=waits)
    try:
        yield
    except BaseException:
        db.conn.rollback()
        raise
    db.conn.commit()


def _take_write_lock(connection: sqlite3.Connection, *, waits: bool) -> None:
    """SQLite itself tries ever more rarely, in the end ten times a second: others would slip in each time."""
    (milliseconds,) = connection.execute("PRAGMA busy_timeout").fetchone()
    deadline = monotonic() + milliseconds / 1000 if waits else 0.0
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while not _begin(connection, is_last_try=monotonic() >= deadline):
            sleep(BETWEEN_TRIES_SECONDS)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {milliseconds}")


def _begin(connection: sqlite3.Connection, *, is_last_try: bool) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if is_last_try or not _is_busy(error):
            raise
        return False
    return True


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def short_writes(work: Iterable[Row]) -> Iterator[list[Row]]:
    """Work on many rows in pieces, each for a transaction of its own.

    After each of them whoever waits to write has their turn: what one writer does piece after piece leaves
    no moment between two in which another could begin.
    """
    rest = iter(work)
    while piece := list(islice(rest, ROWS_A_WRITE)):
        yield piece
        sleep(MAKES_WAY_SECONDS)


@contextmanager
def part_of_transaction(db: Database) -> Iterator[None]:
    """A part that is undone by itself if it fails, while the transaction around it goes on."""
    db.conn.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        db.conn.execute("ROLLBACK TO part")
        raise
    finally:
        db.conn.execute("RELEASE part")


def writing_problem(db: Database) -> str | None:
    """What keeps the database from being written, in SQLite's words; None if nothing does."""
    try:
        db.conn.execute("BEGIN IMMEDIATE")
        db.conn.rollback()
    except sqlite3.Error as error:
        return str(error)
    return None


def rows(db: Database, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
    """Every row of a query."""
    return list(db.conn.execute(sql, parameters).fetchall())


def named(found: sqlite3.Row) -> dict[str, Any]:
    """A wide row by the names of its columns: sqlite3.Row compares each of them, each time it is asked."""
    return dict(zip(found.keys(), found, strict=True))


def row(db: Database, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
    """The first row of a query, or None."""
    found: sqlite3.Row | None = db.conn.execute(sql, parameters).fetchone()
    return found


def write(db: Database, sql: str, parameters: Parameters = ()) -> int:
    """Run one statement in a write transaction; the number of rows it changed."""
    with transaction(db):
        return int(db.conn.execute(sql, parameters).rowcount)


def write_unless_busy(db: Database, sql: str, parameters: Parameters = ()) -> bool:
    """Run one statement if nobody else is writing, for what can do without; whether it was run."""
    try:
        with transaction(db, waits=False):
            db.conn.execute(sql, parameters)
    except sqlite3.OperationalError as error:
        if not _is_busy(error):
            raise
        return False
    return True


def insert(db: Database, table: str, values: Mapping[str, Any]) -> int:
    """Insert one row; its rowid. `table` and the keys come from code, never from input."""
    columns = ", ".join(values)
    places = ", ".join(f":{column}" for column in values)
    with transaction(db):
        cursor = db.conn.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)  # noqa: S608
        return int(cursor.lastrowid or 0)


def time_text(at: datetime) -> str:
    """An aware time as fixed-width UTC text, so that text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def time_text_or_none(at: datetime | None) -> str | None:
    return None if at is None else time_text(at)


# Thirty times as fast as strptime, and a page reads hundreds of times.
read_time = datetime.fromisoformat
"""The aware UTC time that `time_text` wrote."""


def read_time_or_none(text: str | None) -> datetime | None:
    return None if text is None else read_time(text)


def read_bool_or_none(number: int | None) -> bool | None:
    return None if number is None else bool(number)


def read_decimal_or_none(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def json_text(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values are equal text, which the payload hash needs."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
