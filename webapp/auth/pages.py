from dataclasses import dataclass
from typing import ClassVar

from webapp.auth.forms import OwnPasswordForm, SignInForm


@dataclass(frozen=True)
class AuthSignInPage:
    """`notice` says why one has to sign in again, if there is a reason."""

    template: ClassVar[str] = "auth/sign_in.html"
    form: SignInForm
    next: str
    notice: str | None


@dataclass(frozen=True)
class AuthSetOwnPasswordPage:
    """What a one-time link leads to; `name` is whose it is, None if it leads nowhere (any more)."""

    template: ClassVar[str] = "auth/set_own_password.html"
    form: OwnPasswordForm
    name: str | None
