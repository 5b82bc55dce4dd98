"""Contexts of the page about credits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from webapp.services.burn import Burn, Movement
from webapp.store.readings import Reading
from webapp.web.plots import Figure


@dataclass(frozen=True)
class AccountIndexPage:
    """`balance` is None until the provider has been asked for the first time.

    `days_left` is None if nothing is spent, `lasts_until` if it is so far off that nobody plans for it.
    `threshold_url` leads those there who may change `threshold`. `movement` is None before a day has passed.
    """

    template: ClassVar[str] = "account/index.html"
    balance: Reading | None
    is_low: bool
    threshold: Decimal
    threshold_url: str | None
    burns: tuple[Burn, ...]
    days_left: int | None
    lasts_until: date | None
    history: Figure
    movement: Movement | None
