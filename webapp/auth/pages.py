from dataclasses import dataclass
from typing import ClassVar

from webapp.auth.forms import CodeForm, OwnPasswordForm, SignInForm


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


@dataclass(frozen=True)
class AuthCodePage:
    """The second step for `name`, whose password was right; `next` is where they want to go."""

    template: ClassVar[str] = "auth/code.html"
    form: CodeForm
    name: str
    next: str
