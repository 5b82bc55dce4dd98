"""How a text is cut into the segments that are billed (docs/provider.md, 3GPP TS 23.038 and 23.040).

Up to 160 septets of GSM-7, or 70 units of UCS-2, travel as one segment. A longer text gives room in each
segment to the header that joins them and is cut at 153 septets or 67 units. What takes two (an extension
character, a surrogate pair) is never cut through, so a segment may stay one short of its limit.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from .alphabet import EXTENSION_CHARACTERS, Encoding, encoding_of


@dataclass(frozen=True, slots=True)
class Segmentation:
    """What a text costs and where it is cut; `parts` joined give the text back."""

    encoding: Encoding
    units: int
    """Septets (GSM-7) or UTF-16 code units (UCS-2) of the text itself."""
    segments: int
    """Billed parts; 0 for an empty text, which cannot be sent."""
    units_left: int
    """Units still free in the last segment."""
    parts: tuple[str, ...]


def segment_content(content: str) -> Segmentation:
    """Count and cut a text exactly as given; what a form sent needs `content.normalise_line_breaks` first."""
    encoding = encoding_of(content)
    rule = _RULES[encoding]
    units = rule.count(content)
    if units <= rule.single:
        whole = (content,) * bool(content)
        return Segmentation(encoding, units, len(whole), rule.single - units, whole)
    parts = tuple(_cut(content, rule) if units > len(content) else _slices(content, rule.joined))
    return Segmentation(encoding, units, len(parts), rule.joined - rule.count(parts[-1]), parts)


@dataclass(frozen=True, slots=True)
class _Rule:
    single: int
    joined: int
    width: Callable[[str], int]
    count: Callable[[str], int]


def _cut(content: str, rule: _Rule) -> Iterator[str]:
    ends = list(accumulate(map(rule.width, content)))
    start = taken = 0
    while start < len(content):
        stop = bisect_right(ends, taken + rule.joined)
        yield content[start:stop]
        start, taken = stop, ends[stop - 1]


def _slices(content: str, size: int) -> Iterator[str]:
    return (content[start : start + size] for start in range(0, len(content), size))


def _count_septets(content: str) -> int:
    return len(content) + sum(map(content.count, EXTENSION_CHARACTERS))


def _count_utf16_units(content: str) -> int:
    return len(content.encode("utf-16-le", "surrogatepass")) // 2


_RULES = {
    Encoding.GSM_7: _Rule(
        160, 153, lambda character: 1 + (character in EXTENSION_CHARACTERS), _count_septets
    ),
    Encoding.UCS_2: _Rule(70, 67, lambda character: 1 + (character > "\uffff"), _count_utf16_units),
}
