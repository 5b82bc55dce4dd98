"""Building the page about credits."""

from webapp.account.pages import AccountIndexPage
from webapp.store import readings
from webapp.web.context import database


def build_index() -> AccountIndexPage:
    return AccountIndexPage(balance=readings.last_credits(database()))
