"""What became of a text, in words staff understand, and whether it was charged (docs/provider.md)."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache

REPORT_WAIT = timedelta(hours=72)
"""After this no delivery report comes any more: a text is tried for 48 hours at the most."""


class MessageStatus(StrEnum):
    """The statuses the provider gives; the last three are those of a scheduled item."""

    SENT = "SENT"
    DELIVERED = "DELIVERED"
    UNDELIVERABLE = "UNDELIVERABLE"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    INCOMING = "INCOMING"
    SCHEDULED = "SCHEDULED"
    PROCESSED = "PROCESSED"
    CANCELLED = "CANCELLED"


FAILED = (MessageStatus.UNDELIVERABLE, MessageStatus.EXPIRED, MessageStatus.REJECTED)
"""The statuses of a text that will not arrive."""


class StatusTone(StrEnum):
    """How a status looks; never shown by colour alone."""

    GOOD = "good"
    BAD = "bad"
    WAITING = "waiting"
    NEUTRAL = "neutral"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class StatusMeaning:
    """One status as every page shows it."""

    word: str
    tone: StatusTone
    icon: str
    """A Bootstrap Icons name."""
    meaning: str
    charged: str
    """Whether it costs credits, as a sentence."""
    final: bool
    """Nothing more is expected to happen to it."""


def describe_status(
    status: str,
    *,
    permanent: bool | None = None,
    failure_details: str | None = None,
    age: timedelta | None = None,
) -> StatusMeaning:
    """Explain a status of the provider; one that isn't known keeps its text.

    `permanent` and `failure_details` come from the failure reason, `age` is the time since it was sent.
    """
    meaning = _MEANINGS.get(status) or _unknown(status)
    if status == MessageStatus.SENT:
        meaning = _describe_sent(permanent, age)
    if failure_details and status != MessageStatus.DELIVERED:  # an old reason may stay on a delivered text
        return _with_reason(meaning, failure_details)
    return meaning


@lru_cache(maxsize=512)
def _with_reason(meaning: StatusMeaning, details: str) -> StatusMeaning:
    return replace(meaning, meaning=f"{meaning.meaning} Reason given: {details.rstrip('. ')}.")


def describe_outbox_state(state: str) -> StatusMeaning:
    """Explain how far our own call to the provider has got, before the provider has given a status."""
    return _OUTBOX_MEANINGS.get(state) or _unknown(state)


def is_final(status: str) -> bool:
    """Say whether the provider will not change this status any more; an unknown one might."""
    return status in _MEANINGS and _MEANINGS[status].final


def _describe_sent(permanent: bool | None, age: timedelta | None) -> StatusMeaning:
    if age is not None and age > REPORT_WAIT:
        return _NEVER_REPORTED
    return _STILL_TRYING if permanent is False else _MEANINGS[MessageStatus.SENT]


def _unknown(text: str) -> StatusMeaning:
    return StatusMeaning(
        word=text or "Unknown",
        tone=StatusTone.NEUTRAL,
        icon="question-circle",
        meaning="The provider uses a word for this that Textdesk does not know.",
        charged="Whether it was charged is not known.",
        final=False,
    )


_REFUNDED = "Refunded if the number is in the UK."
_NOTHING_YET = "Nothing charged yet."
_NOT_CHARGED = "Not charged."

_STILL_TRYING = StatusMeaning(
    word="Sent, still trying",
    tone=StatusTone.WAITING,
    icon="arrow-repeat",
    meaning="The first try failed, perhaps because the phone is off. The network goes on trying.",
    charged="Charged; refunded if it fails and the number is in the UK.",
    final=False,
)
_NEVER_REPORTED = StatusMeaning(
    word="Sent, no report",
    tone=StatusTone.NEUTRAL,
    icon="check-circle",
    meaning="No report came: charged, presumed delivered.",
    charged="Charged.",
    final=True,
)

_MEANINGS: dict[str, StatusMeaning] = {
    MessageStatus.SENT: StatusMeaning(
        word="Sent, waiting for report",
        tone=StatusTone.WAITING,
        icon="send-check",
        meaning="A network took the text. It has not yet said whether the phone got it.",
        charged="Charged.",
        final=False,
    ),
    MessageStatus.DELIVERED: StatusMeaning(
        word="Delivered",
        tone=StatusTone.GOOD,
        icon="check-circle-fill",
        meaning="The text is on the phone.",
        charged="Charged.",
        final=True,
    ),
    MessageStatus.UNDELIVERABLE: StatusMeaning(
        word="Not delivered",
        tone=StatusTone.BAD,
        icon="x-circle-fill",
        meaning="The network gave up: the text did not reach the phone.",
        charged=_REFUNDED,
        final=True,
    ),
    MessageStatus.EXPIRED: StatusMeaning(
        word="Expired",
        tone=StatusTone.BAD,
        icon="hourglass-bottom",
        meaning="The phone could not be reached before the text ran out of time.",
        charged=_REFUNDED,
        final=True,
    ),
    MessageStatus.REJECTED: StatusMeaning(
        word="Rejected",
        tone=StatusTone.BAD,
        icon="slash-circle-fill",
        meaning="The provider refused the text and sent nothing.",
        charged=_NOT_CHARGED,
        final=True,
    ),
    MessageStatus.INCOMING: StatusMeaning(
        word="Received",
        tone=StatusTone.NEUTRAL,
        icon="box-arrow-in-down",
        meaning="Somebody sent this text to you.",
        charged=_NOT_CHARGED,
        final=True,
    ),
    MessageStatus.SCHEDULED: StatusMeaning(
        word="Scheduled",
        tone=StatusTone.WAITING,
        icon="calendar-event",
        meaning="The provider holds the text and sends it at its time. It can still be cancelled.",
        charged=_NOTHING_YET,
        final=False,
    ),
    MessageStatus.PROCESSED: StatusMeaning(
        word="Sent at its time",
        tone=StatusTone.NEUTRAL,
        icon="calendar-check",
        meaning="Its time came and the provider sent it. The text itself shows what became of it.",
        charged="Charged like any text sent.",
        final=True,
    ),
    MessageStatus.CANCELLED: StatusMeaning(
        word="Cancelled",
        tone=StatusTone.NEUTRAL,
        icon="calendar-x",
        meaning="It was cancelled before its time; nothing was sent.",
        charged=_NOT_CHARGED,
        final=True,
    ),
}

_OUTBOX_MEANINGS = {
    "queued": StatusMeaning(
        word="Waiting to go",
        tone=StatusTone.WAITING,
        icon="clock",
        meaning="Confirmed and next in line. It has not left yet.",
        charged=_NOTHING_YET,
        final=False,
    ),
    "in_flight": StatusMeaning(
        word="Sending",
        tone=StatusTone.WAITING,
        icon="send",
        meaning="It is being handed to the provider at this moment.",
        charged="Not known until the provider answers.",
        final=False,
    ),
    "accepted": StatusMeaning(
        word="Accepted",
        tone=StatusTone.WAITING,
        icon="check2",
        meaning="The provider took it. What became of it is on its way.",
        charged="Charged when sent.",
        final=False,
    ),
    "refused": StatusMeaning(
        word="Not sent",
        tone=StatusTone.BAD,
        icon="x-circle-fill",
        meaning="The provider refused it. Nothing was sent.",
        charged=_NOT_CHARGED,
        final=True,
    ),
    "unknown": StatusMeaning(
        word="Outcome unknown",
        tone=StatusTone.ATTENTION,
        icon="question-circle-fill",
        meaning="The connection broke before an answer came. Textdesk is finding out whether it was sent; "
        "do not send it again.",
        charged="Whether it was charged is not known yet.",
        final=False,
    ),
}
