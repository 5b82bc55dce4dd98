"""Context of the page about what texts cost."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from webapp.account.forms_spend import SpendForm
from webapp.store.daily import Days, Differing, Sums


@dataclass(frozen=True)
class SpendLine:
    """`url` is about the thing itself, `texts_url` the list of its texts; None where there is none."""

    name: str
    url: str | None
    texts_url: str | None
    sums: Sums


@dataclass(frozen=True)
class SpendTable:
    """What was spent told apart by one thing; `others` are so many more, in the line `rest`."""

    id: str
    heading: str
    what: str
    lines: tuple[SpendLine, ...]
    others: int
    rest: Sums | None


@dataclass(frozen=True)
class AccountSpendPage:
    """`difference`: how much more was charged than estimated; `differing` are the latest such texts."""

    template: ClassVar[str] = "account/spend.html"
    form: SpendForm
    days: Days
    total: Sums
    texts_url: str | None
    tables: tuple[SpendTable, ...]
    difference: Decimal
    differing: tuple[Differing, ...]
    export_url: str
