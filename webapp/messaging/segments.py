"""How a text is cut into the segments that are billed (docs/provider.md, 3GPP TS 23.038 and 23.040).

Up to 160 septets of GSM-7, or 70 units of UCS-2, travel as one segment. A longer text gives room in each
segment to the header that joins them and is cut at 153 septets or 67 units. What takes two (an extension
character, a surrogate pair) is never cut through, so a segment may stay one short of its limit.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
    parts = tuple(_cut(content, rule))
    return Segmentation(encoding, units, len(parts), rule.joined - rule.count(parts[-1]), parts)


@dataclass(frozen=True, slots=True)
class _Rule:
    single: int
    joined: int
    count: Callable[[str], int]


def _cut(content: str, rule: _Rule) -> Iterator[str]:
    start = 0
    while start < len(content):
        stop = start + rule.joined
        while (excess := rule.count(content[start:stop]) - rule.joined) > 0:
            stop -= (excess + 1) // 2  # no character takes more than two, so this never drops one that fits
        yield content[start:stop]
        start = stop


def _count_septets(content: str) -> int:
    return len(content) + sum(map(content.count, EXTENSION_CHARACTERS))


def _count_utf16_units(content: str) -> int:
    return len(content.encode("utf-16-le", "surrogatepass")) // 2


_RULES = {
    Encoding.GSM_7: _Rule(single=160, joined=153, count=_count_septets),
    Encoding.UCS_2: _Rule(single=70, joined=67, count=_count_utf16_units),
}
