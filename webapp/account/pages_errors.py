from dataclasses import dataclass
from typing import ClassVar

from webapp.services.error_samples import ErrorSample


@dataclass(frozen=True)
class AccountErrorsPage:
    """`trouble` is why the provider could not be asked for all of them; None if it was."""

    template: ClassVar[str] = "account/errors.html"
    samples: tuple[ErrorSample, ...]
    trouble: str | None
