"""What a text is expected to cost, and when its charge is given back (docs/provider.md)."""

from decimal import Decimal

from .content import ContentRefused
from .measure import measure
from .numbers import ERASED, HOME_COUNTRY, country_of
from .segments import segment_content
from .status import MessageStatus

HOME_PRICE = Decimal(1)
"""Credits for a segment within the UK."""
ASSUMED_PRICE_ABROAD = Decimal(2)
"""Credits for a segment abroad while the provider has not been asked: it is "typically" double."""

# Jersey, Guernsey and the Isle of Man share the UK's country code.
HOME_COUNTRIES = (HOME_COUNTRY, "GG", "IM", "JE")
HOME_PREFIX = "44"

GIVEN_BACK_AT_HOME = (MessageStatus.UNDELIVERABLE, MessageStatus.EXPIRED)
NEVER_CHARGED = (
    MessageStatus.REJECTED,
    MessageStatus.SCHEDULED,
    MessageStatus.CANCELLED,
    MessageStatus.PROCESSED,
)
"""Nothing is charged for a text that is refused, or for what only stands for one that is scheduled."""


def is_given_back(status: str, destination: str) -> bool:
    """Whether a charge for that text is given back: it failed, and went to a UK number."""
    return status in GIVEN_BACK_AT_HOME and is_at_home(destination)


def is_at_home(destination: str) -> bool:
    """Whether that number, erased or not, counts as one in the UK."""
    if destination.startswith(f"{ERASED}-"):
        return country_of(destination) in HOME_COUNTRIES
    return destination.startswith(HOME_PREFIX)


def segments_charged(content: str) -> int:
    """Segments of a text that went: at least one, also if its words are not known any more."""
    try:
        return measure(content)[1]
    except ContentRefused:
        return max(segment_content(content).segments, 1)
