"""The provider's samples of its errors, and what Textdesk makes of each (docs/provider.md)."""

from dataclasses import dataclass

from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import NotFound, SmsWorksError

CODES = ("0", "34", "402", "3001", "5001")
"""The codes that have been seen: there is no published list."""


@dataclass(frozen=True, slots=True)
class ErrorSample:
    """`said` is the provider's wording, `words` ours; `is_permanent` is None where it does not say."""

    code: str
    said: str
    is_permanent: bool | None
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
        samples.append(ErrorSample(code, error.said, error.permanent, error.user_message))
    return tuple(samples), None
