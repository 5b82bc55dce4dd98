from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from webapp.messaging.numbers import NumberRefused, parse_number
from webapp.web.auth import signed_in_user
from webapp.web.context import database, settings
from webapp.web.forms import TextdeskForm, new_password_field, strip
from webapp.web.sign_in import NotSignedIn, check_present_password


class MobileForm(TextdeskForm):
    """One's own number, to which copies go."""

    mobile = StringField("Your mobile number", filters=[strip])

    def validate_mobile(self, field: StringField) -> None:
        try:
            self.number()
        except NumberRefused as refusal:
            raise ValidationError(refusal.message) from refusal

    def number(self) -> str | None:
        """Digits with country code; None when the field was cleared."""
        typed = self.mobile.data
        return parse_number(typed, country=settings().country) if typed else None


class PresentPasswordForm(TextdeskForm):
    """For what only the person themselves may do, whoever sits at their screen."""

    current_password = PasswordField(
        "Present password", validators=[InputRequired("Enter your present password.")]
    )

    def validate_current_password(self, field: PasswordField) -> None:
        try:
            check_present_password(database(), signed_in_user(), field.data)
        except NotSignedIn as refusal:
            raise ValidationError(refusal.message) from refusal


class PasswordForm(PresentPasswordForm):
    new_password = new_password_field()


class ConfirmCodeForm(TextdeskForm):
    """The first code proves that the app on the phone has the secret."""

    code = StringField(
        "Code from the app",
        filters=[strip],
        validators=[DataRequired("Enter the six digits that the app shows."), Length(max=100)],
    )
