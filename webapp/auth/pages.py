from dataclasses import dataclass
from typing import ClassVar

from webapp.auth.forms import SignInForm


@dataclass(frozen=True)
class AuthSignInPage:
    """`notice` says why one has to sign in again, if there is a reason."""

    template: ClassVar[str] = "auth/sign_in.html"
    form: SignInForm
    next: str
    notice: str | None
