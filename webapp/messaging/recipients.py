"""A pasted list of numbers, read one by one: who is accepted, who refused and why, who stands there twice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .numbers import NumberRefused, parse_number

# A comma inside 4,474E+11 is a decimal comma: the number stays whole, so that its damage can be named.
_separator = re.compile(
    r"[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029;；，、،]|(?<!\b\d),|,(?!\d+E\+?\d)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One number as typed and as understood (digits with country code)."""

    typed: str
    number: str


@dataclass(frozen=True, slots=True)
class RefusedRecipient:
    """One entry that is no mobile number, and why, in plain words."""

    typed: str
    message: str


@dataclass(frozen=True, slots=True)
class Recipients:
    """Everything that was typed, each list in its order; together they count what was typed."""

    accepted: tuple[Recipient, ...]
    """Each number once, as it stood first."""
    refused: tuple[RefusedRecipient, ...]
    repeated: tuple[Recipient, ...]
    """Later entries of a number already accepted."""


def read_recipients(typed: str, *, country: str = "GB") -> Recipients:
    """Read numbers separated by line breaks, tabs, commas or semicolons; a number may hold spaces."""
    accepted: dict[str, Recipient] = {}
    refused: list[RefusedRecipient] = []
    repeated: list[Recipient] = []
    for entry in _entries(typed):
        try:
            recipient = Recipient(entry, parse_number(entry, country=country))
        except NumberRefused as refusal:
            refused.append(RefusedRecipient(entry, refusal.message))
            continue
        if accepted.setdefault(recipient.number, recipient) is not recipient:
            repeated.append(recipient)
    return Recipients(tuple(accepted.values()), tuple(refused), tuple(repeated))


def count_entries(typed: str) -> int:
    """How many entries stand there, without reading any of them: fast for any list."""
    return sum(1 for _ in _entries(typed))


def _entries(typed: str) -> Iterator[str]:
    return filter(None, map(str.strip, _separator.split(typed)))
