"""Which encoding a text needs, which characters cost extra, and the same text in plain characters."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .alphabet import EXTENSION_CHARACTERS, Encoding, encoding_of
from .character_names import character_name
from .plain import CLUSTER, holds_right_to_left, plain_form, swap_once
from .segments import segment_content

__all__ = [
    "CostlyCharacter",
    "CostlyEffect",
    "Encoding",
    "costly_characters",
    "encoding_of",
    "with_plain_characters",
]


class CostlyEffect(StrEnum):
    """Why a character costs more than one septet."""

    FORCES_UCS2 = "forces UCS-2"
    COSTS_TWO = "costs two"


@dataclass(frozen=True, slots=True)
class CostlyCharacter:
    """A character that makes the text dearer, as a reader sees it: an emoji with its modifiers is one."""

    character: str
    name: str
    """In plain words: "curly apostrophe", "euro sign"."""
    count: int
    effect: CostlyEffect
    replacement: str | None
    """What `with_plain_characters` puts in its place ("" drops it); None if nothing faithful exists."""


def costly_characters(content: str) -> tuple[CostlyCharacter, ...]:
    """List what costs extra, in order of first appearance.

    A UCS-2 text lists only what forces it there: its extension characters cost one unit like any other.
    """
    if encoding_of(content) is Encoding.GSM_7:
        return _list(filter(EXTENSION_CHARACTERS.__contains__, content), CostlyEffect.COSTS_TWO, False)
    clusters = (match[0] for match in CLUSTER.finditer(content))
    return _list(clusters, CostlyEffect.FORCES_UCS2, holds_right_to_left(content))


def with_plain_characters(content: str) -> str:
    """Swap every character outside the GSM alphabet for its plain form, where a faithful one exists.

    What is faithful stands in `plain`. A GSM-7 text comes back as it is, and so does one that would take
    more segments afterwards (an ellipsis becomes three dots). Running it twice changes nothing more.
    """
    if encoding_of(content) is Encoding.GSM_7:
        return content
    swapped = swap_once(content)
    while (again := swap_once(swapped)) != swapped:  # ends: each round leaves fewer foreign characters
        swapped = again
    return swapped if segment_content(swapped).segments <= segment_content(content).segments else content


def _list(clusters: Iterable[str], effect: CostlyEffect, right_to_left: bool) -> tuple[CostlyCharacter, ...]:
    replaceable = effect is CostlyEffect.FORCES_UCS2
    return tuple(
        CostlyCharacter(
            character=cluster,
            name=character_name(cluster),
            count=count,
            effect=effect,
            replacement=plain_form(cluster, right_to_left=right_to_left) if replaceable else None,
        )
        for cluster, count in Counter(clusters).items()
    )
