"""Kinds of fields that the Compose form needs beside the usual ones."""

import re
from collections.abc import Iterator
from typing import Any

from wtforms import FieldList, Form, IntegerField, StringField
from wtforms.validators import Length, NumberRange, Optional, StopValidation, ValidationError

from webapp.web.forms import check_single_line, strip

# The key under which Textdesk marks its own texts, so that a lost one can be found again.
RESERVED_KEYS = "textdesk-"


class MetadataPairForm(Form):
    """One name and value that the provider keeps with the text."""

    key = StringField("Name", filters=[strip], validators=[Length(max=100), check_single_line])
    value = StringField("Value", filters=[strip], validators=[Length(max=500), check_single_line])

    def validate_key(self, field: StringField) -> None:
        if self.value.data and not field.data:
            raise ValidationError("Give this value a name, or clear it.")
        if field.data and field.data.lower().startswith(RESERVED_KEYS):
            raise ValidationError("Names that begin with textdesk- are Textdesk's own. Choose another.")


class MinutesField(IntegerField):
    """An optional whole number of minutes, from 1 to `most`."""

    def __init__(self, label: str, *, most: int, **kwargs: Any) -> None:
        self.words = f"Enter whole minutes from 1 to {most:,}."
        validators = [Optional(), _stop_if_unread, NumberRange(1, most, message=self.words)]
        super().__init__(label, validators=validators, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(self.words) from error


class MetadataList(FieldList):
    """Ignores names whose index no form of ours would have written, such as metadata-²-key."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        written = re.compile(re.escape(prefix) + r"-(\d{1,2})-", re.ASCII)
        found = (written.match(name) for name in formdata)
        return iter({int(match[1]) for match in found if match})


def _stop_if_unread(_form: Form, field: IntegerField) -> None:
    """What was no number has been said to be none."""
    if field.process_errors:
        raise StopValidation
