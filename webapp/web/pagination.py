"""Keyset paging: where the next page begins, as it stands in an address."""

import re
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TypeVar

Kind = TypeVar("Kind", bound=IntEnum)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"\d{1,17}", re.ASCII)
_ROW = re.compile(r"(\d{1,17})-(\d{1,18})", re.ASCII)
_PLACE = re.compile(r"(\d{1,17})-(\d{1,3})-(\d{1,18})", re.ASCII)


def write_time(at: datetime) -> str:
    """A time in an address: microseconds since 1970."""
    return str(round(at.timestamp() * 1_000_000))


def read_time(text: str) -> datetime | None:
    """The aware UTC time that `write_time` wrote; None for anything else."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(text))
    except OverflowError:
        return None


def write_row(at: datetime, row_id: int) -> str:
    """A row of a list made of one table: its time, and its id."""
    return f"{write_time(at)}-{row_id}"


def read_row(text: str) -> tuple[datetime, int] | None:
    """What `write_row` wrote; None if nobody of ours wrote it."""
    found = _ROW.fullmatch(text)
    at = read_time(found[1]) if found else None
    return None if found is None or at is None else (at, int(found[2]))


def write_place(at: datetime, kind: IntEnum, row_id: int) -> str:
    """A row of a list made of several tables: its time, which of them it stands in, and its id there."""
    return f"{write_time(at)}-{kind.value}-{row_id}"


def read_place(text: str, kinds: type[Kind]) -> tuple[datetime, Kind, int] | None:
    """What `write_place` wrote; None if nobody of ours wrote it."""
    found = _PLACE.fullmatch(text)
    at = read_time(found[1]) if found else None
    if found is None or at is None or int(found[2]) not in set(kinds):
        return None
    return at, kinds(int(found[2])), int(found[3])
