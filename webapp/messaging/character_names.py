"""What staff call a character: plain words where Unicode's own name says little to them."""

import re
import unicodedata

_NAMES = {
    "‘": "curly opening quote",
    "’": "curly apostrophe",
    "‚": "low single quote",
    "`": "backtick",
    "´": "acute accent",
    "“": "curly opening quotes",
    "”": "curly closing quotes",
    "„": "low double quotes",
    "«": "angle quotes",
    "»": "angle quotes",
    "–": "long dash (en dash)",
    "—": "long dash (em dash)",
    "‑": "non-breaking hyphen",
    "−": "minus sign",
    "…": "three-dot ellipsis",
    "•": "bullet",
    "·": "middle dot",
    "\u00a0": "non-breaking space",
    "\u202f": "narrow non-breaking space",
    "\u2003": "wide space",
    "\u3000": "full-width space",
    "\t": "tab",
    "\u2028": "line separator",
    "\u2029": "paragraph separator",
    "\u00ad": "invisible soft hyphen",
    "\u200b": "invisible zero-width space",
    "\u200c": "invisible non-joiner",
    "\u200d": "invisible joiner",
    "\u2060": "invisible word joiner",
    "\ufeff": "invisible byte order mark",
    "\u200e": "invisible left-to-right mark",
    "\u200f": "invisible right-to-left mark",
    "\ufe0f": "invisible emoji marker",
    "\u20e3": "keycap frame",
    "×": "multiplication sign",
    "°": "degree sign",
    "½": "one-half fraction",
    "¼": "one-quarter fraction",
    "¾": "three-quarters fraction",
    "²": "small raised 2",
    "³": "small raised 3",
    "©": "copyright sign",
    "®": "registered sign",
    "™": "trade mark sign",
    "€": "euro sign",
    "^": "caret",
    "{": "opening curly bracket",
    "}": "closing curly bracket",
    "\\": "backslash",
    "[": "opening square bracket",
    "]": "closing square bracket",
    "~": "tilde",
    "|": "vertical bar",
    "\f": "page break",
}

_UNSPOKEN = re.compile("[\u200d\ufe0f\U000e0020-\U000e007f]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_REGIONAL_INDICATOR_A = 0x1F1E6


def character_name(cluster: str) -> str:
    """Name one cluster as a reader sees it: "curly apostrophe", "letter e with circumflex", "flag GB"."""
    if cluster in _NAMES:
        return _NAMES[cluster]
    if _FLAG.fullmatch(cluster):
        return "flag " + "".join(chr(ord(letter) - _REGIONAL_INDICATOR_A + ord("A")) for letter in cluster)
    if cluster[-1] == "\u20e3":
        return f"keycap {cluster[0]}"
    composed = unicodedata.normalize("NFC", cluster)
    if composed != cluster and len(composed) == 1:
        return f"{_unicode_name(composed)}, its accent apart"
    return " + ".join(map(_unicode_name, _UNSPOKEN.sub("", cluster) or cluster))


def _unicode_name(character: str) -> str:
    name = unicodedata.name(character, f"character U+{ord(character):04X}")
    name = re.sub("^LATIN SMALL LETTER", "letter", name)
    name = re.sub("^LATIN CAPITAL LETTER", "capital letter", name)
    return name if name.startswith("character U+") else name.lower().replace("emoji modifier ", "")
