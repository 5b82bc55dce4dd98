from decimal import Decimal

from wtforms import DecimalField
from wtforms.validators import InputRequired, Optional, ValidationError

from webapp.web.forms import TextdeskForm

MOST_CREDITS = 10_000_000


class RulesForm(TextdeskForm):
    """What the organisation decides about sending; empty is "no such rule"."""

    low_credits = DecimalField(
        "Warn when fewer credits are left than",
        places=None,
        validators=[InputRequired("Enter a number; 0 if nobody is to be warned.")],
    )
    daily_credits = DecimalField("Each person may send for", places=None, validators=[Optional()])

    def validate_low_credits(self, field: DecimalField) -> None:
        _check_credits(field.data, least=0)

    def validate_daily_credits(self, field: DecimalField) -> None:
        if field.data is not None:
            _check_credits(field.data, least=1)

    def changes(self) -> dict[str, Decimal | None]:
        """By the field names of Organisation."""
        return {name: _plain(self[name].data) for name in ("low_credits", "daily_credits")}


def _check_credits(credits: Decimal, *, least: int) -> None:
    # What is no number compares with none; that is asked first.
    if not credits.is_finite() or not least <= credits <= MOST_CREDITS or credits % Decimal("0.5"):
        raise ValidationError(f"Enter whole or half credits, from {least} to {MOST_CREDITS:,}.")


def _plain(credits: Decimal | None) -> Decimal | None:
    """1e3 as 1000: so it is shown again."""
    return None if credits is None else Decimal(f"{credits:f}")
