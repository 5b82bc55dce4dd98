"""Texts with a place for each person's own words: `Dear ((first name)), see you on ((date))`.

What brackets mean:

* `((name))` is a placeholder. Case, spaces and underscores don't matter: `((First_Name))` and
  `((first name))` are one.
* A name may hold single brackets, as column headings do: `((Amount (£)))`.
* `(((name)))` is a placeholder in brackets; single brackets and a lone `))` are ordinary text.
* `((` that is not closed on its line, and `(())`, are refused: a text that reads "Dear ((name)" would go to
  thousands before anybody saw it.
* What is put in is never looked at again: a value that reads `((name))` arrives as it stands.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_placeholder = re.compile(r"\(\((?!\()((?:[^()\n]|\([^()\n]*\))*)\)\)")
_EXCERPT = 20  # characters of an unclosed placeholder to show


class PlaceholderRefused(ValueError):
    """A text whose placeholders cannot be understood, or have no column; `message` says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Template:
    """A text read once, to be rendered many times."""

    content: str
    literals: tuple[str, ...]
    """What stands around the placeholders: always one more than there are `slots`."""
    slots: tuple[str, ...]
    """The names as they were typed, in the order in which they stand, repeated ones too."""

    @property
    def names(self) -> tuple[str, ...]:
        """Each name once, as it was typed first."""
        first: dict[str, str] = {}
        for slot in self.slots:
            first.setdefault(same_name(slot), slot)
        return tuple(first.values())

    @property
    def is_personal(self) -> bool:
        """Whether the text differs from one person to the next."""
        return bool(self.slots)

    def render(self, values: Mapping[str, str]) -> str:
        """Fill in `values`, keyed by any spelling of the names. KeyError if one is missing."""
        known = {same_name(name): value for name, value in values.items()}
        return self.fill([known[same_name(slot)] for slot in self.slots])

    def fill(self, values: Iterable[str]) -> str:
        """Fill in one value for each of the `slots`."""
        pieces = [self.literals[0]]
        for value, literal in zip(values, self.literals[1:], strict=True):
            pieces += (value, literal)
        return "".join(pieces)


def compile_template(content: str) -> Template:
    """Find the placeholders of a text; raises PlaceholderRefused if a bracket is open or a name empty."""
    pieces = _placeholder.split(content)
    literals, slots = pieces[::2], pieces[1::2]
    for literal in literals:
        if (opened := literal.find("((")) >= 0:
            raise PlaceholderRefused(_why_unclosed(literal[opened:]))
    if not all(map(same_name, slots)):
        raise PlaceholderRefused("A placeholder has no name: (()). Write a column's name in it: ((name)).")
    return Template(content, tuple(literals), tuple(map(str.strip, slots)))


@lru_cache(maxsize=1024)
def same_name(name: str) -> str:
    """Return the form in which two spellings of one name are equal."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    kept = (character for character in plain if not character.isspace() and character != "_")
    return "".join(character for character in kept if unicodedata.category(character) != "Cf")


def columns_of(template: Template, header: Sequence[str]) -> tuple[int, ...]:
    """Return the column for each of the template's slots; where two columns share a name, the first.

    Raises PlaceholderRefused that names every placeholder without a column.
    """
    columns = {same_name(name): at for at, name in reversed(list(enumerate(header)))}
    absent = [f"(({name}))" for name in template.names if same_name(name) not in columns]
    if absent:
        there = ", ".join(name.strip() for name in header if name.strip())
        has = f"The file's columns are: {there}." if there else "The file's columns have no names."
        raise PlaceholderRefused(f"No column for {', '.join(absent)}. {has}")
    return tuple(columns[same_name(slot)] for slot in template.slots)


def renderer(template: Template) -> Callable[[tuple[str, ...]], str]:
    """Return a function that fills in one value for each of the template's slots, as fast as can be."""
    pattern = "%s".join(literal.replace("%", "%%") for literal in template.literals)
    return pattern.__mod__


def _why_unclosed(opened: str) -> str:
    shown = opened.splitlines()[0]
    shown = shown if len(shown) <= _EXCERPT else f"{shown[:_EXCERPT]}…"
    return (
        f"“{shown}” opens a placeholder that is not closed. Write it as ((name)), "
        "or put a space between the two brackets if none is meant."
    )
