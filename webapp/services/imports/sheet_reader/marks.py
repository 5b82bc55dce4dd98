"""What the reading library does not tell of a row: whether it is hidden, and what its cells look like."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from .number_formats import NumberFormat

_CHUNK_BYTES = 64 * 1024

NO_VALUE = (
    "Column {column} holds a formula whose result was not saved. Open the file in a spreadsheet and save it."
)
SHOWS_ERROR = "Column {column} shows the error {error}."


@dataclass(slots=True)
class RowMarks:
    """Marks of row `number` and, where a file says so once for many, the `repeated - 1` below it."""

    number: int
    repeated: int = 1
    hidden: bool = False
    problems: dict[int, str] = field(default_factory=dict)
    """By column, in words."""
    formats: dict[int, NumberFormat] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    """What a cell shows, where the file has that beside its value."""


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """`rows` in the order of the sheet, read as they are asked for."""

    hidden_columns: frozenset[int] = frozenset()
    rows: Iterator[RowMarks] = field(default_factory=lambda: iter(()))


class Entities(Exception):
    """The file declares entities of its own, as no spreadsheet does, but attacks do."""


def new_parser() -> Any:
    """A parser that gives names with their namespace in front and refuses entities."""

    def refuse(*_declaration: object) -> None:
        raise Entities

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    return parser


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


def elements(file: IO[bytes]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the local name and attributes (local names too) of every element, in their order."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((local(name), {local(key): value for key, value in attributes.items()}))

    parser = new_parser()
    parser.StartElementHandler = start
    for chunk in chunks_of(file):
        parser.Parse(chunk)
        yield from found
        found.clear()


def local(name: str) -> str:
    return name.rpartition(" ")[2]
