"""What every form shares."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import Field, PasswordField
from wtforms.validators import InputRequired, Length, ValidationError

from webapp.web.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from webapp.web.security import form_token


class TextdeskForm(FlaskForm):
    """A form with the CSRF token; the base of every form that a page shows."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Only fields: a file sent under the name of a text field is not a text."""
            if formdata is not _Auto:
                return formdata
            return request.form if form.is_submitted() else None

        def build_csrf(self, form: FlaskForm) -> Any:
            """By then the token of this request is known, and need not be signed once more."""
            form_token()
            return super().build_csrf(form)

        def get_translations(self, form: FlaskForm) -> "_OwnWords":
            return _OwnWords()


class _OwnWords:
    """What WTForms says by itself, in the words of our pages; it asks for them as for a translation."""

    def gettext(self, words: str) -> str:
        return {
            "Not a valid choice.": "Choose one of those on the list.",
            "Not a valid time value.": "Enter hours and minutes, such as 21:00.",
            "Not a valid integer value.": "Enter a whole number, such as 50.",
            "Not a valid decimal value.": "Enter a number, such as 50 or 12.5.",
        }.get(words, words)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many


# What browsers send for half of an emoji.
HALF_A_CHARACTER = "\ufffd"


def strip(value: str | None) -> str | None:
    """A field filter: people paste with spaces around."""
    return value.strip() if value else value


def check_single_line(_form: FlaskForm, field: Field) -> None:
    """A validator: no control characters or broken ones, which no label, tag or address needs."""
    typed = str(field.data or "")
    if not typed.isprintable() or HALF_A_CHARACTER in typed:
        raise ValidationError("This contains a character that cannot be used here. Type it again by hand.")


def new_password_field() -> PasswordField:
    """For the class of a form: a password to be, wherever one is chosen."""
    return PasswordField(
        "New password",
        validators=[
            InputRequired("Enter a new password."),
            Length(
                SHORTEST_PASSWORD,
                LONGEST_PASSWORD,
                message=f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            ),
        ],
    )
