"""The record read as a person turns its pages: from the first to the last."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from webapp.store import record
from webapp.store.pool import Pool
from webapp.store.record_conditions import RecordFilter

A_PAGE = 50


@contextmanager
def left_as_it_was(path: Path) -> Iterator[Database]:
    """A record that many tests share: what one of them changes is undone."""
    with _connections_to(path).lent() as db:
        db.conn.execute("BEGIN")
        yield db
        db.conn.rollback()


@cache
def _connections_to(path: Path) -> Pool:
    return Pool(path)


def found(db: Database, wanted: RecordFilter) -> list[int]:
    """The messages, over as many pages as there are."""
    ids: list[int] = []
    before = None
    while True:
        page = record.list_record(db, wanted, limit=A_PAGE, before=before)
        assert len(page) <= A_PAGE
        ids += [entry.message.id for entry in page if entry.message]
        if len(page) < A_PAGE:
            return ids
        before = page[-1].place
