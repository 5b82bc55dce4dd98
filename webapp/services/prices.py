"""What a text will cost, estimated before it is sent; the provider's own figure comes afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlite_utils import Database

from webapp.messaging.charges import ASSUMED_PRICE_ABROAD, HOME_PRICE, segments_charged
from webapp.messaging.numbers import HOME_COUNTRY, country_of
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import SmsWorksError
from webapp.store import readings

PRICE_HOLDS_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Prices:
    """Credits for one segment by number; `guessed` are the numbers whose price the provider did not say."""

    by_number: Mapping[str, Decimal]
    guessed: frozenset[str]


def refresh_prices(db: Database, client: SmsWorks, numbers: Iterable[str]) -> str | None:
    """Ask for the prices of those numbers that are not known or over a day old; what went wrong, if anything.

    Stops at the first country that cannot be asked for: the next would only wait as long.
    """
    now = datetime.now(UTC)
    for country in sorted({country_of(number) or "" for number in numbers} - {HOME_COUNTRY, ""}):
        known = readings.last_price(db, country)
        if known is not None and now - known.at < PRICE_HOLDS_FOR:
            continue
        try:
            price = client.get_price(country=country)
        except SmsWorksError as error:
            return error.user_message
        readings.record_price(db, country, price.credits, now=now)
    return None


def last_known_prices(db: Database, numbers: Iterable[str]) -> Prices:
    """The prices known now, without asking the provider."""
    known = {number: _known_price(db, number) for number in numbers}
    return Prices(
        by_number={
            number: ASSUMED_PRICE_ABROAD if price is None else price for number, price in known.items()
        },
        guessed=frozenset(number for number, price in known.items() if price is None),
    )


def last_known_price(db: Database, number: str) -> Decimal:
    """Credits for one segment to `number` without asking the provider."""
    return last_known_prices(db, [number]).by_number[number]


def expected_credits(db: Database, *, content: str, destination: str) -> Decimal:
    """What a text that went is expected to cost, at the prices known now."""
    return segments_charged(content) * last_known_price(db, destination)


def _known_price(db: Database, number: str) -> Decimal | None:
    country = country_of(number)
    if country == HOME_COUNTRY:
        return HOME_PRICE
    known = readings.last_price(db, country) if country else None
    return known.credits if known else None
