"""What a text will cost, estimated before it is sent; the provider's own figure comes afterwards."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlite_utils import Database

from webapp.messaging.numbers import country_of
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import SmsWorksError
from webapp.store import readings

HOME_COUNTRY = "GB"
HOME_PRICE = Decimal(1)
# Texts abroad "typically" cost double: what to assume while the provider cannot be asked.
ASSUMED_PRICE_ABROAD = Decimal(2)
PRICE_HOLDS_FOR = timedelta(hours=24)


def prices_per_segment(db: Database, client: SmsWorks, numbers: Iterable[str]) -> Mapping[str, Decimal]:
    """Credits for one segment to each number, from prices at most a day old where the provider answers."""
    countries = {number: country_of(number) for number in numbers}
    prices = {country: _price(db, client, country) for country in set(countries.values())}
    return {number: prices[country] for number, country in countries.items()}


def last_known_price(db: Database, number: str) -> Decimal:
    """Credits for one segment to `number` without asking the provider."""
    country = country_of(number)
    if country == HOME_COUNTRY:
        return HOME_PRICE
    known = country and readings.last_price(db, country)
    return known.credits if known else ASSUMED_PRICE_ABROAD


def _price(db: Database, client: SmsWorks, country: str | None) -> Decimal:
    if country == HOME_COUNTRY:
        return HOME_PRICE
    if country is None:
        return ASSUMED_PRICE_ABROAD
    now = datetime.now(UTC)
    known = readings.last_price(db, country)
    if known and now - known.at < PRICE_HOLDS_FOR:
        return known.credits
    try:
        credits = client.get_price(country=country).credits
    except SmsWorksError:
        return known.credits if known else ASSUMED_PRICE_ABROAD
    readings.record_price(db, country, credits, now=now)
    return credits
