"""What people type and paste into a field for a number or a name, made plain before it is judged."""

import unicodedata
from functools import lru_cache

_FULL_WIDTH_OFFSET = 0xFEE0


def tidy(typed: str) -> str:
    """Drop invisible characters and make other scripts' digits, spaces, dashes and full-width forms ASCII.

    Text pasted from Word, WhatsApp or a spreadsheet carries zero-width spaces, byte order and direction
    marks (Unicode category Cf), non-breaking spaces and long dashes.
    """
    if not typed.isascii():
        typed = "".join(map(_ascii_twin, typed))
    return typed.strip()


@lru_cache(maxsize=1024)
def _ascii_twin(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in {"Zs", "Zl", "Zp"}:
        return " "
    if category == "Pd" or character == "−":
        return "-"
    return chr(ord(character) - _FULL_WIDTH_OFFSET) if "！" <= character <= "～" else character
