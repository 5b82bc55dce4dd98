"""Files that are made while they are sent."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from flask import Response
from sqlite_utils import Database

from webapp.store.connection import open_database
from webapp.web.context import settings

MakeFile = Callable[[Database], Iterator[str]]


def csv_download(make_file: MakeFile, filename: str) -> Response:
    """A CSV file to be saved; `filename` is ours, never what somebody typed.

    It is made after the request has ended, and the connection to the record with it: it has one of its own.
    """
    response = Response(_made(make_file, settings().database), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _made(make_file: MakeFile, database: Path) -> Iterator[str]:
    with closing(open_database(database)) as db:
        yield from make_file(db)
