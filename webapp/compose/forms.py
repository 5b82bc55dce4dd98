"""The Compose form: what is typed, and the draft it means."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import (
    DecimalField,
    FieldList,
    FormField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from webapp.compose.fields import MetadataList, MetadataPairForm
from webapp.messaging.content import check_content
from webapp.messaging.recipients import Recipients, count_entries, read_recipients
from webapp.messaging.senders import parse_sender
from webapp.store.drafts import Delivery, DraftText
from webapp.web.context import settings
from webapp.web.forms import check_single_line, strip
from webapp.web.second_yes import SecondYesForm
from webapp.web.text_form import TextForm

MOST_RECIPIENTS = 10
MOST_RECIPIENTS_READ = 50
MOST_REFUSALS_SHOWN = 5
MOST_ADDRESSES = 10
MOST_METADATA_PAIRS = 10


class ConfirmForm(SecondYesForm):
    """What the check page showed when somebody said yes."""

    credits = DecimalField(places=None, validators=[Optional()])


class ComposeForm(TextForm):
    """Everything about one text to a few. Validation leaves whom it understood in `recipients_read`.

    A button that changed what was typed says so in `made_plain`, or names in `focus_on` where to go on
    ("plain", "date", "metadata").
    """

    recipients = TextAreaField("To", validators=[InputRequired("Enter a mobile number.")])
    when = RadioField(
        "When",
        choices=[
            SelectChoice(Delivery.NOW.value, "Now"),
            SelectChoice(Delivery.FLASH.value, "Now, as flash"),
            SelectChoice(Delivery.LATER.value, "Later"),
        ],
        default=Delivery.NOW.value,
    )
    response_emails = StringField("E-mail replies to", filters=[strip], validators=[check_single_line])
    metadata = MetadataList(FormField(MetadataPairForm), min_entries=3, max_entries=MOST_METADATA_PAIRS)

    replaces_another = False
    recipients_read: Recipients | None = None
    made_plain = False
    focus_on: str | None = None

    def only_replaces(self) -> None:
        """What takes the place of a scheduled text goes later, too, and to one number."""
        self.replaces_another = True
        self.when.data = Delivery.LATER.value

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

    def is_for_batch(self) -> bool:
        """Whether so many numbers are typed that Batches is the place for them."""
        people = self.recipient_count() - len(self.read_recipients().repeated)
        return people > MOST_RECIPIENTS and not self.replaces_another

    def validate_recipients(self, field: TextAreaField) -> None:
        read = self.read_recipients()
        count = self.recipient_count()
        if self.is_for_batch():
            raise ValidationError(
                f"These are {count:,} numbers; Compose takes up to {MOST_RECIPIENTS} at a time. "
                "Nothing was sent. Make it a batch: what you typed goes along."
            )
        if self.replaces_another and count - len(read.repeated) > 1:
            raise ValidationError("A scheduled text goes to one number. For more people, write a new text.")
        if read.refused:
            field.errors = _refusals(read)
        elif not read.accepted:
            raise ValidationError("Enter a mobile number.")

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
        emails, pairs = self.response_emails, self.metadata
        own = emails.data or emails.errors or pairs.errors or self.focus_on == "metadata"
        return super().has_more_options() or bool(own) or any(pair["key"] for pair in pairs.data)

    def options(self) -> dict[str, Any]:
        pairs = {pair["key"]: pair["value"] or "" for pair in self.metadata.data if pair["key"]}
        own = {"response_emails": self.addresses() or None, "metadata": pairs or None}
        return super().options() | {name: value for name, value in own.items() if value is not None}

    def to_draft(self) -> DraftText:
        """The draft this form means, once it is valid."""
        return DraftText(
            delivery=Delivery(self.when.data),
            typed=self.typed(),
            numbers=tuple(recipient.number for recipient in self.read_recipients().accepted),
            sender=self.sender.data,
            content=check_content(self.content.data),
            scheduled_at=self.scheduled_at if self.when.data == Delivery.LATER else None,
            options=self.options(),
        )


def _check_address(address: str) -> None:
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        raise ValidationError(f"{address} is not an e-mail address. Separate several with commas.") from error


def _refusals(read: Recipients) -> list[str]:
    """One error for each number that cannot be texted: each is put right by itself."""
    shown = [f"{each.typed[:40]}: {each.message}" for each in read.refused[:MOST_REFUSALS_SHOWN]]
    more = len(read.refused) - len(shown)
    if more > 0:
        shown.append(f"And {more:,} more.")
    return shown
