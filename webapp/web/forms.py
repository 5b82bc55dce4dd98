"""What every form shares."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import Field
from wtforms.validators import ValidationError


class TextdeskForm(FlaskForm):
    """A form with the CSRF token; the base of every form that a page shows."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Only fields: a file sent under the name of a text field is not a text."""
            if formdata is not _Auto:
                return formdata
            return request.form if form.is_submitted() else None


def strip(value: str | None) -> str | None:
    """A field filter: people paste with spaces around."""
    return value.strip() if value else value


def check_single_line(_form: FlaskForm, field: Field) -> None:
    """A validator: no control characters or broken ones, which no label, tag or address needs."""
    if field.data and not str(field.data).isprintable():
        raise ValidationError("This contains a character that cannot be used here. Type it again by hand.")
