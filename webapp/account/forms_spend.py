"""Of which days the spend is shown; it stands in the address."""

from calendar import monthrange
from datetime import date
from typing import Any

from wtforms import DateField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from webapp.store.daily import Days
from webapp.web.dates import today
from webapp.web.forms import TextdeskForm

MOST_MONTHS = 120


class SpendForm(TextdeskForm):
    """A month, or from one day to another; the days count if there are any."""

    class Meta(TextdeskForm.Meta):
        csrf = False

    month = SelectField("Month", choices=[], validate_choice=False)
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional()])

    def offer(self, first_day: date | None) -> None:
        """Every month of which anything is known."""
        months = list(_months(first_day or today(), today()))[-MOST_MONTHS:]
        self.month.choices = [SelectChoice(f"{month:%Y-%m}", f"{month:%B %Y}") for month in reversed(months)]
        if not self.month.data or _month_of(self.month.data) is None:
            self.month.data = f"{today():%Y-%m}"
        if self.since.data or self.until.data:
            self.month.choices.insert(0, SelectChoice("", "The days below"))
            self.month.data = ""

    def validate_until(self, field: DateField) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("The last day is before the first one. Swap them.")

    def days(self, first_day: date | None) -> Days:
        """The days that are meant; if one is left open, the first or the last of which anything is known."""
        if self.since.data or self.until.data:
            begin = self.since.data or min(first_day or today(), self.until.data)
            return Days(begin, self.until.data or max(today(), begin))
        month = _month_of(self.month.data or "") or today()
        return Days(month.replace(day=1), month.replace(day=monthrange(month.year, month.month)[1]))

    def arguments(self) -> dict[str, Any]:
        """Those that are set, for addresses of the same days."""
        chosen = {"since": self.since.data, "until": self.until.data}
        days = {name: day.isoformat() for name, day in chosen.items() if day}
        return days or {"month": self.month.data}


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month
    starts = (first.year * 12 + first.month - 1 + at for at in range(max(count, 0) + 1))
    return [date(start // 12, start % 12 + 1, 1) for start in starts]


def _month_of(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
