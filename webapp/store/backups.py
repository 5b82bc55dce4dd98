"""Copies of the record that can be made while it is in use, and putting one in its place."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from webapp.store.connection import open_database, read_time, row
from webapp.store.migrating import known_steps
from webapp.store.migrations import migrations
from webapp.store.restores import is_marked, mark_copy

BESIDE = ("", "-wal", "-shm")
"""What a record consists of on the disk."""
_SECONDS_FOR_OTHERS = 1.0


class CannotRestore(Exception):
    """The message says why, in words; nothing has been changed."""


def write_backup(db: Database, target: Path, *, now: datetime) -> None:
    """A copy of the record as it is now, marked, whole and on the disk, or no file of that name.

    Nobody has to stop meanwhile. Raises FileExistsError, OSError or RecordError.
    """
    if target.exists():
        raise FileExistsError(target)
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        _copy(db, unfinished)
        with closing(open_database(unfinished)) as copy:
            mark_copy(copy, backup_at=now)
        _keep(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def restore_backup(source: Path, target: Path, *, now: datetime) -> Path | None:
    """Put a copy in the place of the record, marked; where what was there before is now, if anything was.

    Raises CannotRestore while the record is in use, or if the copy is none of this program; OSError.
    """
    if is_in_use(target):
        raise CannotRestore(f"{target} is in use. Stop the web application and the worker first.")
    restored = target.with_name(f"{target.name}.restoring")
    try:
        try:
            _take_copy(source, restored)
        except sqlite3.Error as error:
            raise CannotRestore(f"{source} cannot be read as a record of Textdesk: {error}.") from error
        aside = _set_aside(target, now=now)
        _keep(restored, target)
    finally:
        restored.unlink(missing_ok=True)
    return aside


def is_in_use(path: Path) -> bool:
    """Whether another process has the record open. SQLite only: its journal is changed by one who is alone.

    A web application holds it open from the first page it has served: before that it goes unseen.
    """
    if not path.exists():
        return False
    try:
        with closing(open_database(path, busy_seconds=_SECONDS_FOR_OTHERS)) as db:
            db.conn.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        # What is damaged is in nobody's use.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return False


def _take_copy(source: Path, restored: Path) -> None:
    with closing(open_database(source)) as db:
        _check_is_ours(db, source)
        _copy(db, restored)
    with closing(open_database(restored)) as copy:
        _check_is_whole(copy, source)
        if not is_marked(copy):
            mark_copy(copy, backup_at=_last_moment(copy))


def _check_is_ours(db: Database, source: Path) -> None:
    applied = {each.name for each in migrations.applied(db)}
    if not applied:
        raise CannotRestore(f"{source} is not a record of Textdesk.")
    if not applied <= known_steps():
        raise CannotRestore(f"{source} was made by a newer Textdesk than this one.")


def _check_is_whole(db: Database, source: Path) -> None:
    found = row(db, "PRAGMA quick_check(1)")
    if found is None or found[0] != "ok":
        raise CannotRestore(f"{source} is damaged: {found[0] if found else 'nothing in it'}.")


def _last_moment(db: Database) -> datetime:
    """When a copy that was made by other means was made, or a little before: the last thing it knows of."""
    of_all = "SELECT at FROM heartbeats UNION ALL SELECT MAX(at) FROM audit"
    found = row(db, f"SELECT MAX(at) AS at FROM ({of_all})")  # noqa: S608 - our own words
    if found is None or found["at"] is None:
        raise CannotRestore("There is nothing in this copy.")
    return read_time(found["at"])


def _copy(db: Database, target: Path) -> None:
    """SQLite only: one consistent moment, without keeping anybody from writing."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    db.conn.execute("VACUUM INTO ?", [str(target)])


def _set_aside(path: Path, *, now: datetime) -> Path | None:
    """The record as it was is kept, with what belongs to it."""
    if not path.exists():
        return None
    aside = path.with_name(f"{path.name}.until-{now:%Y%m%dT%H%M%SZ}")
    for ending in BESIDE:
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside


def _keep(finished: Path, target: Path) -> None:
    """Under its own name, and on the disk before anybody is told."""
    _sync(finished, os.O_RDWR)
    finished.rename(target)
    _sync(target.parent, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
