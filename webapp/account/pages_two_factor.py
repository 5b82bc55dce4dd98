from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from webapp.account.forms_you import ConfirmCodeForm, PresentPasswordForm


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What an app needs to make the codes: an `image` to scan, an `address` to tap, a text to be `typed`."""

    image: str
    address: str
    typed: str


@dataclass(frozen=True)
class AccountTwoFactorPage:
    """On since `on_since`; or a `new_secret` waits to be confirmed by a code; or neither.

    `is_wanted`: the organisation wants it of everybody with this person's role.
    """

    template: ClassVar[str] = "account/two_factor.html"
    on_since: datetime | None
    is_wanted: bool
    codes_left: int
    new_secret: NewSecret | None
    password_form: PresentPasswordForm
    confirm_form: ConfirmCodeForm


@dataclass(frozen=True)
class AccountRecoveryCodesPage:
    """`codes` are shown this once."""

    template: ClassVar[str] = "account/recovery_codes.html"
    codes: tuple[str, ...]
