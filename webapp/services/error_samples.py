"""The provider's samples of its errors, and what Textdesk makes of each (docs/provider.md)."""

from dataclasses import dataclass

from webapp.messaging.status import MessageStatus
from webapp.services.failures import LASTS, explain, permanence_of
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import NotEnoughCredits, NotFound, SmsWorksError
from webapp.smsworks.operations import OperationKind

NOTHING_WRONG, NO_CREDITS = "0", "402"
CODES = (NOTHING_WRONG, "34", NO_CREDITS, "3001", "5001")
"""The codes that have been seen: there is no published list."""


@dataclass(frozen=True, slots=True)
class ErrorSample:
    """`said` is the provider's wording, `words` ours; `lasts` as on Failed: temporary or permanent."""

    code: str
    said: str
    lasts: str
    words: str


def read_samples(client: SmsWorks) -> tuple[tuple[ErrorSample, ...], str | None]:
    """A sample for each code the provider has one for; why it could not be asked for all, or None."""
    samples: list[ErrorSample] = []
    for code in CODES:
        try:
            error = client.get_error_sample(code=code)
        except NotFound:
            continue
        except SmsWorksError as trouble:
            return tuple(samples), trouble.user_message
        lasts = "–" if code == NOTHING_WRONG else LASTS[permanence_of(error.permanent)]
        samples.append(ErrorSample(code, error.said, lasts, _words(code, error)))
    return tuple(samples), None


def _words(code: str, error: SmsWorksError) -> str:
    """What staff would read: most codes are reasons of a text that failed, and one is a refusal to send."""
    if code == NOTHING_WRONG:
        return "Nothing: the text is shown with its status alone."
    if code == NO_CREDITS:
        return NotEnoughCredits(kind=OperationKind.SEND, said=error.said).user_message
    reason = explain(MessageStatus.UNDELIVERABLE, code, error.said, error.permanent)
    return f"{reason.words}. {reason.money}. {reason.advice}"
