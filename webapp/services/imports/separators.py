"""What stands between the values of a text file."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import TextIO

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_SAMPLE_LINES = 200
_SAMPLE_LINE_CHARACTERS = 10_000

_declared = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE).fullmatch


def declared_separator(first_line: str) -> str | None:
    """Excel writes `sep=;` in the first line of some files; None if there is no such line."""
    declared = _declared(first_line)
    return declared[1] if declared and declared[1] in SEPARATORS else None


def sniff_separator(text: TextIO) -> str:
    """Return the separator that cuts most lines into as many values, at least two; else a comma."""
    lines = [line.replace("\0", "")[:_SAMPLE_LINE_CHARACTERS] for line in islice(text, _SAMPLE_LINES)]
    scores = {separator: _score(lines, separator) for separator in SEPARATORS}
    best = max(scores, key=lambda separator: scores[separator])
    return best if scores[best] > (0, 0) else ","


def _score(lines: list[str], separator: str) -> tuple[float, int]:
    """How many of the rows have the most frequent width, and that width; nothing for one column."""
    widths = Counter(_widths(lines, separator))
    if not widths:
        return 0, 0
    width, rows = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (round(rows / widths.total(), 1), width) if width > 1 else (0, 0)


def _widths(lines: list[str], separator: str) -> Iterator[int]:
    rows = csv.reader(lines, delimiter=separator)
    with suppress(csv.Error):  # a quotation mark left open: the rows before it tell enough
        yield from (len(values) for values in rows if values)
