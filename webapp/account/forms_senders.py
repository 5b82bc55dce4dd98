from wtforms import StringField
from wtforms.validators import ValidationError

from webapp.messaging.senders import SenderRefused, parse_sender
from webapp.web.forms import TextdeskForm, strip


class SenderForm(TextdeskForm):
    """A sender ID to add to the list."""

    sender = StringField("New sender ID", filters=[strip])

    def validate_sender(self, field: StringField) -> None:
        try:
            parse_sender(field.data or "")
        except SenderRefused as refusal:
            raise ValidationError(refusal.message) from refusal
