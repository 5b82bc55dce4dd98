"""Of which days the spend is shown; it stands in the address."""

from calendar import monthrange
from datetime import date
from typing import Any

from wtforms import DateField, Form, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from webapp.store.daily import Days
from webapp.web.dates import today
from webapp.web.forms import TextdeskForm

MOST_MONTHS = 120
FIRST_YEAR, LAST_YEAR = 2000, 2099


def check_believable(_form: Form, field: DateField) -> None:
    """The record believes no other dates, either."""
    if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(f"Choose a day of the years {FIRST_YEAR} to {LAST_YEAR}.")


class SpendForm(TextdeskForm):
    """A month, or from one day to another; the days count if there are any."""

    class Meta(TextdeskForm.Meta):
        csrf = False

    month = SelectField("Month", choices=[], validate_choice=False)
    since = DateField("From", validators=[Optional(), check_believable])
    until = DateField("To", validators=[Optional(), check_believable])

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
        """The days that are meant, this month if they are wrong; one left open is the first or last known."""
        if not self.errors and (self.since.data or self.until.data):
            begin = self.since.data or min(first_day or today(), self.until.data)
            return Days(begin, self.until.data or max(today(), begin))
        return days_of_month(_month_of(self.month.data or "") or today())

    def arguments(self) -> dict[str, Any]:
        """Those that are set, for addresses of the same days."""
        chosen = {"since": self.since.data, "until": self.until.data}
        days = {name: day.isoformat() for name, day in chosen.items() if day}
        return days or {"month": self.month.data}


def days_of_month(day: date) -> Days:
    """The month that it is in."""
    return Days(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month
    starts = (first.year * 12 + first.month - 1 + at for at in range(max(count, 0) + 1))
    return [date(start // 12, start % 12 + 1, 1) for start in starts]


def _month_of(text: str) -> date | None:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if FIRST_YEAR <= month.year <= LAST_YEAR else None
