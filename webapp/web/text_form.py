"""The fields that every form has in which a text is written: from whom, what, when, and the options."""

from datetime import UTC, datetime
from typing import Any

from wtforms import Form, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation, ValidationError

from webapp.messaging.content import ContentRefused, check_content, normalise_line_breaks
from webapp.messaging.numbers import format_number
from webapp.messaging.schedule import AmbiguousTime, ScheduleRefused, parse_local_time
from webapp.messaging.senders import parse_sender
from webapp.store.drafts import Delivery
from webapp.web.context import settings
from webapp.web.forms import TextdeskForm, check_single_line, strip

TAG_CHARACTERS = 280
VALIDITY_MINUTES = 2880
TTL_MINUTES = 525_600


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


def _stop_if_unread(_form: Form, field: IntegerField) -> None:
    """What was no number has been said to be none."""
    if field.process_errors:
        raise StopValidation


class TextForm(TextdeskForm):
    """A text and when it goes. Validation leaves the time it understood in `scheduled_at`."""

    sender = SelectField("From", choices=[])
    content = TextAreaField("Text", validators=[InputRequired("Write the text of the message.")])
    when = RadioField(
        "When",
        choices=[SelectChoice(Delivery.NOW.value, "Now"), SelectChoice(Delivery.LATER.value, "Later")],
        default=Delivery.NOW.value,
    )
    date = StringField("Date", filters=[strip])
    time = StringField("Time", filters=[strip])
    fold = RadioField("Which one?", choices=[], validate_choice=False, validators=[Optional()])
    tag = StringField(
        "Tag",
        filters=[strip],
        validators=[
            Length(max=TAG_CHARACTERS, message=f"A tag can have {TAG_CHARACTERS} characters."),
            check_single_line,
        ],
    )
    validity_minutes = MinutesField("Try for", most=VALIDITY_MINUTES)
    ttl_minutes = MinutesField("Delete the delivery report after", most=TTL_MINUTES)
    ai = SelectField(
        "AI Optimiser",
        choices=[
            SelectChoice("", "As the account is set"),
            SelectChoice("on", "On"),
            SelectChoice("off", "Off"),
        ],
        default="",
    )

    scheduled_at: datetime | None = None

    def offer_senders(self, senders: list[str]) -> None:
        """Fill the list of sender IDs, each saying whether it can be answered."""
        self.sender.choices = [SelectChoice(sender, _sender_label(sender)) for sender in senders]
        if self.sender.data and self.sender.data not in senders and not self.is_submitted():
            gone = f"Choose: {format_number(self.sender.data)} is no longer on the list"
            self.sender.choices.insert(0, SelectChoice("", gone))
            self.sender.data = ""
        if not senders:
            self.sender.choices = [SelectChoice("", "No sender yet: an administrator adds one under Account")]

    def chosen_sender(self) -> str:
        """What the list of senders shows: its first one, until another is chosen."""
        return str(self.sender.data or self.sender.choices[0].value)

    def text(self) -> str:
        """The text as it will be counted and sent."""
        return normalise_line_breaks(self.content.data or "")

    def typed(self) -> dict[str, Any]:
        """What was typed, field by field, so that Back shows it unchanged."""
        return {field.short_name: field.data for field in self if field.short_name != "csrf_token"}

    def options(self) -> dict[str, Any]:
        """The provider's optional fields that are filled in."""
        options = {
            "tag": self.tag.data or None,
            "validity_minutes": self.validity_minutes.data,
            "ttl_minutes": self.ttl_minutes.data,
            "ai": {"on": True, "off": False}.get(self.ai.data),
        }
        return {name: value for name, value in options.items() if value is not None}

    def has_more_options(self) -> bool:
        """Whether anything under "More options" is in use or wrong, so that it must not be folded away."""
        own = (self.tag, self.validity_minutes, self.ttl_minutes, self.ai)
        return any(field.data or field.errors for field in own)

    def validate_sender(self, field: SelectField) -> None:
        if not field.data and not field.errors:
            raise ValidationError(
                "Choose a sender. If the list is empty, an administrator adds one under Account."
            )

    def validate_content(self, field: TextAreaField) -> None:
        try:
            check_content(field.data or "")
        except ContentRefused as refusal:
            raise ValidationError(refusal.message) from refusal

    def validate_date(self, field: StringField) -> None:
        if self.when.data != Delivery.LATER or (field.data and not self.time.data):
            return
        if not field.data:
            raise ValidationError("Choose the day, or one of the quick picks.")
        try:
            self.scheduled_at = self._parse_time()
        except AmbiguousTime as ambiguous:
            self._ask_which(ambiguous)
            raise ValidationError(ambiguous.message) from ambiguous
        except ScheduleRefused as refusal:
            raise ValidationError(refusal.message) from refusal

    def validate_time(self, field: StringField) -> None:
        if self.when.data == Delivery.LATER and not field.data:
            raise ValidationError("Choose the time.")

    def _parse_time(self) -> datetime:
        return parse_local_time(
            self.date.data or "",
            self.time.data or "",
            timezone=settings().timezone,
            now=datetime.now(UTC),
            fold=int(self.fold.data) if self.fold.data in ("0", "1") else None,
        )

    def _ask_which(self, ambiguous: AmbiguousTime) -> None:
        first, second = ambiguous.earlier, ambiguous.later
        self.fold.choices = [
            SelectChoice("0", f"The first {first:%H:%M} ({first.tzname()})"),
            SelectChoice("1", f"The second {second:%H:%M} ({second.tzname()})"),
        ]


def pick_time(form: TextForm, at: datetime) -> None:
    """Fill in a quick pick; `at` is in the organisation's time zone."""
    form.when.data = Delivery.LATER.value
    form.date.data, form.time.data = f"{at:%Y-%m-%d}", f"{at:%H:%M}"


def _sender_label(sender: str) -> str:
    can = "can be replied to" if parse_sender(sender).can_be_replied_to else "cannot be replied to"
    return f"{format_number(sender)} ({can})"
