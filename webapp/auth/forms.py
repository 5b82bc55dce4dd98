from typing import Any

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from webapp.store.users import LONGEST_NAME
from webapp.web.forms import TextdeskForm, check_single_line, new_password_field, strip
from webapp.web.passwords import LONGEST_PASSWORD

LONGEST_CODE = 100


class SignInForm(TextdeskForm):
    """Name and password; what is wrong with them is never told apart."""

    name = StringField(
        "Name",
        filters=[strip],
        validators=[InputRequired("Enter your name."), Length(max=LONGEST_NAME), check_single_line],
    )
    password = PasswordField(
        "Password", validators=[InputRequired("Enter your password."), Length(max=LONGEST_PASSWORD)]
    )


class OwnPasswordForm(TextdeskForm):
    """`token` is that of the one-time link, so that two links opened in one browser are not mixed up."""

    token = HiddenField()
    new_password = new_password_field()
    repeated = PasswordField(
        "The same again", validators=[EqualTo("new_password", "The two are not the same. Enter both again.")]
    )


class CodeForm(TextdeskForm):
    """One of the two; a recovery code has letters, which the keys that a phone offers for codes have not."""

    code = StringField("Code from your phone", filters=[strip], validators=[Length(max=LONGEST_CODE)])
    recovery_code = StringField("Recovery code", filters=[strip], validators=[Length(max=LONGEST_CODE)])

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if not (self.code.data or self.recovery_code.data):
            self.code.errors = ["Enter the code that the app on your phone shows."]
            return False
        return True
