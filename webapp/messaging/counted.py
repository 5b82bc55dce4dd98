"""A text counted while it is written: how long it is, what makes it dear, what plain characters save."""

from dataclasses import dataclass

from webapp.messaging.content import MAX_CONTENT_CHARACTERS
from webapp.messaging.encoding import CostlyCharacter, Encoding, costly_characters, with_plain_characters
from webapp.messaging.segments import Segmentation, segment_content
from webapp.messaging.words import plural

# Of a text that is far too long, the beginning is counted and shown.
MOST_CHARACTERS_COUNTED = 2 * MAX_CONTENT_CHARACTERS


@dataclass(frozen=True, slots=True)
class CountedText:
    """`plain_segments`: what it would take in plain characters. `over`: how many characters are too many."""

    segmentation: Segmentation
    costly: tuple[CostlyCharacter, ...]
    can_be_plain: bool
    plain_segments: int
    over: int

    @property
    def units_room(self) -> int:
        """Units that fit into the last segment."""
        single, joined = (160, 153) if self.segmentation.encoding is Encoding.GSM_7 else (70, 67)
        return joined if self.segmentation.segments > 1 else single

    @property
    def units_used(self) -> int:
        return max(self.units_room - self.segmentation.units_left, 0)

    @property
    def is_dearer(self) -> bool:
        """Whether it may take more segments than plain characters would."""
        return self.segmentation.encoding is Encoding.UCS_2 and self.segmentation.segments > 1

    @property
    def costly_words(self) -> str:
        """What the costly characters do to the price."""
        segments = plural(self.segmentation.segments, "segment")
        if self.segmentation.encoding is Encoding.GSM_7:
            return "These characters count double."
        if self.plain_segments < self.segmentation.segments:
            return f"These characters make this text {segments} long instead of {self.plain_segments}."
        return f"With these characters a segment holds 70 instead of 160; the text is {segments} long."


def count_text(typed: str) -> CountedText:
    """`typed` has line feeds for line breaks, as it will be sent."""
    text = typed[:MOST_CHARACTERS_COUNTED]
    plain = with_plain_characters(text)
    return CountedText(
        segmentation=segment_content(text),
        costly=costly_characters(text),
        can_be_plain=plain != text,
        plain_segments=segment_content(plain).segments,
        over=max(len(typed) - MAX_CONTENT_CHARACTERS, 0),
    )
