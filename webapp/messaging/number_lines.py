"""A pasted list or a simple CSV file, read line by line: the one number that each line is about."""

from dataclasses import dataclass

from webapp.messaging.numbers import NumberRefused, parse_number

_CELL_ENDS = str.maketrans({";": ",", "\t": ","})
_QUOTES = " \"'"


@dataclass(frozen=True, slots=True)
class NumberLines:
    """`numbers`: each once, in order. `repeated`: how many stood there again. `refused`: line and why."""

    numbers: tuple[str, ...]
    repeated: int
    refused: tuple[tuple[int, str], ...]


def read_number_lines(text: str, *, country: str = "GB") -> NumberLines:
    """Of each line, the first cell that is a mobile number. A first line without any digit is a heading."""
    numbers: dict[str, None] = {}
    repeated = 0
    refused: list[tuple[int, str]] = []
    for position, line in enumerate(text.splitlines(), start=1):
        if not line.strip(" ,;\t\"'") or (position == 1 and not any(map(str.isdigit, line))):
            continue
        number, why = _number_of(line, country)
        if number is None:
            refused.append((position, why))
        elif number in numbers:
            repeated += 1
        else:
            numbers[number] = None
    return NumberLines(tuple(numbers), repeated, tuple(refused))


def _number_of(line: str, country: str) -> tuple[str | None, str]:
    why = ""
    for cell in line.translate(_CELL_ENDS).split(","):
        try:
            return parse_number(cell.strip(_QUOTES), country=country), ""
        except NumberRefused as refusal:
            why = why or refusal.message
    return None, why
