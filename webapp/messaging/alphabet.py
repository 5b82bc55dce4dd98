"""The GSM 7-bit default alphabet (3GPP TS 23.038, once GSM 03.38) and which encoding a text needs.

The characters come from the gsm0338 package's tables. Its codec isn't used: it takes ESC (0x1B) for a
character, though the alphabet has it only as the prefix of the extension table, and so would let a text
through that arrives changed. Here ESC isn't in the alphabet.
"""

import re
import unicodedata
from enum import StrEnum

from gsm0338.charset import BASIC_CHARACTER_SET, BASIC_CHARACTER_SET_EXTENSION

_ESCAPE = "\x1b"

BASIC_CHARACTERS = frozenset(map(unicodedata.lookup, BASIC_CHARACTER_SET.values())) - {_ESCAPE}
"""The 127 characters that take one septet."""

EXTENSION_CHARACTERS = frozenset(map(unicodedata.lookup, BASIC_CHARACTER_SET_EXTENSION.values()))
"""The ten characters that take two septets: form feed ^ { } \\ [ ~ ] | and the euro sign."""

GSM_CHARACTERS = BASIC_CHARACTERS | EXTENSION_CHARACTERS

_find_foreign = re.compile(f"[^{re.escape(''.join(sorted(GSM_CHARACTERS)))}]").search


class Encoding(StrEnum):
    """How a text travels; one foreign character puts the whole text into UCS-2."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


def encoding_of(content: str) -> Encoding:
    """Return the encoding the whole text needs; an empty text is GSM-7."""
    return Encoding.UCS_2 if _find_foreign(content) else Encoding.GSM_7


def is_gsm(content: str) -> bool:
    """Say whether every character stands in the GSM alphabet."""
    return not _find_foreign(content)
