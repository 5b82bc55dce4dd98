from datetime import time
from decimal import Decimal
from typing import Any

from wtforms import DecimalField, IntegerField, TimeField
from wtforms.validators import InputRequired, Optional, ValidationError

from webapp.store.approvals import list_deciders
from webapp.web.context import database
from webapp.web.forms import TextdeskForm

MOST_CREDITS = 10_000_000
# Compose and replies reach ten people at the most; only batches wait for approval.
LEAST_ABOVE = 10
MOST_ABOVE = 100_000


class RulesForm(TextdeskForm):
    """What the organisation decides about sending; empty is "no such rule"."""

    low_credits = DecimalField(
        "Warn when fewer credits are left than",
        places=None,
        validators=[InputRequired("Enter a number; 0 if nobody is to be warned.")],
    )
    daily_credits = DecimalField("Each person may send for", places=None, validators=[Optional()])

    approval_above = IntegerField("More people than", validators=[Optional()])

    quiet_from = TimeField("From", validators=[Optional()])
    quiet_until = TimeField("Until", validators=[Optional()])

    def validate_quiet_from(self, field: TimeField) -> None:
        if self.quiet_until.data is not None and field.data == self.quiet_until.data:
            raise ValidationError("These are the same time. Leave both empty for no quiet hours.")

    def validate_low_credits(self, field: DecimalField) -> None:
        if field.data is not None:
            _check_credits(field.data, least=0)

    def validate_daily_credits(self, field: DecimalField) -> None:
        if field.data is not None:
            _check_credits(field.data, least=1)

    def validate_approval_above(self, field: IntegerField) -> None:
        if field.data is None:
            return
        if not LEAST_ABOVE <= field.data <= MOST_ABOVE:
            raise ValidationError(f"Enter a whole number from {LEAST_ABOVE} to {MOST_ABOVE:,}.")
        if len(list_deciders(database(), other_than=None, limit=2)) < 2:
            raise ValidationError(
                "Only one person here may send, so nobody could approve. Add somebody under Staff first."
            )

    def validate(self, extra_validators: Any = None) -> bool:
        """Half a pair of times is refused where the other half is missing: Optional() skips its own check."""
        valid = bool(super().validate(extra_validators))
        pair = (self.quiet_from, self.quiet_until)
        missing = [field for field in pair if field.data is None and not field.errors]
        if len(missing) != 1 or any(field.errors for field in pair):
            return valid
        missing[0].errors = ["Enter this time, too, or leave both empty."]
        return False

    def changes(self) -> dict[str, Decimal | time | int | None]:
        """By the field names of Organisation."""
        as_typed = ("quiet_from", "quiet_until", "approval_above")
        credits = {name: _plain(self[name].data) for name in ("low_credits", "daily_credits")}
        return credits | {name: self[name].data for name in as_typed}


def _check_credits(credits: Decimal, *, least: int) -> None:
    # What is no number compares with none; that is asked first.
    if not credits.is_finite() or not least <= credits <= MOST_CREDITS or credits % Decimal("0.5"):
        raise ValidationError(f"Enter whole or half credits, from {least} to {MOST_CREDITS:,}.")


def _plain(credits: Decimal | None) -> Decimal | None:
    """1e3 as 1000: so it is shown again."""
    return None if credits is None else Decimal(f"{credits:f}")
