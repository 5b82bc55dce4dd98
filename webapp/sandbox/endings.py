"""The last two digits of a number decide what becomes of a text to it, so that staff can rehearse."""

from dataclasses import dataclass

from webapp.messaging.status import MessageStatus


@dataclass(frozen=True, slots=True)
class Failure:
    code: int
    details: str
    permanent: bool


NO_COVERAGE = Failure(3001, "Handset switched off or out of coverage", permanent=False)
NO_SUCH_NUMBER = Failure(5001, "Number does not exist", permanent=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens to a message, this many seconds after what happened before it.

    status None leaves the status as it is; reply is a text that the recipient sends back.
    """

    after_seconds: float
    status: MessageStatus | None = None
    failure: Failure | None = None
    refunded: bool = False
    reply: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What becomes of a text: at the call itself (the flags), then step by step."""

    meaning: str
    steps: tuple[Step, ...] = ()
    rejected: bool = False
    no_credits: bool = False
    reply_lost: bool = False
    first_attempt_lost: bool = False


DELIVERED = Step(after_seconds=1, status=MessageStatus.DELIVERED)
USUAL = Ending(meaning="delivered after a second or two", steps=(DELIVERED,))


def _failed(status: MessageStatus, failure: Failure) -> tuple[Step, ...]:
    return (Step(after_seconds=1, status=status, failure=failure, refunded=True),)


def _answered(reply: str) -> tuple[Step, ...]:
    return (DELIVERED, Step(after_seconds=2, reply=reply))


ENDINGS = {
    "90": Ending(
        meaning="undeliverable for good, refunded",
        steps=_failed(MessageStatus.UNDELIVERABLE, NO_SUCH_NUMBER),
    ),
    "91": Ending(meaning="expired, refunded", steps=_failed(MessageStatus.EXPIRED, NO_COVERAGE)),
    "92": Ending(meaning="rejected at once, never charged", rejected=True),
    "93": Ending(
        meaning="a temporary failure, then delivered",
        steps=(
            Step(after_seconds=1, status=MessageStatus.SENT, failure=NO_COVERAGE),
            Step(after_seconds=3, status=MessageStatus.DELIVERED, failure=NO_COVERAGE),
        ),
    ),
    "94": Ending(meaning="never reported: stays SENT and charged"),
    "95": Ending(meaning='delivered, then replies "Yes please"', steps=_answered("Yes please")),
    "96": Ending(meaning='delivered, then replies "STOP"', steps=_answered("STOP")),
    "97": Ending(meaning="402, not enough credits", steps=(DELIVERED,), no_credits=True),
    "98": Ending(meaning="accepted, but the reply is lost", steps=(DELIVERED,), reply_lost=True),
    "99": Ending(
        meaning="the first attempt is lost before it is accepted",
        steps=(DELIVERED,),
        first_attempt_lost=True,
    ),
}


def ending_of(destination: str) -> Ending:
    return ENDINGS.get(destination[-2:], USUAL)
