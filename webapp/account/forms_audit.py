from datetime import date
from typing import Any

from wtforms import DateField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from webapp.services.audit_words import what
from webapp.store.audit import AuditFilter
from webapp.web.dates import start_of
from webapp.web.forms import TextdeskForm, strip


class AuditFilterForm(TextdeskForm):
    """What the trail shows; it stands in the address, and holds no number of a person and no text."""

    class Meta(TextdeskForm.Meta):
        csrf = False

    person = SelectField("Who", choices=[], validate_choice=False)
    action = SelectField("What", choices=[], validate_choice=False)
    subject = StringField("About", validators=[Length(max=200)], filters=[strip])
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional()])

    def offer(self, people: list[str], actions: list[str]) -> None:
        """Who and what stands in the trail."""
        names = (SelectChoice(name, name) for name in people if name)
        self.person.choices = [SelectChoice("", "Anybody"), *names]
        self.action.choices = [
            SelectChoice("", "Anything"),
            *(SelectChoice(action, what(action)) for action in actions),
        ]

    def validate_until(self, field: DateField) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("The last day is before the first one. Swap them.")

    def wanted(self) -> AuditFilter:
        return AuditFilter(
            user_name=self.person.data or "",
            action=self.action.data or "",
            subject=self.subject.data or "",
            since=start_of(self.since.data),
            until=start_of(self.until.data, days_later=1),
        )

    def arguments(self, **changed: Any) -> dict[str, Any]:
        """Those that are set, for addresses of the same list."""
        given = {**{field.short_name: field.data for field in self}, **changed}
        return {
            name: f"{value:%Y-%m-%d}" if isinstance(value, date) else value
            for name, value in given.items()
            if value
        }
