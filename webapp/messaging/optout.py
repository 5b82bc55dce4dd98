"""Whether a text asks for no more texts: for certain, perhaps, or not at all."""

import re
import unicodedata
from collections.abc import Collection

DEFAULT_WORDS = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT")
"""What opts a number out when it is all that a text says, until an organisation keeps a list of its own."""
LONGEST_WORD = 30

# A text that says no more than this around "stop" is rarely about anything else.
_FEW_WORDS = 4
_CLEAR_WORDS = {"stop", "stopall", "unsubscribe", "unsub", "optout"}
# Three letters that no sentence about an appointment brings together with texts.
_PHRASES = re.compile(
    r"\b(?:"
    r"(?:stop|quit|cease|end)\s+(?:all\s+)?(?:send(?:ing)?|text(?:ing|s)?|messag(?:ing|es?)|contact(?:ing)?|these|this)\b"
    r"|(?:no|any)\s+more\s+(?:texts?|messages?|sms)\b"
    r"|(?:do\s*n[o']?t|don’t|never)\s+(?:text|message|contact)\s+(?:me|us|this)\b"
    r"|(?:do\s*n[o']?t|don’t)\s+want\s+(?:these|your|any|this|to\s+(?:get|receive))\b.*\b(?:texts?|messages?|sms)\b"
    r"|(?:take|remove|delete)\s+(?:me|us|my\s+number|this\s+number)\b"
    r"|opt\s*-?\s*(?:me\s+)?out\b"
    r"|un\s*-?subscribe\b"
    r")",
    re.IGNORECASE,
)


def normalise_word(typed: str) -> str:
    """A word as it is compared: no case, no punctuation, no spaces. "" if nothing is left of it."""
    plain = unicodedata.normalize("NFKC", typed).casefold()
    return "".join(character for character in plain if character.isalnum())


def is_opt_out(content: str, words: Collection[str]) -> bool:
    """Whether the text consists of such words and nothing else, in any case, with any punctuation and spaces.

    `words` are as `normalise_word` makes them.
    """
    whole = normalise_word(content)
    if len(whole) > 2 * LONGEST_WORD or not whole:
        return False
    parts = [part for part in map(normalise_word, content.split()) if part]
    return whole in words or all(part in words for part in parts)


def sounds_like_opt_out(content: str) -> bool:
    """Whether a person should look if that is what is meant; never enough to opt a number out by itself."""
    parts = [part for part in map(normalise_word, content.split()) if part]
    is_short = len(parts) <= _FEW_WORDS and not _CLEAR_WORDS.isdisjoint(parts)
    return is_short or _PHRASES.search(content) is not None
