"""What became of the wish to cancel something, in words."""

from webapp.messaging.words import plural
from webapp.services.cancel_scheduled import Cancelled, Receipt

_WORDS = {
    Cancelled.YES: ("Cancelled. It will not be sent, and nothing is charged.", "good"),
    Cancelled.ALREADY: (
        "It had been cancelled already. It will not be sent, and nothing is charged.",
        "neutral",
    ),
    Cancelled.TOO_LATE: ("Too late: it has already been processed. It is being sent, and charged.", "bad"),
    Cancelled.STILL_SCHEDULED: (
        "Not cancelled: the provider gave no clear answer, and its list still has it as scheduled. "
        "Cancel it again.",
        "bad",
    ),
    Cancelled.GONE: (
        "The provider does not list it any more, so nobody knows whether it will be sent. "
        "Look at the provider’s own website.",
        "attention",
    ),
}


def receipt_words(receipt: Receipt, *, people: int) -> tuple[str, str]:
    """The receipt as a sentence or two, and its tone."""
    if people > 1 and (receipt.too_late or receipt.unknown):
        return _in_part(receipt), "attention"
    if receipt.result in _WORDS:
        return _WORDS[receipt.result]
    if receipt.result is Cancelled.UNKNOWN:
        unknown = (
            "Nobody knows yet whether it is cancelled. Ask the provider again in a minute, before its time."
        )
        return f"{receipt.said} {unknown}".strip(), "attention"
    return f"Not cancelled. {receipt.said}", "bad"


def _in_part(receipt: Receipt) -> str:
    words = (
        [f"Cancelled: {plural(receipt.kept, 'text')}, for which nothing is charged."] if receipt.kept else []
    )
    if receipt.too_late:
        words.append(f"Too late for {plural(receipt.too_late, 'text')}: already processed.")
    if receipt.unknown:
        words.append(f"No clear answer came for {plural(receipt.unknown, 'text')}: Textdesk is finding out.")
    return " ".join(words)
