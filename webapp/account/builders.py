"""Building the page about credits."""

from datetime import date, timedelta
from functools import partial

from flask import url_for

from webapp.account.pages import AccountIndexPage
from webapp.account.plots import HISTORY_DAYS, balance_plot
from webapp.services.burn import LONG_DAYS, SHORT_DAYS, Burn, Movement, burn_of, days_left, movement_since
from webapp.store import readings
from webapp.store.organisation import read_organisation
from webapp.store.readings import Reading
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database, settings
from webapp.web.dates import start_of, today
from webapp.web.plots import figure

# Beyond that a date says no more than "about a year".
PLANNED_DAYS = 365


def build_index() -> AccountIndexPage:
    balance = readings.last_credits(database())
    role = signed_in_user().role
    threshold = read_organisation(database()).low_credits
    burns = _burns()
    left = days_left(balance.credits, burns) if balance else None
    return AccountIndexPage(
        balance=balance,
        is_low=balance is not None and balance.credits < threshold,
        threshold=threshold,
        threshold_url=url_for("account.rules") if role is Role.ADMIN else None,
        burns=burns,
        days_left=left,
        lasts_until=today() + timedelta(days=left) if left is not None and left <= PLANNED_DAYS else None,
        history=figure(balance_plot(), partial(url_for, "account.plot", name="balance")),
        movement=_movement(balance) if balance else None,
    )


def _burns() -> tuple[Burn, ...]:
    """The rate of a month only where there has been more than the week before it."""
    week, month = (burn_of(database(), days, today=today()) for days in (SHORT_DAYS, LONG_DAYS))
    return (week, month) if month.days > week.days else (week,)


def _movement(balance: Reading) -> Movement | None:
    """From the beginning of a day whose balance is known."""
    first = readings.first_credits(database())
    if first is None:
        return None
    known_since = first.at.astimezone(settings().timezone).date() + timedelta(days=1)
    since = max(today() - timedelta(days=HISTORY_DAYS - 1), known_since)
    return None if since > today() else _movement_since(since, balance)


def _movement_since(since: date, balance: Reading) -> Movement | None:
    start = start_of(since)
    (before,) = readings.credits_before(database(), [start]) if start else (None,)
    if before is None:
        return None
    return movement_since(database(), since, today=today(), before=before.credits, now=balance.credits)
