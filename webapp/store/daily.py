"""How many texts there were on each day, and what they cost; the sums are kept by triggers (daily_tables)."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlite_utils import Database

from webapp.store.connection import row, rows, time_text
from webapp.store.daily_tables import DIFFERS, SUMS
from webapp.store.messages import StoredMessage, list_messages

_OUT = "status <> 'INCOMING'"
_CREDIT = Decimal(1000)
_SUMS = ", ".join(f"COALESCE(SUM({name}), 0) AS {name}" for name in SUMS)


@dataclass(frozen=True, slots=True)
class Days:
    """From one local day to another, both included."""

    first: date
    last: date

    @property
    def values(self) -> dict[str, str]:
        return {"first": self.first.isoformat(), "last": self.last.isoformat()}


class Part(StrEnum):
    """What sums are told apart by; the values are columns."""

    SENDER = "sender"
    TAG = "tag"
    AUTHOR = "author_id"
    BATCH = "batch_id"
    MONTH = "SUBSTR(day, 1, 7)"
    DAY = "day"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Sums:
    """Texts that went out, and what they cost.

    The provider has named the charge of `charged_texts`: `charged`, where `expected_of_charged` was
    estimated; of `differing_texts` it was another. `estimated` is for those of which it has named none.
    `given_back` is what both hold for texts that failed.
    """

    texts: int
    charged_texts: int
    charged: Decimal
    expected_of_charged: Decimal
    differing_texts: int
    estimated: Decimal
    given_back: Decimal

    @property
    def credits(self) -> Decimal:
        """What was charged when they went."""
        return self.charged + self.estimated

    @property
    def cost(self) -> Decimal:
        """What is left of that after what was given back."""
        return self.credits - self.given_back


def sum_out(db: Database, days: Days) -> Sums:
    """All that went out in those days."""
    found = row(db, f"SELECT {_SUMS} FROM {_source(days)} WHERE {_OUT}", _bounds(days))  # noqa: S608
    assert found is not None  # noqa: S101 - sums always have a row
    return _read(found)


def sum_of_batch(db: Database, batch_id: int) -> Sums:
    """All that went out for one of our batches, as far as the record shows it."""
    found = row(
        db,
        f"SELECT {_SUMS} FROM daily_texts WHERE batch_id > 0 AND batch_id = ? AND {_OUT}",  # noqa: S608
        [batch_id],
    )
    assert found is not None  # noqa: S101 - sums always have a row
    return _read(found)


def sum_by(db: Database, days: Days, part: Part) -> dict[str, Sums]:
    """The same by one part; "" or "0" where a text has none."""
    source = _source(days, is_by_day=part is Part.DAY)
    sql = f"SELECT {part.value} AS part, {_SUMS} FROM {source} WHERE {_OUT} GROUP BY 1 ORDER BY 1"  # noqa: S608
    return {str(each["part"]): _read(each) for each in rows(db, sql, _bounds(days))}


def _source(days: Days, *, is_by_day: bool = False) -> str:
    """Whole months are read from the sums by month, the days before and after them from those by day."""
    if is_by_day or _whole_months(days) is None:
        return "(SELECT * FROM daily_texts WHERE day BETWEEN :first AND :last)"
    return (
        "(SELECT * FROM monthly_texts WHERE day >= :month AND day < :rest "
        "UNION ALL SELECT * FROM daily_texts WHERE day >= :first AND day < :month "
        "UNION ALL SELECT * FROM daily_texts WHERE day >= :rest AND day <= :last)"
    )


def _bounds(days: Days) -> dict[str, str]:
    month, rest = _whole_months(days) or (days.first, days.first)
    return {**days.values, "month": month.isoformat(), "rest": rest.isoformat()}


def _whole_months(days: Days) -> tuple[date, date] | None:
    """The first day of the first month that is whole, and the first day after the last; None if none is."""
    month = days.first if days.first.day == 1 else _next_month(days.first)
    rest = (days.last + timedelta(days=1)).replace(day=1)
    return (month, rest) if month < rest else None


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def count_of(db: Database, days: Days, statuses: Iterable[str]) -> dict[str, int]:
    """Texts with one of these statuses; one look into the index a day and status."""
    wanted = list(statuses)
    places = ", ".join(f":status{at}" for at in range(len(wanted)))
    found = rows(
        db,
        "SELECT status, SUM(texts) AS texts FROM daily_texts "  # noqa: S608 - our own words
        f"WHERE day BETWEEN :first AND :last AND status IN ({places}) GROUP BY status",
        {**days.values, **{f"status{at}": status for at, status in enumerate(wanted)}},
    )
    return {each["status"]: each["texts"] for each in found}


def each_line(db: Database, days: Days) -> Iterator[tuple[dict[str, str], Sums]]:
    """Everything as it is kept, by day; the values are those of `Part`, by name."""
    found = db.conn.execute(
        "SELECT * FROM daily_texts WHERE day BETWEEN :first AND :last AND status <> 'INCOMING'", days.values
    )
    parts = (Part.DAY, Part.STATUS, Part.SENDER, Part.TAG, Part.AUTHOR, Part.BATCH)
    for each in found:
        yield {part.name: str(each[part.value]) for part in parts}, _read(each)


def add(several: Iterable[Sums]) -> Sums:
    """All of them in one."""
    listed = list(several)
    return Sums(
        texts=sum(each.texts for each in listed),
        charged_texts=sum(each.charged_texts for each in listed),
        charged=sum((each.charged for each in listed), Decimal()),
        expected_of_charged=sum((each.expected_of_charged for each in listed), Decimal()),
        differing_texts=sum(each.differing_texts for each in listed),
        estimated=sum((each.estimated for each in listed), Decimal()),
        given_back=sum((each.given_back for each in listed), Decimal()),
    )


def count_by_status(db: Database, days: Days) -> dict[tuple[date, str], int]:
    """Texts by day and status, in and out."""
    found = rows(
        db,
        "SELECT day, status, SUM(texts) AS texts FROM daily_texts "
        "WHERE day BETWEEN :first AND :last GROUP BY day, status",
        days.values,
    )
    return {(date.fromisoformat(each["day"]), each["status"]): each["texts"] for each in found}


@dataclass(frozen=True, slots=True)
class Differing:
    """A text that the provider charged otherwise than had been estimated."""

    message: StoredMessage
    expected: Decimal


def list_differing(db: Database, *, since: datetime, until: datetime, limit: int) -> list[Differing]:
    """The latest first."""
    found = rows(
        db,
        f"SELECT id, expected_credits FROM messages WHERE {DIFFERS} AND status <> 'INCOMING' "  # noqa: S608
        "AND created_at >= ? AND created_at < ? ORDER BY created_at DESC, id DESC LIMIT ?",
        [time_text(since), time_text(until), limit],
    )
    places = ", ".join(str(each["id"]) for each in found)
    known = {message.id: message for message in list_messages(db, f"id IN ({places})", [])}
    return [Differing(known[each["id"]], Decimal(each["expected_credits"])) for each in found]


def first_day(db: Database) -> date | None:
    """The first day of which anything is known."""
    found = row(db, "SELECT MIN(day) AS day FROM daily_texts")
    return date.fromisoformat(found["day"]) if found and found["day"] else None


def _read(found: sqlite3.Row) -> Sums:
    return _sums([found[name] for name in SUMS])


def _sums(numbers: Sequence[int]) -> Sums:
    """In the order of the columns SUMS."""
    found = dict(zip(SUMS, numbers, strict=True))
    credits = {
        name: found[name] / _CREDIT for name in ("charged", "expected_of_charged", "estimated", "given_back")
    }
    return Sums(
        texts=found["texts"],
        charged_texts=found["charged_texts"],
        differing_texts=found["differing_texts"],
        **credits,
    )
