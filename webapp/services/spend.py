"""What texts cost: by month, sender ID, tag, member of staff and batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlite_utils import Database

from webapp.messaging.numbers import format_number
from webapp.store import batch_choices, daily, users
from webapp.store.daily import Days, Dearest, Part, Sums

ROWS_SHOWN = 50
NOT_FROM_HERE = "Other programs of the account"
SINGLE = "Not in a batch"
WITHOUT_TAG = "Without a tag"


@dataclass(frozen=True, slots=True)
class Line:
    """One sender ID, tag, person, batch or month; `key` names it, `name` is what people call it."""

    key: str
    name: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Split:
    """What was spent, told apart by one thing, the dearest first; `others` are `rest` in one line."""

    part: Part
    lines: tuple[Line, ...]
    others: int
    rest: Sums | None


@dataclass(frozen=True, slots=True)
class Spent:
    """All that went out in some days: by month, and the keys of each part that cost most."""

    by_month: Mapping[str, Sums]
    dearest: Mapping[Part, Dearest]


def sum_up(db: Database, days: Days) -> Spent:
    """Only the dearest: nobody reads further, and there may be thousands of tags."""
    parts = (Part.SENDER, Part.TAG, Part.AUTHOR, Part.BATCH)
    dearest = {part: daily.sum_dearest(db, days, part, limit=ROWS_SHOWN) for part in parts}
    return Spent(daily.sum_by(db, days, Part.MONTH), dearest)


def split_by(db: Database, part: Part, found: Dearest) -> Split:
    """The dearest of one part with the names that they have now."""
    names = names_of(db, part, list(found.sums))
    lines = tuple(Line(key, names[key], sums) for key, sums in found.sums.items())
    return Split(part, lines, found.others, found.rest)


def by_month(sums: Mapping[str, Sums]) -> tuple[Line, ...]:
    """The latest first; a month as `2026-11`."""
    return tuple(Line(month, month, sums[month]) for month in sorted(sums, reverse=True))


def names_of(db: Database, part: Part, keys: list[str]) -> dict[str, str]:
    """How people call what stands in the sums."""
    if part is Part.AUTHOR:
        known = users.names_of(db, {int(key) for key in keys})
        return {key: known.get(int(key), NOT_FROM_HERE) for key in keys}
    if part is Part.BATCH:
        found = batch_choices.map_choices(db, [int(key) for key in keys])
        return {key: found[int(key)].name if int(key) in found else SINGLE for key in keys}
    if part is Part.SENDER:
        return {key: format_number(key) for key in keys}
    return {key: key or WITHOUT_TAG for key in keys}


def difference(sums: Sums) -> Decimal:
    """How much more was charged than had been estimated, where the provider says what it charged."""
    return sums.charged - sums.expected_of_charged
