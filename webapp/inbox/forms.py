"""The forms of the inbox: what is looked for, and the reply."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from webapp.messaging.content import ContentRefused, check_content, normalise_line_breaks
from webapp.messaging.numbers import format_number
from webapp.messaging.senders import parse_sender
from webapp.store.connection import LARGEST_ROW_ID
from webapp.store.inbox_search import SHORTEST_PART, InboxFilter
from webapp.web.context import settings
from webapp.web.forms import TextdeskForm, strip
from webapp.web.second_yes import SecondYesForm

# What a number can look like when people search for a part of one.
_NUMBER_LIKE = re.compile(r"[\d\s()+.\-]+")


class FilterForm(TextdeskForm):
    """What the list shows; it stands in the address, so it holds no number of a person and no text."""

    class Meta(TextdeskForm.Meta):
        csrf = False

    unread = BooleanField("Unread only")
    keyword = SelectField("Keyword", choices=[], validate_choice=False)
    to = SelectField("Texted to", choices=[], validate_choice=False)
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional()])

    def offer(self, keywords: list[str], reply_numbers: list[str]) -> None:
        """Fill the lists with what has come in so far."""
        any_one = SelectChoice("", "Any")
        self.keyword.choices = [any_one, *(SelectChoice(each, each) for each in keywords)]
        self.to.choices = [any_one, *(SelectChoice(each, format_number(each)) for each in reply_numbers)]

    def wanted(self) -> InboxFilter:
        """What cannot be read is not asked for."""
        return InboxFilter(
            only_unread=bool(self.unread.data),
            keyword=self.keyword.data or "",
            reply_number=self.to.data or "",
            since=_start_of(self.since.data),
            until=_start_of(self.until.data, days_later=1),
        )

    def arguments(self) -> dict[str, Any]:
        """Those that are set, for addresses of the same list."""
        given = {name: request.args.get(name, "") for name in ("unread", "keyword", "to", "since", "until")}
        return {name: value for name, value in given.items() if value}


def _start_of(day: date | None, *, days_later: int = 0) -> datetime | None:
    """Midnight of a day in the organisation's time zone; None if the day is none."""
    if day is None or not 1900 < day.year < 9999:
        return None
    return datetime.combine(day + timedelta(days=days_later), time(), tzinfo=settings().timezone)


class SearchForm(TextdeskForm):
    """A name, a part of a number, or words of a text; posted, so that it stays out of addresses and logs.

    `people`: only those who are called so.
    """

    q = StringField("Name, number or words", filters=[strip])
    people = BooleanField()
    before = IntegerField(validators=[Optional()])

    def digits(self) -> str:
        """The digits of what looks like a part of a number, without a national 0 or 00; "" if it is words."""
        typed = self.q.data or ""
        digits = re.sub(r"\D", "", typed) if _NUMBER_LIKE.fullmatch(typed) else ""
        return re.sub(r"^0+", "", digits) if len(digits) > SHORTEST_PART else digits

    def before_id(self) -> int | None:
        before = self.before.data
        return before if before and 0 < before <= LARGEST_ROW_ID else None


class ReplyForm(TextdeskForm):
    """An answer. `newest`: the newest text of theirs that the page showed."""

    content = TextAreaField("Reply", validators=[InputRequired("Write the reply.")])
    sender = SelectField("From", choices=[])
    newest = IntegerField(validators=[Optional()])

    def offer_senders(self, senders: list[str]) -> None:
        self.sender.choices = [SelectChoice(sender, _sender_label(sender)) for sender in senders]
        if not senders:
            self.sender.choices = [SelectChoice("", "No sender yet: an administrator adds one under Account")]

    def text(self) -> str:
        """The reply as it will be counted and sent."""
        return normalise_line_breaks(self.content.data or "")

    def validate_content(self, field: TextAreaField) -> None:
        try:
            check_content(field.data or "")
        except ContentRefused as refusal:
            raise ValidationError(refusal.message) from refusal

    def validate_sender(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(
                "Choose a sender. If there is none, an administrator adds one under Account."
            )


class ConfirmReplyForm(SecondYesForm):
    """What the page showed when somebody said yes."""

    credits = DecimalField(places=None, validators=[Optional()])
    newest = IntegerField(validators=[Optional()])
    mark_read = BooleanField()


def _sender_label(sender: str) -> str:
    can = "they can answer" if parse_sender(sender).can_be_replied_to else "they cannot answer"
    return f"{format_number(sender)} ({can})"
