from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from webapp.store.users import LONGEST_NAME
from webapp.web.forms import TextdeskForm, check_single_line, strip
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
