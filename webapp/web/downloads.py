"""Answering with a file."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

from flask import Response
from sqlite_utils import Database

from webapp.store.connection import open_database
from webapp.web.context import settings


def csv_download(read_lines: Callable[[Database], Iterator[str]], name: str) -> Response:
    """A CSV file, sent line by line as it is read; its name ends with the day.

    `read_lines` gets a connection of its own: the request's is closed before the file has been sent.
    """
    path = settings().database

    def lines() -> Iterator[str]:
        with closing(open_database(path)) as db:
            yield from read_lines(db)

    day = datetime.now(UTC).astimezone(settings().timezone)
    response = Response(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{day:%Y-%m-%d}.csv"'
    return response
