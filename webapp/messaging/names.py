"""A person's name, from the columns of a list: by what the columns are called, and nothing is guessed."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 60
_WHO = ("patient", "client", "customer", "contact", "tenant", "resident", "member")
_NAME = "name"
_FULL = {_NAME, "fullname", *(f"{who}{ending}" for who in _WHO for ending in ("name", "sname", "fullname"))}
_GIVEN = {"firstname", "firstnames", "forename", "forenames", "givenname", "givennames", "christianname"}
_FAMILY = {"surname", "lastname", "familyname"}
# Persian and Indic names are spelt with them; all else of their kind is invisible or turns text round.
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class NameColumns:
    """Columns that are read together, counted from 0. A `doubtful` one may hold a number of the person's."""

    columns: tuple[int, ...]
    is_doubtful: bool = False

    def read(self, values: Sequence[str]) -> str:
        """ "" if no name stands there."""
        parts: list[str] = []
        for column in self.columns:
            part = _plain(values[column]) if column < len(values) else ""
            if part and not _ends_with(parts, part):
                parts.append(part)
        name = " ".join(parts)
        return name if self._may_be_name(name) else ""

    def _may_be_name(self, name: str) -> bool:
        if "@" in name or (self.is_doubtful and any(map(str.isdigit, name))):
            return False
        return any(map(str.isalpha, name))


def find_name_columns(headers: Sequence[str], *, number_column: int | None) -> tuple[NameColumns, ...]:
    """Where names stand, the likeliest first; empty if no column says that it has any."""
    plain = [re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", each).casefold()) for each in headers]
    if number_column is not None and number_column < len(plain):
        plain[number_column] = ""
    full, given, family = _first(plain, _FULL), _first(plain, _GIVEN), _first(plain, _FAMILY)
    if not given and family and full and plain[full[0]] == _NAME:
        # "Name" and "Surname": the former is what others call a first name.
        full, given = (), full
    found = [NameColumns(full), NameColumns(given + family)]
    found += [NameColumns((at,), is_doubtful=True) for at, name in enumerate(plain) if name in _WHO]
    return tuple(each for each in found if each.columns)


def read_name(values: Sequence[str], choices: Sequence[NameColumns]) -> str:
    """The name in a row of the list, at most MOST_CHARACTERS long; "" if there is none."""
    name = next(filter(None, (each.read(values) for each in choices)), "")
    return name if len(name) <= MOST_CHARACTERS else f"{name[: MOST_CHARACTERS - 1].rstrip()}…"


def _first(plain: Sequence[str], wanted: set[str]) -> tuple[int, ...]:
    return next(((at,) for at, name in enumerate(plain) if name in wanted), ())


def _ends_with(parts: Sequence[str], part: str) -> bool:
    """Lists with a whole name in the first of two columns repeat its end in the second."""
    return bool(parts) and f" {parts[-1]}".casefold().endswith(f" {part}".casefold())


def _plain(value: str) -> str:
    folded = " ".join(value.split())
    if folded.isprintable():
        return folded
    kept = (each for each in folded if each in _JOINERS or not unicodedata.category(each).startswith("C"))
    return " ".join("".join(kept).split())
