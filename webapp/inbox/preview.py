"""What the reply box says while one types: the length, the likely cost, who it comes from."""

from dataclasses import dataclass
from decimal import Decimal

from sqlite_utils import Database

from webapp.messaging.counted import CountedText, count_text
from webapp.messaging.senders import SenderRefused, parse_sender
from webapp.services.prices import last_known_price
from webapp.store import readings
from webapp.store.readings import Reading


@dataclass(frozen=True, slots=True)
class ReplyPreview:
    """`credits` is an estimate. `cannot_answer`: the sender is a name, to which nobody can reply."""

    counted: CountedText
    credits: Decimal
    balance: Reading | None
    sender: str
    cannot_answer: bool


def build_preview(db: Database, *, number: str, sender: str, typed: str) -> ReplyPreview:
    """From what is typed so far. Asks the provider nothing."""
    counted = count_text(typed)
    return ReplyPreview(
        counted=counted,
        credits=counted.segmentation.segments * last_known_price(db, number),
        balance=readings.last_credits(db),
        sender=sender,
        cannot_answer=bool(sender) and not _can_be_answered(sender),
    )


def _can_be_answered(sender: str) -> bool:
    try:
        return parse_sender(sender).can_be_replied_to
    except SenderRefused:
        return False
