"""Building the page of one's own details."""

from functools import partial

from flask import url_for

from webapp.account.access import build_access
from webapp.account.forms_you import MobileForm, PasswordForm
from webapp.account.pages_you import AccountYouPage
from webapp.messaging.numbers import format_number
from webapp.store.users import Role
from webapp.web.auth import signed_in_user


def build_you(
    *, mobile_form: MobileForm | None = None, password_form: PasswordForm | None = None
) -> AccountYouPage:
    """The page, with the one form that was refused as it was typed."""
    user = signed_in_user()
    mobile = format_number(user.mobile or "")
    return AccountYouPage(
        asks_for_mobile=user.role.includes(Role.SENDER) or user.mobile is not None,
        mobile_form=mobile_form or MobileForm(formdata=None, data={"mobile": mobile}),
        password_form=password_form or PasswordForm(formdata=None),
        two_factor_at=user.two_factor_at,
        access=build_access(user, url=partial(url_for, "account.you")),
    )
