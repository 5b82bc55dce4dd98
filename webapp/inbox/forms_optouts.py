"""The forms of the opt-outs."""

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from webapp.messaging.optout import LONGEST_WORD, normalise_word
from webapp.web.forms import TextdeskForm, check_single_line, strip

LONGEST_REASON = 200
_reason_length = Length(max=LONGEST_REASON, message=f"A reason can have {LONGEST_REASON} characters.")


class AddForm(TextdeskForm):
    """Numbers that want no more texts: typed, pasted, or in a file (which is read apart from the fields)."""

    numbers = TextAreaField("Numbers")
    reason = StringField("Reason", filters=[strip], validators=[_reason_length, check_single_line])


class RemoveForm(TextdeskForm):
    reason = StringField(
        "Why may they be texted again?",
        filters=[strip],
        validators=[
            DataRequired("Say why: it is kept with your name."),
            _reason_length,
            check_single_line,
        ],
    )


class WordForm(TextdeskForm):
    word = StringField("New word", filters=[strip], validators=[check_single_line])

    def validate_word(self, field: StringField) -> None:
        length = len(normalise_word(field.data or ""))
        if not 2 <= length <= LONGEST_WORD:
            raise ValidationError(f"A word has 2 to {LONGEST_WORD} letters or digits.")
