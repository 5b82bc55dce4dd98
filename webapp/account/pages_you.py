from dataclasses import dataclass
from typing import ClassVar

from webapp.account.forms_you import MobileForm, PasswordForm


@dataclass(frozen=True)
class AccountYouPage:
    template: ClassVar[str] = "account/you.html"
    mobile_form: MobileForm
    password_form: PasswordForm
