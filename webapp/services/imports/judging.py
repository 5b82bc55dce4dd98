"""One verdict for each row of a file, and for each good one its text, its segments and its price."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial
from operator import itemgetter
from typing import NamedTuple

from webapp.messaging.content import ContentRefused
from webapp.messaging.measure import measure
from webapp.messaging.numbers import (
    HOME_COUNTRY,
    NumberProblem,
    NumberRefused,
    country_of,
    parse_home_mobile,
    parse_number,
)
from webapp.messaging.placeholders import Template, columns_of, renderer, same_name
from webapp.messaging.words import join_and

from .rows import SheetRow, is_blank

NOTHING = Decimal(0)
_REMEMBERED_NUMBERS = 1_000


class Verdict(StrEnum):
    """What becomes of a row. Checked in this order; only VALID rows are sent."""

    EMPTY = "empty"
    INVALID = "invalid"
    OPTED_OUT = "opted_out"
    DUPLICATE = "duplicate"
    MISSING_PLACEHOLDER = "missing_placeholder"
    TOO_LONG = "too_long"
    """Longer than can be sent, or with a character that cannot arrive."""
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Rules:
    """What rows are judged by. Columns are counted from 0.

    `required` are the placeholders that must not be empty, in any spelling; all of them by default.
    `price_of` gives the credits of one segment to a number; it is asked once for each country.
    """

    number_column: int
    names: tuple[str, ...]
    template: Template
    is_opted_out: Callable[[str], bool]
    price_of: Callable[[str], Decimal]
    required: Collection[str] | None = None
    country: str = "GB"


class JudgedRow(NamedTuple):
    """A row with its verdict. A named tuple: it takes a third of the time of a frozen dataclass to make."""

    number: int
    values: tuple[str, ...]
    """As they stand in the file, the unused ones too."""
    verdict: Verdict
    reason: str | None = None
    """Why it is not sent, in words; None for valid rows."""
    digits: str | None = None
    """The number understood, with country code; None if there is none."""
    content: str | None = None
    """The text for this person; None if it is the same for all, or the row is not sent."""
    segments: int = 0
    credits: Decimal = NOTHING
    """What sending this row will cost; nothing for rows that are not sent."""
    first_row: int | None = None
    """For a duplicate, the row that is sent instead."""
    clashes: bool = False
    """For a duplicate, whether its text differs from that of the first row."""


_valid_row = partial(tuple.__new__, JudgedRow)
"""Makes a row of all its fields in a third of the time of JudgedRow(...): these are most."""


@dataclass(frozen=True, slots=True)
class TakenBy:
    """The row that has a number already, and its text (None where all get the same)."""

    number: int
    content: str | None


def judge_rows(rows: Iterable[SheetRow], rules: Rules) -> Iterator[JudgedRow]:
    """Judge rows in their order, one at a time; of rows with one number, the first that can be sent counts.

    Nothing a file can hold makes it raise. Raises PlaceholderRefused at once if the text names a column that
    isn't there, ContentRefused if a text for all cannot be sent.
    """
    return map(_Judge(rules).judge, rows)


def judge_row(row: SheetRow, rules: Rules, taken_by: Callable[[str], TakenBy | None]) -> JudgedRow:
    """Judge one corrected row. `taken_by` finds the other row to be sent to these digits, if there is one."""

    def find_first(digits: str) -> tuple[int, int] | None:
        taken = taken_by(digits)
        return (taken.number, hash(taken.content)) if taken else None

    return _Judge(rules, find_first).judge(row)


class _Judge:
    """Judges one row after the other and remembers whose number was there first."""

    def __init__(
        self, rules: Rules, find_first: Callable[[str], tuple[int, int] | None] | None = None
    ) -> None:
        required = rules.template.slots if rules.required is None else rules.required
        self._required = frozenset(map(same_name, required))
        self._slots = rules.template.slots
        self._columns = columns_of(rules.template, rules.names)
        self._number_column, self._at_home = rules.number_column, rules.country == HOME_COUNTRY
        # What is no number stands in many rows: "n/a", "none", the surgery's own landline.
        self._read_number = lru_cache(_REMEMBERED_NUMBERS)(partial(_read_number, country=rules.country))
        self._width = max(rules.number_column, *self._columns, 0) + 1
        self._pick, self._render = _picker(self._columns), renderer(rules.template)
        self._segments_for_all = 0 if rules.template.is_personal else measure(rules.template.content)[1]
        self._is_opted_out, self._price_of = rules.is_opted_out, rules.price_of
        # Of the text a hash is enough: what differs by it differs, and a hundred thousand texts are 20 MB.
        self._taken: dict[str, tuple[int, int]] = {}
        self._find_first = find_first or self._taken.get
        self._prices: dict[str, Decimal] = {}

    def judge(self, row: SheetRow) -> JudgedRow:
        """A hundred thousand rows go through here: what is usual stands here, what is rare further down."""
        number, values = row.number, row.values
        if row.problems and (problem := self._used_problem(row.problems)):
            return JudgedRow(number, values, Verdict.INVALID, problem)
        cells = values if len(values) >= self._width else self._padded(values)
        country, digits = HOME_COUNTRY, None
        if self._at_home:
            digits = parse_home_mobile(cells[self._number_column])
        if digits is None:
            found = self._read_number(cells[self._number_column])
            if isinstance(found, NumberRefused):
                return _without_number(row, found)
            digits, country = found
        if self._is_opted_out(digits):
            return JudgedRow(number, values, Verdict.OPTED_OUT, "Asked for no more texts.", digits)
        picked = self._pick(cells)
        segments = self._segments_for_all
        content = None if segments else self._render(picked)
        if first := self._find_first(digits):
            return _duplicate(row, digits, first, content)
        if not all(picked) and (missing := self._missing(picked)):
            return JudgedRow(number, values, Verdict.MISSING_PLACEHOLDER, missing, digits)
        if content is not None:
            try:
                content, segments = measure(content)
            except ContentRefused as refused:
                return JudgedRow(number, values, Verdict.TOO_LONG, refused.message, digits)
        self._taken[digits] = number, hash(content)
        if (price := self._prices.get(country)) is None:
            price = self._prices[country] = self._price_of(digits)
        return _valid_row(
            (number, values, Verdict.VALID, None, digits, content, segments, segments * price, None, False)
        )

    def _padded(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Rows may end early; what is not there is empty."""
        return (*values, *[""] * (self._width - len(values)))

    def _used_problem(self, problems: Mapping[int, str]) -> str | None:
        """A formula that went wrong in a column nobody needs is no reason to leave somebody out."""
        used = (self._number_column, *self._columns)
        return next((problems[column] for column in used if column in problems), None)

    def _missing(self, picked: tuple[str, ...]) -> str | None:
        slots = zip(self._slots, picked, strict=True)
        empty = {same_name(slot): f"(({slot}))" for slot, value in slots if not value}
        missing = [shown for name, shown in empty.items() if name in self._required]
        return f"Nothing to put in for {join_and(missing)}." if missing else None


def _read_number(typed: str, *, country: str) -> tuple[str, str] | NumberRefused:
    """Return the digits and the country they belong to (the digits again where they belong to none)."""
    try:
        digits = parse_number(typed, country=country)
    except NumberRefused as refused:
        return refused.with_traceback(None)
    return digits, country_of(digits) or digits


def _picker(columns: tuple[int, ...]) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """Return what takes the stripped values of the columns, one or none included, always as a tuple."""
    if not columns:
        return lambda _cells: ()
    one, *more = columns
    if not more:
        return lambda cells: (cells[one].strip(),)
    if len(more) == 1:
        (two,) = more
        return lambda cells: (cells[one].strip(), cells[two].strip())
    pick = itemgetter(*columns)
    return lambda cells: tuple(map(str.strip, pick(cells)))


def _without_number(row: SheetRow, refused: NumberRefused) -> JudgedRow:
    if refused.problem is not NumberProblem.EMPTY:
        return JudgedRow(row.number, row.values, Verdict.INVALID, refused.message)
    reason = "The row is empty." if is_blank(row.values) else "There is no number in this row."
    return JudgedRow(row.number, row.values, Verdict.EMPTY, reason)


def _duplicate(row: SheetRow, digits: str, first: tuple[int, int], content: str | None) -> JudgedRow:
    first_row, first_content = first
    clashes = hash(content) != first_content
    reason = f"The same number as row {first_row:,}, which is sent."
    if clashes:
        reason += " Its text is different."
    return JudgedRow(
        row.number, row.values, Verdict.DUPLICATE, reason, digits, first_row=first_row, clashes=clashes
    )
