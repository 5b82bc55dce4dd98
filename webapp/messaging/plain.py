"""Plain replacements for characters outside the GSM alphabet, and the clusters they are judged by.

What counts as plain, and why:

* Punctuation, spaces, bullets and dashes become what a typewriter has: the same mark, drawn more simply.
* Accented Latin letters lose the accents the alphabet lacks and keep those it has (ê -> e, ǘ -> ü, ç -> c):
  what staff type when they spell a name in a hurry. Ç is in the alphabet, yet ç stays a small letter.
* Letters with no accent to drop follow the machine-readable passport (ICAO Doc 9303): ł -> l, œ -> oe.
* Full-width and mathematical "fancy text" letters become the ordinary ones.
* Invisible characters go: zero-width spaces, soft hyphens, and direction marks in a left-to-right text.
* Never: emoji, other scripts, and whatever could alter an amount or a dose, such as ½ (1½ would read 11/2),
  ² (10² would read 102), the degree sign, and the middle dot (a decimal point to some: 2·5).
"""

import re
import unicodedata
from functools import lru_cache

from .alphabet import GSM_CHARACTERS, is_gsm

_foreign = f"[^{re.escape(''.join(sorted(GSM_CHARACTERS)))}]"
_emoji = "(?:.\ufe0f|[\u2190-\u2bff\U0001f000-\U0001faff])[\ufe0f\U0001f3fb-\U0001f3ff]?"

CLUSTER = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    "|[0-9#*]\ufe0f?\u20e3"  # a keycap
    f"|{_emoji}(?:\u200d{_emoji})*[\U000e0020-\U000e007f]*"  # an emoji with its modifiers, tags and joiners
    "|[^\\W\\d_][\u0300-\u0333\u0339-\u036f]+"  # a letter, its accents apart; a strike-through isn't one
    f"|{_foreign}",
    re.DOTALL,
)
"""What a reader sees as one character and which takes the text out of the GSM alphabet."""

_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_find_right_to_left = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
).search

_MARKS = {
    "'": "‘’‚‛′`´ʹʻʼʽˈ‹›",
    '"': "“”„‟″«»",
    "-": "‐‑‒–—―−•‣⁃",
    "/": "⁄∕÷",
    " ": "\t",
    "\n": "\u2028\u2029",
    "": "\u00ad\u200b\u2060\ufeff",
}
_PHRASES = {"…": "...", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "×": "x"}
_PHRASES |= {"©": "(c)", "®": "(R)", "™": "(TM)"}
_LETTERS = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H", "ŧ": "t"}
_LETTERS |= {"Ŧ": "T", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH", "ẞ": "SS", "ı": "i", "ŋ": "n", "Ŋ": "N"}

_TABLE = {mark: plain for plain, marks in _MARKS.items() for mark in marks} | _PHRASES | _LETTERS


def swap_once(content: str) -> str:
    """Replace every cluster that has a plain form; what stands side by side afterwards may form another."""
    right_to_left = holds_right_to_left(content)

    def swap(match: re.Match[str]) -> str:
        plain = plain_form(match[0], right_to_left=right_to_left)
        return match[0] if plain is None else plain

    return CLUSTER.sub(swap, content)


def plain_form(cluster: str, *, right_to_left: bool) -> str | None:
    """Return what may stand for the cluster in GSM-7 ("" if it can go), or None where nothing is faithful."""
    if cluster in _DIRECTION_MARKS:
        return None if right_to_left else ""
    return _plain_form(cluster)


def holds_right_to_left(content: str) -> bool:
    """Say whether the text has Hebrew, Arabic or kindred letters, whose order direction marks decide."""
    return _find_right_to_left(content) is not None


@lru_cache(maxsize=4096)
def _plain_form(cluster: str) -> str | None:
    if cluster in _TABLE:
        return _TABLE[cluster]
    if unicodedata.category(cluster[0]) == "Zs":
        return " " if len(cluster) == 1 else None
    canonical = unicodedata.normalize("NFC", cluster)
    if is_gsm(canonical):
        return canonical
    return _without_accents(cluster) if _is_dressed_up(cluster[0]) else None


def _is_dressed_up(character: str) -> bool:
    """Say whether the character is a Latin letter, or a full-width or mathematical twin of a plain one."""
    raised_or_lowered = unicodedata.decomposition(character).startswith(("<super>", "<sub>"))
    name = unicodedata.name(character, "")
    return name.startswith(("LATIN ", "FULLWIDTH ", "MATHEMATICAL ")) and not raised_or_lowered


def _without_accents(cluster: str) -> str | None:
    """Drop one accent after the other, the last first, until the rest is in the alphabet."""
    letters = unicodedata.normalize("NFKD", cluster)
    while letters:
        composed = unicodedata.normalize("NFC", letters)
        if is_gsm(composed) or composed in _TABLE:
            return _TABLE.get(composed, composed)
        letters = _drop_last_accent(letters)
    return None


def _drop_last_accent(letters: str) -> str:
    accents = [at for at, character in enumerate(letters) if unicodedata.combining(character)]
    if not accents or letters[0].isspace():  # a free-standing accent decomposes to one over a space
        return ""
    return letters[: accents[-1]] + letters[accents[-1] + 1 :]
