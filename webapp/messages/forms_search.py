"""What is looked for: in the record, and at the provider."""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from webapp.messaging.numbers import NumberRefused, parse_number
from webapp.messaging.status import MessageStatus, describe_outbox_state, describe_status
from webapp.services.search_provider import Question
from webapp.store.calls import OutboxState
from webapp.store.record_conditions import Direction, Group, RecordFilter
from webapp.store.search_indexes import SHORTEST_PART
from webapp.web.batch_field import BatchField
from webapp.web.context import settings
from webapp.web.dates import start_of
from webapp.web.forms import TextdeskForm, check_single_line, strip

MOST_A_CALL = 1000
USUAL_LIMIT = 100
MOST_PAIRS = 10
MOST_SKIPPED = 10_000_000
# As Compose takes them: a name, =, and a value.
MOST_OF_PAIR = 100 + 1 + 500
MOST_CREDITS = 10_000_000
# What a number can look like when people search for a part of one.
_NUMBER_LIKE = re.compile(r"[\d\s()+.\-]+")
OF_MESSAGES = ("SENT", "DELIVERED", "UNDELIVERABLE", "EXPIRED", "REJECTED", "INCOMING")
_OF_CALLS = (OutboxState.QUEUED, OutboxState.REFUSED, OutboxState.UNKNOWN)
_OF_GROUPS = {
    Group.WENT.value: "Sent, whatever became of it",
    Group.FAILED.value: "Failed, for whatever reason",
    Group.WAITING.value: "Sent, no final report",
}
_OF_SCHEDULED = ("SCHEDULED", "CANCELLED")


def status_words(known: list[str]) -> tuple[str, ...]:
    """What the provider may be asked for, as pills say it; `known` are the statuses in the record."""
    return tuple(dict.fromkeys(describe_status(status).word for status in (*OF_MESSAGES, *known)))


def check_credits(_form: TextdeskForm, field: DecimalField) -> None:
    """A validator: something that a text may cost."""
    if field.data is not None and not (field.data.is_finite() and 0 <= field.data < MOST_CREDITS):
        raise ValidationError("Enter a number of credits, such as 1 or 2.5.")


@lru_cache(maxsize=16)
def _statuses(known: tuple[str, ...]) -> tuple[SelectChoice, ...]:
    words = {status: describe_status(status).word for status in (*OF_MESSAGES, *_OF_SCHEDULED, *known)}
    words |= {str(state): describe_outbox_state(state).word for state in _OF_CALLS}
    return SelectChoice("", "Any"), *(SelectChoice(*each) for each in (words | _OF_GROUPS).items())


class FilterForm(TextdeskForm):
    """What the list shows; it stands in the address, so it holds no number of a person and no text."""

    class Meta(TextdeskForm.Meta):
        csrf = False

    direction = SelectField(
        "Direction",
        choices=[SelectChoice("", "Both"), SelectChoice("out", "Sent"), SelectChoice("in", "Received")],
        validate_choice=False,
    )
    status = SelectField("Status", choices=[], validate_choice=False)
    sender = StringField("Sender", validators=[Length(max=20)], filters=[strip])
    tag = StringField("Tag", validators=[Length(max=280)], filters=[strip])
    keyword = StringField("Keyword", validators=[Length(max=100)], filters=[strip])
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional()])
    batch = BatchField()
    credits = DecimalField("Credits, exactly", places=None, validators=[Optional(), check_credits])

    def offer(self, known: list[str]) -> None:
        """Every status there may be, also those of which only the provider knows what they mean."""
        self.status.choices = list(_statuses(tuple(known)))

    def validate_until(self, field: DateField) -> None:
        check_order(self.since, field)

    def wanted(self, search: "SearchForm | None" = None) -> RecordFilter:
        """What the address asks for, and what was searched for besides."""
        part = search.number_part() if search else ""
        chosen, status = self.direction.data, self.status.data or ""
        is_group, batch = status in set(Group), self.batch.chosen
        return RecordFilter(
            status="" if is_group else status,
            group=Group(status) if is_group else None,
            sender=self.sender.data or "",
            tag=self.tag.data or "",
            keyword=self.keyword.data or "",
            direction=Direction(chosen) if chosen in set(Direction) else None,
            since=start_of(self.since.data),
            until=start_of(self.until.data, days_later=1),
            batch_id=batch.id if batch else None,
            provider_batch_id=batch.ref if batch and batch.id is None else "",
            credits=self.credits.data,
            number_part=part,
            words="" if part or search is None else search.q.data or "",
            metadata=search.pair() if search and search.metadata.data else None,
        )

    def arguments(self, **more: Any) -> dict[str, Any]:
        """Those that are set, for addresses of the same list."""
        given = {**{field.short_name: field.data for field in self}, **more}
        return {name: _in_address(value) for name, value in given.items() if value not in (None, "")}


class SearchForm(TextdeskForm):
    """What may be about a person: posted, so that it stays out of addresses and logs."""

    q = StringField("Number or words", filters=[strip], validators=[Length(max=500)])
    metadata = StringField(
        "Metadata",
        description="A name, such as ward, or a name and its value: ward=north.",
        filters=[strip],
        validators=[Length(max=MOST_OF_PAIR), check_single_line],
    )
    before = StringField(validators=[Optional()])

    def validate_metadata(self, field: StringField) -> None:
        if field.data and not self.pair()[0]:
            raise ValidationError("Write the name before the =, such as ward=north.")

    @property
    def is_empty(self) -> bool:
        return not (self.q.data or self.metadata.data)

    def pair(self) -> tuple[str, str | None]:
        """A key of metadata and its value; None if any will do."""
        key, separator, value = (self.metadata.data or "").partition("=")
        return key.strip(), value.strip() if separator else None

    def number_part(self) -> str:
        """The digits of a number in whatever form, or of a part of one; "" if words are meant."""
        typed = self.q.data or ""
        digits = re.sub(r"\D", "", typed, flags=re.ASCII)
        if not _NUMBER_LIKE.fullmatch(typed) or len(digits) < SHORTEST_PART or not digits.isascii():
            return ""
        try:
            return parse_number(typed, country=settings().country)
        except NumberRefused:
            return re.sub(r"^0+(?=\d{3})", "", digits)


class ProviderForm(TextdeskForm):
    """Everything the provider can be asked by; posted, since it may hold numbers."""

    status = StringField("Status", filters=[strip], validators=[Length(max=40)])
    unread = SelectField(
        "Received texts",
        choices=[
            SelectChoice("", "Read or not"),
            SelectChoice("yes", "Unread there"),
            SelectChoice("no", "Read there"),
        ],
        default="",
    )
    destination = StringField("To", filters=[strip], validators=[Length(max=40)])
    sender = StringField("From", filters=[strip], validators=[Length(max=40)])
    keyword = StringField("Keyword", filters=[strip], validators=[Length(max=100)])
    credits = DecimalField("Credits", places=None, validators=[Optional(), check_credits])
    since = DateField("First day", validators=[Optional()])
    until = DateField("Last day", validators=[Optional()])
    metadata = TextAreaField("Metadata", validators=[Length(max=5000)])
    limit = IntegerField(
        "At most",
        default=USUAL_LIMIT,
        validators=[NumberRange(1, MOST_A_CALL, "One call brings 1 to 1,000 messages.")],
    )
    skip = IntegerField("Skip", default=0, validators=[Optional(), NumberRange(0, MOST_SKIPPED)])

    def validate_until(self, field: DateField) -> None:
        check_order(self.since, field)

    def validate_unread(self, field: SelectField) -> None:
        if field.data and self._status() != MessageStatus.INCOMING:
            raise ValidationError("Only received texts are read or unread: choose the status Received, too.")

    def validate_metadata(self, field: TextAreaField) -> None:
        lines = [line for line in (field.data or "").splitlines() if line.strip()]
        if any(not key.strip() for key, _, _ in (line.partition("=") for line in lines)) or any(
            "=" not in line for line in lines
        ):
            raise ValidationError("Write one pair a line, with = between key and value: ward=north.")
        if len(lines) > MOST_PAIRS:
            raise ValidationError(f"The provider takes {MOST_PAIRS} pairs at the most.")

    def question(self) -> Question:
        """Only after the form has been found right."""
        last = start_of(self.until.data, days_later=1)
        return Question(
            status=self._status(),
            credits=self.credits.data,
            destination=_number(self.destination.data),
            sender=_number(self.sender.data),
            keyword=self.keyword.data or "",
            since=start_of(self.since.data),
            until=last - timedelta(milliseconds=1) if last else None,
            limit=self.limit.data or USUAL_LIMIT,
            skip=self.skip.data or 0,
            unread={"yes": True, "no": False}.get(self.unread.data),
            metadata=self._pairs(),
        )

    def _status(self) -> str:
        """The provider's word for the status, whether its own or the one shown here was typed."""
        typed = (self.status.data or "").casefold()
        theirs = {describe_status(status).word.casefold(): status for status in OF_MESSAGES}
        return theirs.get(typed, typed.upper())

    def _pairs(self) -> dict[str, str]:
        parts = (line.partition("=") for line in (self.metadata.data or "").splitlines() if line.strip())
        return {key.strip(): value.strip() for key, _, value in parts}


class LookupForm(TextdeskForm):
    """A message of the provider's, by its id."""

    id = StringField("The provider’s message id", filters=[strip])

    def validate_id(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError("Enter the id of a message.")
        if len(field.data) > 100 or not re.fullmatch(r"[\w\-]+", field.data, re.ASCII):
            raise ValidationError("A message id has up to 100 letters, digits and dashes, and nothing else.")


def check_order(since: DateField, until: DateField) -> None:
    """Raises ValidationError if the days stand the wrong way round."""
    if until.data and since.data and until.data < since.data:
        raise ValidationError("The last day is before the first one. Swap them.")


def _in_address(value: Any) -> Any:
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return f"{value:f}" if isinstance(value, Decimal) else value


def _number(typed: str | None) -> str:
    """A number as the provider has it, in whatever form it was typed; anything else as it stands."""
    try:
        return parse_number(typed or "", country=settings().country)
    except NumberRefused:
        return typed or ""
