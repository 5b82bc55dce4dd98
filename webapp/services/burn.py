"""How fast credits go, how long they last, and what has moved the balance."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlite_utils import Database

from webapp.store import daily
from webapp.store.daily import Days, Sums

# Whoever buys credits wants the latest rate; one quiet week is no rate.
SHORT_DAYS, LONG_DAYS = 7, 30
MOST_DAYS_LEFT = 3650


@dataclass(frozen=True, slots=True)
class Burn:
    """Credits a day over the days before today: what texts cost, less what was given back.

    Credits that were bought are in no charge, so they are not in it. `days` is how many days there were: a
    record that is younger than `wanted_days` has fewer.
    """

    wanted_days: int
    days: int
    cost: Decimal

    @property
    def a_day(self) -> Decimal:
        return self.cost / self.days if self.days else Decimal(0)


@dataclass(frozen=True, slots=True)
class Movement:
    """What moved the balance from the beginning of a day until now; `rest` is what no text explains."""

    since: date
    before: Decimal
    sums: Sums
    now: Decimal

    @property
    def rest(self) -> Decimal:
        return self.now - self.before + self.sums.cost


def burn_of(db: Database, wanted_days: int, *, today: date) -> Burn:
    """Today is left out: it is not over. On the very first day it is all there is."""
    first = daily.first_day(db)
    begin = max(today - timedelta(days=wanted_days), first or today)
    last = max(begin, today - timedelta(days=1))
    cost = daily.sum_out(db, Days(begin, last)).cost
    return Burn(wanted_days, (last - begin).days + 1 if first else 0, cost)


def days_left(balance: Decimal, burns: tuple[Burn, ...]) -> int | None:
    """Whole days that the balance lasts at the first of these rates that is one; None if nothing is spent."""
    rate = next((burn.a_day for burn in burns if burn.a_day > 0), None)
    if rate is None:
        return None
    return max(0, min(int(balance / rate), MOST_DAYS_LEFT))


def movement_since(db: Database, since: date, *, today: date, before: Decimal, now: Decimal) -> Movement:
    """`before`: the balance at the beginning of that day."""
    return Movement(since, before, daily.sum_out(db, Days(since, today)), now)
