"""The stand-in provider's SQLite file: short transactions, any number of threads."""

import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from .schema import SCHEMA

BUSY_SECONDS = 30


class Store:
    """Lends connections out, one borrower at a time each.

    A write waits for its turn on a lock of this process before it waits on the file, since SQLite's own
    waiting sleeps and starves. What `writing` committed survives the death of the process.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._idle: queue.LifoQueue[Database] = queue.LifoQueue()
        self._turn = threading.Lock()
        self._closed = False
        with self.writing() as db:
            for statement in SCHEMA.split(";\n"):
                db.execute(statement)

    @contextmanager
    def reading(self) -> Iterator[Database]:
        db = self._borrow()
        try:
            yield db
        finally:
            self._give_back(db)

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """BEGIN IMMEDIATE, then COMMIT, or ROLLBACK when the block raises."""
        with self._turn, self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.execute("COMMIT")

    def close(self) -> None:
        """Closes the connections; one that is still lent out is closed when it comes back."""
        self._closed = True
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _borrow(self) -> Database:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._open()

    def _give_back(self, db: Database) -> None:
        if self._closed:
            db.close()
        else:
            self._idle.put(db)

    def _open(self) -> Database:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        # What is committed outlives this process without waiting for the disk; only a power cut may lose it.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        return Database(connection)
