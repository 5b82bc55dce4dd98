from datetime import UTC, date, datetime, timedelta
from typing import Any

from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from webapp.services.failures import LASTS
from webapp.store.failures import FailureFilter, Permanence
from webapp.web.batch_field import BatchField
from webapp.web.context import settings
from webapp.web.dates import start_of, today
from webapp.web.forms import TextdeskForm, strip

USUAL_DAYS = 30
NOT_A_DAY = "This is not a day. Choose one from the calendar."


class FilterForm(TextdeskForm):
    """What the list shows; it stands in the address, so it holds no number of a person and no text."""

    class Meta(TextdeskForm.Meta):
        csrf = False

    reason = HiddenField()
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional()])
    lasts = SelectField(
        "Kind",
        choices=[SelectChoice("", "Any"), *(SelectChoice(value, words) for value, words in LASTS.items())],
        default="",
    )
    sender = StringField("Sender", validators=[Length(max=20)], filters=[strip])
    tag = StringField("Tag", validators=[Length(max=280)], filters=[strip])
    batch = BatchField()

    def validate_until(self, field: DateField) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("The last day is before the first one. Swap them.")

    def wanted(self) -> FailureFilter:
        """The last thirty days, today included, unless days or a batch are chosen: then all its time."""
        now = datetime.now(UTC)
        batch = self.batch.chosen
        usual = today() - timedelta(days=USUAL_DAYS - 1)
        if batch:
            usual = batch.created_at.astimezone(settings().timezone).date()
        status, separator, code = (self.reason.data or "").partition(".")
        return FailureFilter(
            since=start_of(self.since.data) or start_of(usual) or now,
            until=start_of(self.until.data, days_later=1) or start_of(today(), days_later=2) or now,
            status=status,
            code=code if separator else None,
            sender=self.sender.data or "",
            tag=self.tag.data or "",
            lasts=Permanence(self.lasts.data) if self.lasts.data in LASTS else None,
            batch_id=batch.id if batch else None,
        )

    def arguments(self, **changed: Any) -> dict[str, Any]:
        """Those that are set, for addresses of the same list."""
        given = {field.short_name: field.data for field in self if field.data}
        shown = {
            name: f"{value:%Y-%m-%d}" if isinstance(value, date) else value for name, value in given.items()
        }
        return {name: value for name, value in {**shown, **changed}.items() if value}
