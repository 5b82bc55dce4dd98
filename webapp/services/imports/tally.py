"""The sums over judged rows: what the import report and the check page show."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import heappush, heapreplace

from .judging import NOTHING, JudgedRow, Verdict

SAMPLES = 3
LONGEST = 5


@dataclass(slots=True)
class Tally:
    """Adds up rows in one pass. The counts of all verdicts add up to `rows`."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    clashes: int = 0
    """Duplicates whose text is another than the first row's."""
    credits: Decimal = NOTHING
    spread: Counter[int] = field(default_factory=Counter)
    """How many valid rows take 1, 2, 3 ... segments."""
    samples: list[JudgedRow] = field(default_factory=list)
    """The first valid rows."""
    _longest: list[tuple[tuple[int, int], int, JudgedRow]] = field(default_factory=list)
    _long: tuple[int, int] = (-1, -1)
    """Only a longer text is kept from now on."""

    @property
    def rows(self) -> int:
        return self.counts.total()

    @property
    def valid(self) -> int:
        return self.counts[Verdict.VALID]

    @property
    def segments(self) -> int:
        return sum(segments * rows for segments, rows in self.spread.items())

    @property
    def longest(self) -> list[JudgedRow]:
        """The valid rows with the longest texts, the dearest first; none where all get the same."""
        return [row for _, _, row in sorted(self._longest, reverse=True)]

    def add(self, row: JudgedRow) -> None:
        """Count a row."""
        self.counts[row.verdict] += 1
        if row.verdict is Verdict.VALID:
            self.credits += row.credits
            self.spread[row.segments] += 1
            if len(self.samples) < SAMPLES:
                self.samples.append(row)
            if row.content is not None and (length := (row.segments, len(row.content))) > self._long:
                self._keep_longest(row, length)
        elif row.clashes:
            self.clashes += 1

    def _keep_longest(self, row: JudgedRow, length: tuple[int, int]) -> None:
        """By segments and characters: a short text with costly characters costs more. Of equals the first."""
        entry = (length, -row.number, row)
        if len(self._longest) < LONGEST:
            heappush(self._longest, entry)
        else:
            heapreplace(self._longest, entry)
        if len(self._longest) == LONGEST:
            self._long = self._longest[0][0]
