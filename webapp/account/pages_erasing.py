from dataclasses import dataclass
from typing import ClassVar

from webapp.account.forms_erasing import EraseNumberForm, RetentionForm
from webapp.store.erasing_requests import ErasingRequest


@dataclass(frozen=True)
class AccountErasingPage:
    """For how long texts are kept, and whose were asked to be erased."""

    template: ClassVar[str] = "account/erasing.html"
    retention_days: int | None
    retention_form: RetentionForm
    number_form: EraseNumberForm
    requests: tuple[ErasingRequest, ...]
    is_admin: bool
