from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, Optional, ValidationError

from webapp.messaging.numbers import NumberRefused, parse_number
from webapp.messaging.words import plural
from webapp.services.erasing import FEWEST_DAYS, MOST_DAYS
from webapp.web.context import settings
from webapp.web.forms import TextdeskForm, strip

WORD = "ERASE"


class RetentionForm(TextdeskForm):
    """For how long texts and numbers are kept; empty is "for ever"."""

    days = IntegerField("Erase texts and numbers after", validators=[Optional()])
    sure = BooleanField("Yes, erase them")

    def validate_days(self, field: IntegerField) -> None:
        # Not NumberRange: it makes a float of the number, and some are too large for that.
        if field.data is not None and not FEWEST_DAYS <= field.data <= MOST_DAYS:
            raise ValidationError(
                f"Choose {FEWEST_DAYS} to {MOST_DAYS:,} days, or leave it empty to keep everything."
            )

    def ask_whether_sure(self, messages: int) -> None:
        """Nobody is to erase a year of texts by a slip of the finger."""
        words = (
            f"{plural(messages, 'text is', 'texts are')} older than that and would be erased within a day."
        )
        self.sure.errors = [f"{words} Tick the box if you mean it. Nothing was changed."]


class EraseNumberForm(TextdeskForm):
    """One number, of which everything is to go; confirmed by typing a word."""

    number = StringField("Number", filters=[strip], validators=[InputRequired("Enter a number.")])
    word = StringField(f"Type {WORD} to confirm", filters=[strip])

    def validate_number(self, field: StringField) -> None:
        try:
            self.digits()
        except NumberRefused as refusal:
            raise ValidationError(refusal.message) from refusal

    def validate_word(self, field: StringField) -> None:
        if field.data != WORD:
            raise ValidationError(f"Type {WORD}, in capitals. Nothing was erased.")

    def digits(self) -> str:
        """With country code. Raises NumberRefused."""
        return parse_number(self.number.data or "", country=settings().country)
