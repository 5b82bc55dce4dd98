"""Who a text came from: usually a mobile number, but a short code, a name or nothing at all happens too."""

from webapp.messaging.numbers import NumberRefused, parse_number

NOBODY = "unknown"
"""What a texter without any number is called."""
_FEWEST_DIGITS, _MOST_DIGITS = 9, 15


def texter_number(sender: str, *, country: str = "GB") -> str:
    """The one form of a texter's number, so that one person has one conversation.

    A mobile number in any form becomes digits with country code; anything else stays as it came.
    """
    sender = sender.strip()
    if not (sender.isascii() and sender.isdigit() and _FEWEST_DIGITS <= len(sender) <= _MOST_DIGITS):
        return sender or NOBODY
    for typed in (f"+{sender}", sender):
        try:
            return parse_number(typed, country=country)
        except NumberRefused:
            continue
    return sender


def can_be_texted(number: str) -> bool:
    """Whether a text can be sent to this texter: not to a name, and not to nobody."""
    return number.isascii() and number.isdigit()
