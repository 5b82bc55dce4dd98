"""The private files of lists: kept until the batch is sent or discarded, then deleted."""

import os
import secrets
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlite_utils import Database

from webapp.services.batches.lists import PASTED
from webapp.services.imports.limits import MAX_FILE_BYTES, FileRefused
from webapp.store import batch_changes, batches
from webapp.store.batches import Batch

UPLOADED = ".upload"
_BLOCK_BYTES = 1024 * 1024
# A list of up to a thousand rows is read while the person waits; a longer one by the worker, with a bar. Of a
# spreadsheet only the size is known before it is opened.
READ_AT_ONCE_BYTES = 64 * 1024
READ_AT_ONCE_LINES = 1001


def keep_file(stream: IO[bytes], *, folder: Path) -> str:
    """Store an uploaded file; the name it has in the folder. Raises FileRefused."""
    return _keep(stream, folder=folder, ending=UPLOADED)


def keep_pasted(text: str, *, folder: Path) -> str:
    """Store a pasted list; the name it has in the folder."""
    name = _new_name(folder, PASTED)
    with _create(folder / name) as file:
        file.write(text.encode("utf-8", "replace"))
    return name


def is_small(file_name: str, *, folder: Path) -> bool:
    """Whether the list is read while the person waits."""
    path = folder / file_name
    if path.stat().st_size > READ_AT_ONCE_BYTES:
        return False
    return path.read_bytes().count(b"\n") <= READ_AT_ONCE_LINES


def add_batch(db: Database, *, author_id: int, name: str, file_name: str, now: datetime) -> Batch:
    """A batch of the list in that file."""
    return batches.add_batch(db, author_id=author_id, name=name, file_name=file_name, now=now)


def discard(db: Database, batch: Batch, *, folder: Path) -> bool:
    """Forget a list that was never sent, and delete its file. False if it was confirmed."""
    discarded = batch_changes.discard(db, batch, now=datetime.now(UTC))
    if discarded:
        delete_file(batch, folder=folder)
    return discarded


def forget_file(db: Database, batch: Batch, *, folder: Path) -> None:
    """The batch is confirmed: its rows are in the record, and the file is not needed any more."""
    delete_file(batch, folder=folder)
    batch_changes.forget_file(db, batch.id)


def delete_file(batch: Batch, *, folder: Path) -> None:
    if batch.file_name:
        (folder / batch.file_name).unlink(missing_ok=True)


def _keep(stream: IO[bytes], *, folder: Path, ending: str) -> str:
    name = _new_name(folder, ending)
    with _create(folder / name) as file:
        shutil.copyfileobj(stream, file, _BLOCK_BYTES)
        size = file.tell()
    if size > MAX_FILE_BYTES:
        (folder / name).unlink()
        raise FileRefused(
            f"The file has {size / 1024 / 1024:.1f} MB; at most {MAX_FILE_BYTES // 1024 // 1024} MB can be "
            "taken. Save it as CSV, or split it into several files."
        )
    return name


def _new_name(folder: Path, ending: str) -> str:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return secrets.token_hex(16) + ending


def _create(path: Path) -> "closing[IO[bytes]]":
    return closing(os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))
