"""The Compose form: what is typed, and the draft it means."""

from datetime import UTC, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import (
    BooleanField,
    DecimalField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from webapp.compose.fields import MetadataList, MetadataPairForm, MinutesField
from webapp.messaging.content import ContentRefused, check_content, normalise_line_breaks
from webapp.messaging.numbers import format_number
from webapp.messaging.recipients import Recipients, count_entries, read_recipients
from webapp.messaging.schedule import AmbiguousTime, ScheduleRefused, parse_local_time
from webapp.messaging.senders import parse_sender
from webapp.store.drafts import Delivery, DraftText
from webapp.web.context import settings
from webapp.web.forms import TextdeskForm, check_single_line, strip

MOST_RECIPIENTS = 10
MOST_RECIPIENTS_READ = 50
MOST_REFUSALS_SHOWN = 5
MOST_ADDRESSES = 10
MOST_METADATA_PAIRS = 10
TAG_CHARACTERS = 280
VALIDITY_MINUTES = 2880
TTL_MINUTES = 525_600


class ConfirmForm(TextdeskForm):
    """What the check page showed when somebody said yes."""

    version = IntegerField(validators=[Optional()])
    credits = DecimalField(places=None, validators=[Optional()])
    send_again = BooleanField()


class ComposeForm(TextdeskForm):
    """Everything about one text.

    Validation leaves what it understood in `recipients_read` and `scheduled_at`; a button that changed what
    was typed says so in `made_plain`, or names in `focus_on` where to go on ("plain", "date", "metadata").
    """

    recipients = TextAreaField("To", validators=[InputRequired("Enter a mobile number.")])
    sender = SelectField("From", choices=[])
    content = TextAreaField("Text", validators=[InputRequired("Write the text of the message.")])
    when = RadioField(
        "When",
        choices=[
            SelectChoice(Delivery.NOW.value, "Now"),
            SelectChoice(Delivery.FLASH.value, "Now, as flash"),
            SelectChoice(Delivery.LATER.value, "Later"),
        ],
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
    response_emails = StringField("E-mail replies to", filters=[strip], validators=[check_single_line])
    ai = SelectField(
        "AI Optimiser",
        choices=[
            SelectChoice("", "As the account is set"),
            SelectChoice("on", "On"),
            SelectChoice("off", "Off"),
        ],
        default="",
    )
    metadata = MetadataList(FormField(MetadataPairForm), min_entries=3, max_entries=MOST_METADATA_PAIRS)

    recipients_read: Recipients | None = None
    scheduled_at: datetime | None = None
    made_plain = False
    focus_on: str | None = None

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

    def read_recipients(self) -> Recipients:
        """How what is typed so far is understood; a long list is not read, it is for a batch."""
        if self.recipients_read is None:
            typed = self.recipients.data or ""
            readable = typed if self.recipient_count() <= MOST_RECIPIENTS_READ else ""
            self.recipients_read = read_recipients(readable, country=settings().country)
        return self.recipients_read

    def recipient_count(self) -> int:
        """How many entries are typed, whatever they are."""
        return count_entries(self.recipients.data or "")

    def text(self) -> str:
        """The text as it will be counted and sent."""
        return normalise_line_breaks(self.content.data or "")

    def validate_recipients(self, field: TextAreaField) -> None:
        read = self.read_recipients()
        count = self.recipient_count()
        if count - len(read.repeated) > MOST_RECIPIENTS:
            raise ValidationError(
                f"These are {count:,} numbers; Compose takes up to {MOST_RECIPIENTS} at a time. "
                "Nothing was sent. Remove some and send the rest afterwards."
            )
        if read.refused:
            raise ValidationError(_refusals(read))
        if not read.accepted:
            raise ValidationError("Enter a mobile number.")

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

    def validate_response_emails(self, field: StringField) -> None:
        addresses = self.addresses()
        if len(addresses) > MOST_ADDRESSES:
            raise ValidationError(f"Up to {MOST_ADDRESSES} addresses can be told of replies.")
        if addresses and not self.sender.errors and not parse_sender(self.sender.data).can_be_replied_to:
            raise ValidationError(
                "Replies can be e-mailed only if the sender is a number that can be answered."
            )
        for address in addresses:
            _check_address(address)

    def validate_metadata(self, field: FieldList) -> None:
        names = [pair["key"] for pair in field.data if pair["key"]]
        if len(set(names)) < len(names):
            raise ValidationError("Two of the names are the same. Each can stand once.")

    def addresses(self) -> list[str]:
        typed = (self.response_emails.data or "").replace(";", ",").split(",")
        return [address.strip() for address in typed if address.strip()]

    def has_more_options(self) -> bool:
        """Whether anything under "More options" is in use or wrong, so that it must not be folded away."""
        own = (self.tag, self.validity_minutes, self.ttl_minutes, self.response_emails, self.ai)
        filled = any(field.data or field.errors for field in own)
        filled = filled or self.focus_on == "metadata"
        return filled or bool(self.metadata.errors) or any(pair["key"] for pair in self.metadata.data)

    def to_draft(self) -> DraftText:
        """The draft this form means, once it is valid."""
        return DraftText(
            delivery=Delivery(self.when.data),
            typed=self.typed(),
            numbers=tuple(recipient.number for recipient in self.read_recipients().accepted),
            sender=self.sender.data,
            content=check_content(self.content.data),
            scheduled_at=self.scheduled_at if self.when.data == Delivery.LATER else None,
            options=self._options(),
        )

    def typed(self) -> dict[str, Any]:
        """What was typed, field by field, so that Back shows it unchanged."""
        return {field.short_name: field.data for field in self if field.short_name != "csrf_token"}

    def _options(self) -> dict[str, Any]:
        pairs = {pair["key"]: pair["value"] or "" for pair in self.metadata.data if pair["key"]}
        options = {
            "tag": self.tag.data or None,
            "validity_minutes": self.validity_minutes.data,
            "ttl_minutes": self.ttl_minutes.data,
            "response_emails": self.addresses() or None,
            "metadata": pairs or None,
            "ai": {"on": True, "off": False}.get(self.ai.data),
        }
        return {name: value for name, value in options.items() if value is not None}

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


def _check_address(address: str) -> None:
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        raise ValidationError(f"{address} is not an e-mail address. Separate several with commas.") from error


def _sender_label(sender: str) -> str:
    can = "can be replied to" if parse_sender(sender).can_be_replied_to else "cannot be replied to"
    return f"{format_number(sender)} ({can})"


def _refusals(read: Recipients) -> str:
    shown = [f"{each.typed[:40]}: {each.message}" for each in read.refused[:MOST_REFUSALS_SHOWN]]
    more = len(read.refused) - len(shown)
    if more > 0:
        shown.append(f"And {more:,} more.")
    return " ".join(shown)
