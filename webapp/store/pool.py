"""Connections to the record that one request after another borrows: opening one costs more than most pages.

A new connection reads the whole schema before its first statement, over a millisecond with ours; what it has
prepared is forgotten when it is closed.
"""

import os
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, cast
from weakref import WeakSet, finalize

from sqlite_utils import Database

from webapp.store.connection import open_database

MOST_KEPT = 16
# SQLite reads its statistics when it opens a file, and whatever else a connection gathers ends with it.
KEPT_SECONDS = 60.0


class LentConnection(sqlite3.Connection):
    """Goes from thread to thread, and knows which cursors are about: one half read holds an old state."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "check_same_thread": False})
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()
        self.opened_at = monotonic()
        self.opened_by = os.getpid()
        self.file: tuple[int, int] | None = None

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        return self._noted(super().cursor(*arguments, **options))

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        return self._noted(super().execute(*arguments))

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        return self._noted(super().executemany(*arguments))

    def is_at_rest(self) -> bool:
        """Neither in a transaction nor reading: the next to use it sees the record as it is then."""
        return not self.in_transaction and not self._cursors

    def _noted(self, cursor: sqlite3.Cursor) -> sqlite3.Cursor:
        self._cursors.add(cursor)
        return cursor


class Pool:
    """The idle connections to one record. Whoever borrows one is alone with it until they give it back."""

    def __init__(self, path: Path, *, most: int = MOST_KEPT, kept_seconds: float = KEPT_SECONDS) -> None:
        self._path, self._most, self._kept_seconds = path, most, kept_seconds
        self._idle: deque[LentConnection] = deque()
        # Also when the process ends, so that the last one to leave tidies the write-ahead log up.
        self.close = finalize(self, _close_all, self._idle)

    @contextmanager
    def lent(self) -> Iterator[Database]:
        db = self.borrow()
        try:
            yield db
        finally:
            self.give_back(db)

    def close_idle(self) -> None:
        """Whoever borrows next gets a new connection."""
        _close_all(self._idle)

    def borrow(self) -> Database:
        """Raises RecordError where opening the record would: a file that is gone or replaced is noticed."""
        file = _file_at(self._path)
        while self._idle:
            try:
                kept = self._idle.pop()
            except IndexError:
                break
            if self._is_good(kept, file):
                return _wrapped(kept)
            _drop(kept)
        db = open_database(self._path, connection=LentConnection)
        # As it was before: had the file been replaced since, the next to borrow would open the new one.
        cast(LentConnection, db.conn).file = file
        return db

    def give_back(self, db: Database) -> None:
        """Whoever still has the Database cannot use it any more."""
        connection = cast(LentConnection, db.conn)
        db.conn = cast(LentConnection, None)
        is_welcome = len(self._idle) < self._most and self.close.alive
        if connection.is_at_rest() and is_welcome:
            self._idle.append(connection)
        else:
            connection.close()

    def _is_good(self, kept: LentConnection, file: tuple[int, int] | None) -> bool:
        is_young = monotonic() - kept.opened_at < self._kept_seconds
        return is_young and file is not None and kept.file == file and kept.opened_by == os.getpid()


def _wrapped(connection: LentConnection) -> Database:
    return Database(connection, execute_plugins=False, recursive_triggers=False)


def _file_at(path: Path) -> tuple[int, int] | None:
    """Which file that is; its number is not given to another while a connection holds it open."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


_inherited: list[LentConnection] = []


def _drop(connection: LentConnection) -> None:
    if connection.opened_by == os.getpid():
        connection.close()
    else:
        # SQLite's connections must not be used, nor closed, in a process that was forked from theirs.
        _inherited.append(connection)


def _close_all(idle: deque[LentConnection]) -> None:
    while idle:
        _drop(idle.pop())
