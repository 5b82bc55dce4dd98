"""Building the page on which people set up two-factor sign-in."""

from webapp.account.forms_you import ConfirmCodeForm, PresentPasswordForm
from webapp.account.pages_two_factor import AccountTwoFactorPage, NewSecret
from webapp.store import two_factor
from webapp.store.organisation import wants_two_factor
from webapp.store.sealed import CannotUnseal
from webapp.store.users import User
from webapp.web.auth import signed_in_user
from webapp.web.context import database, keyring
from webapp.web.totp import app_address, grouped, qr_image


def build_two_factor(
    *, password_form: PresentPasswordForm | None = None, confirm_form: ConfirmCodeForm | None = None
) -> AccountTwoFactorPage:
    user = signed_in_user()
    secret = None if user.two_factor_at else unconfirmed_secret(user)
    return AccountTwoFactorPage(
        on_since=user.two_factor_at,
        is_wanted=wants_two_factor(database(), user.role),
        codes_left=two_factor.count_recovery_codes(database(), user.id),
        new_secret=_new_secret(secret, user) if secret else None,
        password_form=password_form or PresentPasswordForm(formdata=None),
        confirm_form=confirm_form or ConfirmCodeForm(formdata=None),
    )


def unconfirmed_secret(user: User) -> str | None:
    """None if setting up was not begun, or the key it was sealed with is gone: then it begins anew."""
    sealed = two_factor.sealed_secret(database(), user.id)
    try:
        return keyring().unseal(sealed) if sealed else None
    except CannotUnseal:
        return None


def _new_secret(secret: str, user: User) -> NewSecret:
    address = app_address(secret, name=user.name)
    return NewSecret(image=qr_image(address), address=address, typed=grouped(secret))
