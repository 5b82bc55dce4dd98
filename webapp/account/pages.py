from dataclasses import dataclass
from typing import ClassVar

from webapp.store.readings import Reading


@dataclass(frozen=True)
class AccountIndexPage:
    """`balance` is None until the provider has been asked for the first time."""

    template: ClassVar[str] = "account/index.html"
    balance: Reading | None
