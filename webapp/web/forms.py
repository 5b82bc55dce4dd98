"""What every form shares."""

from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import ValidationError


class TextdeskForm(FlaskForm):
    """A form with the CSRF token; the base of every form that a page shows."""


def strip(value: str | None) -> str | None:
    """A field filter: people paste with spaces around."""
    return value.strip() if value else value


def check_single_line(_form: FlaskForm, field: Field) -> None:
    """A validator: no control characters or broken ones, which no label, tag or address needs."""
    if field.data and not str(field.data).isprintable():
        raise ValidationError("This contains a character that cannot be used here. Type it again by hand.")
