"""Checks and counts a text in one go: for lists, where each person has a text of their own.

Most texts hold only letters of Western Europe; for those a look at their bytes answers everything that
`check_content` and `segment_content` would. All others go a longer way to the same result (a property test).
"""

from .alphabet import BASIC_CHARACTERS, EXTENSION_CHARACTERS, is_gsm
from .content import MAX_CONTENT_CHARACTERS, check_content
from .segments import segment_content

# In Latin-1, which has all the alphabet's letters but the Greek ones.
_ONE_SEPTET = "".join(BASIC_CHARACTERS - {"\r"}).encode("latin-1", "ignore")
"""Not CR, which is in the alphabet, but becomes a line feed."""
_FOREIGN = bytes(set(range(0xA0, 0x100)) - set(_ONE_SEPTET) - {0xAD}) + b"`"
"""What takes the text out of the alphabet, one unit each, and can be sent and (unlike a soft hyphen) seen."""
_GSM_SINGLE, _GSM_JOINED = 160, 153
_UCS2_SINGLE, _UCS2_JOINED = 70, 67


def measure(content: str) -> tuple[str, int]:
    """Return the text as it will be sent, its line breaks as line feeds, and how many segments it takes.

    Raises ContentRefused.
    """
    if segments := _count_latin(content):
        return content, segments
    content = check_content(content)
    return content, _count_segments(content)


def _count_latin(content: str) -> int:
    """Return how many segments the text takes, or 0 if it is not plainly Western European and right."""
    try:
        octets = content.encode("latin-1")
    except UnicodeEncodeError:
        return 0
    length = len(octets)
    if length > MAX_CONTENT_CHARACTERS or not content or content.isspace():
        return 0
    if not (unusual := octets.translate(None, _ONE_SEPTET)):
        return 1 if length <= _GSM_SINGLE else -(-length // _GSM_JOINED)
    if unusual.translate(None, _FOREIGN):
        return 0
    return 1 if length <= _UCS2_SINGLE else -(-length // _UCS2_JOINED)


def _count_segments(content: str) -> int:
    """Count without cutting, where no character that takes two could stand on a cut."""
    if is_gsm(content):
        units, single = len(content) + sum(map(content.count, EXTENSION_CHARACTERS)), _GSM_SINGLE
    else:
        units, single = len(content.encode("utf-16-le")) // 2, _UCS2_SINGLE
        if units == len(content) > single:
            return -(-units // _UCS2_JOINED)
    return 1 if units <= single else segment_content(content).segments
