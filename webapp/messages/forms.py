from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError

from webapp.web.forms import TextdeskForm, strip


class DeleteForm(TextdeskForm):
    """A typed confirmation: the last four digits of the number."""

    last_digits = StringField("Last four digits of the number", filters=[strip])

    def __init__(self, *, destination: str, **kwargs: Any) -> None:
        self.wanted = destination[-4:]
        super().__init__(**kwargs)

    def validate_last_digits(self, field: StringField) -> None:
        if field.data != self.wanted:
            raise ValidationError("These are not the last four digits. Nothing was deleted.")
