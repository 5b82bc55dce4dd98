from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from webapp.store.users import LONGEST_NAME
from webapp.web.forms import TextdeskForm, check_single_line, new_password_field, strip
from webapp.web.passwords import LONGEST_PASSWORD


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
