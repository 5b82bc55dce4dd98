from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from webapp.account.access import Access
from webapp.account.forms_you import MobileForm, PasswordForm


@dataclass(frozen=True)
class AccountYouPage:
    template: ClassVar[str] = "account/you.html"
    asks_for_mobile: bool
    mobile_form: MobileForm
    password_form: PasswordForm
    two_factor_at: datetime | None
    access: Access
