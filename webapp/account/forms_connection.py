"""The forms of the credentials; fields named `api_...` hold secrets, which no page shows again."""

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from webapp.services.credentials import is_token
from webapp.web.forms import TextdeskForm, check_single_line, strip

LONGEST_SECRET = 4000
_length = Length(max=LONGEST_SECRET, message="This is too long to be right.")


class TokenForm(TextdeskForm):
    """A token, as the provider's website shows it."""

    api_token = PasswordField("API token", validators=[DataRequired("Paste the token."), _length])

    def validate_api_token(self, field: PasswordField) -> None:
        if not is_token(field.data or ""):
            raise ValidationError("This is no token: copy it again, from its first letter to its last.")


class KeyForm(TextdeskForm):
    """The key and secret for which the provider issues a token; neither is kept."""

    api_key = PasswordField("API key", filters=[strip], validators=[DataRequired("Enter the key."), _length])
    api_secret = PasswordField(
        "API secret", filters=[strip], validators=[DataRequired("Enter the secret."), _length]
    )
    customer_id = StringField(
        "Customer id",
        filters=[strip],
        validators=[
            Length(max=100, message="A customer id has up to 100 characters."),
            check_single_line,
        ],
    )
