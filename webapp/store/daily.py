"""How many texts there were on each day, and what they cost: sums kept by triggers (daily_tables)."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
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
    source, values = _source(db, days, Part.AUTHOR)
    found = row(db, f"SELECT {_SUMS} FROM {source}", values)  # noqa: S608
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
    is_time = part in (Part.DAY, Part.MONTH)
    source, values = _source(db, days, Part.AUTHOR if is_time else part, is_by_day=part is Part.DAY)
    key = part.value if is_time else "key"
    sql = f"SELECT {key} AS part, {_SUMS} FROM {source} GROUP BY 1 ORDER BY 1"  # noqa: S608
    return {str(each["part"]): _read(each) for each in rows(db, sql, values)}


@dataclass(frozen=True, slots=True)
class Dearest:
    """The keys of a part that cost most; of `others` more, `rest` is what they cost together."""

    sums: Mapping[str, Sums]
    others: int
    rest: Sums | None


def sum_dearest(db: Database, days: Days, part: Part, *, limit: int) -> Dearest:
    """As `sum_by`, the dearest first; there may be thousands of batches and tags."""
    source, values = _source(db, days, part)
    sql = (
        f"SELECT key AS part, {_SUMS}, COUNT(*) OVER () AS keys FROM {source} GROUP BY 1 "  # noqa: S608
        "ORDER BY SUM(charged + estimated - given_back) DESC, SUM(texts) DESC, key LIMIT :limit"
    )
    found = rows(db, sql, {**values, "limit": limit})
    sums = {each["part"]: _read(each) for each in found}
    others = found[0]["keys"] - len(found) if found else 0
    return Dearest(sums, others, _less(sum_out(db, days), add(sums.values())) if others else None)


def _source(db: Database, days: Days, part: Part, *, is_by_day: bool = False) -> tuple[str, dict[str, str]]:
    """The sums by that part, and its values: whole months by month, the days before and after them by day."""
    values = {**days.values, "part": part.value}
    each = "SELECT * FROM spend_sums WHERE part = :part AND grain"
    months = None if is_by_day else _whole_months(db, days)
    if months is None:
        return f"({each} = 'day' AND day BETWEEN :first AND :last)", values
    return (
        f"({each} = 'month' AND day >= :month AND day < :rest "
        f"UNION ALL {each} = 'day' AND day >= :first AND day < :month "
        f"UNION ALL {each} = 'day' AND day >= :rest AND day <= :last)",
        {**values, "month": months[0].isoformat(), "rest": months[1].isoformat()},
    )


def _whole_months(db: Database, days: Days) -> tuple[date, date] | None:
    """The first day of the first month that is whole, and the first day after the last; None if none is.

    A month is whole, too, if nothing is known of it before the first day, or after the last.
    """
    known = _known_days(db)
    if known is None:
        return None
    is_begin = days.first.day == 1 or days.first <= known.first
    month = max(days.first, known.first).replace(day=1) if is_begin else _next_month(days.first)
    is_end = days.last >= known.last
    rest = _next_month(known.last) if is_end else (days.last + timedelta(days=1)).replace(day=1)
    return (month, rest) if month < rest else None


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _known_days(db: Database) -> Days | None:
    # Each of both is one look into the index; asked for together they would read all of it.
    found = row(
        db,
        "SELECT (SELECT MIN(day) FROM daily_texts) AS first, (SELECT MAX(day) FROM daily_texts) AS last",
    )
    if found is None or found["first"] is None:
        return None
    return Days(date.fromisoformat(found["first"]), date.fromisoformat(found["last"]))


def count_of(db: Database, days: Days, statuses: Iterable[str]) -> dict[str, int]:
    """Texts with one of these statuses."""
    wanted = list(statuses)
    places = ", ".join(f":status{at}" for at in range(len(wanted)))
    found = rows(
        db,
        "SELECT key AS status, SUM(texts) AS texts FROM spend_sums "  # noqa: S608 - our own words
        "WHERE part = 'status' AND grain = 'day' AND day BETWEEN :first AND :last "
        f"AND key IN ({places}) GROUP BY key",
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


def _less(all_of_it: Sums, some: Sums) -> Sums:
    names = (field.name for field in fields(Sums))
    return Sums(**{name: getattr(all_of_it, name) - getattr(some, name) for name in names})


def count_by_status(db: Database, days: Days) -> dict[tuple[date, str], int]:
    """Texts by day and status, in and out."""
    found = rows(
        db,
        "SELECT day, key AS status, texts FROM spend_sums "
        "WHERE part = 'status' AND grain = 'day' AND day BETWEEN :first AND :last",
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
    known = _known_days(db)
    return known.first if known else None


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
