"""What a text may hold: its length, and no character that could not arrive."""

import re

MAX_CONTENT_CHARACTERS = 1280
"""The provider's limit in Unicode code points, not septets or UTF-16 units (docs/provider.md)."""

_find_control = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]").search
# Browsers send U+FFFD for half of a surrogate pair.
_find_broken = re.compile("[\ud800-\udfff\ufffd]").search
_find_visible = re.compile("[^\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff]").search


class ContentRefused(ValueError):
    """A text that cannot be sent; `message` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def check_content(content: str) -> str:
    """Return the text as it will be sent, its line breaks as line feeds; raise ContentRefused otherwise."""
    content = normalise_line_breaks(content)
    if not _find_visible(content):
        raise ContentRefused("Write the text of the message.")
    if len(content) > MAX_CONTENT_CHARACTERS:
        raise ContentRefused(_too_long(len(content)))
    if broken := _find_broken(content):
        raise ContentRefused(
            f"Character {broken.start() + 1:,} arrived broken, perhaps half of an emoji. "
            "Delete it and type it again."
        )
    if control := _find_control(content):
        raise ContentRefused(_unprintable(control))
    return content


def normalise_line_breaks(content: str) -> str:
    """Make every line break one line feed, as it is counted and sent; browsers submit CR LF."""
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _too_long(length: int) -> str:
    over = length - MAX_CONTENT_CHARACTERS
    return (
        f"The text has {length:,} characters; {MAX_CONTENT_CHARACTERS:,} can be sent. Shorten it by {over:,}."
    )


def _unprintable(control: re.Match[str]) -> str:
    code = f"U+{ord(control[0]):04X}"
    return (
        f"Character {control.start() + 1:,} is a control character ({code}), which cannot be sent. Delete it."
    )
