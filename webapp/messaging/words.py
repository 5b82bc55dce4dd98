"""Small plain-English formatters that pages share."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

_HUNDREDTH = Decimal("0.01")


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Return "1 segment", "2 segments", "1,280 characters"; `many` where an s isn't enough ("replies")."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def format_credits(credits: Decimal) -> str:
    """Return "2", "2.5", "1,204.75": credits to the hundredth, without needless zeros."""
    rounded = credits.quantize(_HUNDREDTH, ROUND_HALF_UP).normalize() + 0  # + 0 makes a negative zero plain
    return f"{rounded:,f}"


def ago(seconds: float) -> str:
    """Return how long ago something was: "just now", "4 s ago", "3 min ago", "5 h ago", "2 days ago"."""
    if seconds < 1:
        return "just now"
    if seconds < 60:
        return f"{int(seconds)} s ago"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 48 * 3600:
        return f"{int(seconds // 3600)} h ago"
    return f"{int(seconds // 86400):,} days ago"


def lasting(seconds: float) -> str:
    """Return how long something has lasted: "under 1 min", "3 min", "5 h", "2 days"."""
    return "under 1 min" if seconds < 60 else ago(seconds).removesuffix(" ago")


def join_and(items: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"; nothing for nothing."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
