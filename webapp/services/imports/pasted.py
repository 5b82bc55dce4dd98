"""What was pasted into a box: numbers in any arrangement, or rows copied out of a spreadsheet."""

import re
from collections.abc import Iterator
from itertools import islice

from .columns import looks_like_number
from .delimited import DelimitedSource
from .rows import RowSource, SheetFacts, SheetRow, Survey, survey_rows

_SAMPLE_ROWS = 50

# As in messaging.recipients: the comma in 4,474E+11 is a decimal comma of a number that was damaged.
_between = re.compile(r"[\n\r\t\v\f\x85\u2028\u2029;；，、،]|(?<!\b\d),|,(?!\d+E\+?\d)", re.IGNORECASE)


class NumberListSource:
    """Numbers side by side or below each other, with nothing else; they are counted, not the lines."""

    def __init__(self, text: str) -> None:
        self._text = text

    @property
    def facts(self) -> SheetFacts:
        return SheetFacts()

    def rows(self) -> Iterator[SheetRow]:
        number = start = 0
        for separator in _between.finditer(self._text):
            entry = self._text[start : separator.start()].strip()
            start = separator.end()
            if entry:
                number += 1
                yield SheetRow(number, (entry,))
        if last := self._text[start:].strip():
            yield SheetRow(number + 1, (last,))

    def survey(self) -> Survey:
        return survey_rows(self.rows())

    def close(self) -> None:
        """Nothing is open."""


def pasted_source(text: str, country: str) -> RowSource:
    """Read as a list of numbers if it is nothing else, as rows with columns otherwise."""
    if _is_number_list(text, country):
        return NumberListSource(text)
    return DelimitedSource.from_text(text)


def _is_number_list(text: str, country: str) -> bool:
    """Most entries are numbers, or there is but one to a line."""
    rows = list(islice(DelimitedSource.from_text(text).rows(), _SAMPLE_ROWS))
    if max((len(row.values) for row in rows), default=1) == 1:
        return True
    entries = [value for row in rows for value in row.values if value.strip()]
    return sum(looks_like_number(entry, country) for entry in entries) * 2 > len(entries)
