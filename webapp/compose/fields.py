"""Kinds of fields that the Compose form needs beside the usual ones."""

import re
from collections.abc import Iterator
from typing import Any

from wtforms import FieldList, Form, StringField
from wtforms.validators import Length, ValidationError

from webapp.messaging.metadata import RESERVED_KEYS
from webapp.web.forms import check_single_line, strip


class MetadataPairForm(Form):
    """One name and value that the provider keeps with the text."""

    key = StringField("Name", filters=[strip], validators=[Length(max=100), check_single_line])
    value = StringField("Value", filters=[strip], validators=[Length(max=500), check_single_line])

    def validate_key(self, field: StringField) -> None:
        if self.value.data and not field.data:
            raise ValidationError("Give this value a name, or clear it.")
        if field.data and field.data.lower().startswith(RESERVED_KEYS):
            raise ValidationError("Names that begin with textdesk- are Textdesk's own. Choose another.")


class MetadataList(FieldList):
    """Ignores names whose index no form of ours would have written, such as metadata-²-key."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        written = re.compile(re.escape(prefix) + r"-(\d{1,2})-", re.ASCII)
        found = (written.match(name) for name in formdata)
        return iter({int(match[1]) for match in found if match})
