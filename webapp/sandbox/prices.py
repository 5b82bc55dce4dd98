"""What a segment costs by country. Amounts are whole thousandths of a credit, so that sums are exact."""

from dataclasses import dataclass
from functools import lru_cache

from webapp.messaging.numbers import country_of

CREDIT = 1000
UK_PREFIX = "44"


@dataclass(frozen=True, slots=True)
class Price:
    """code: ISO 3166-1 alpha-2; amount: thousandths of a credit a segment."""

    code: str
    country: str
    amount: int


_BY_AMOUNT = {
    1_000: {
        "GB": "United Kingdom",
        "IM": "Isle of Man",
        "JE": "Jersey",
        "GG": "Guernsey",
    },
    2_000: {
        "IE": "Ireland",
        "US": "United States",
        "CA": "Canada",
        "ES": "Spain",
        "PT": "Portugal",
        "LU": "Luxembourg",
        "DK": "Denmark",
        "IS": "Iceland",
        "PL": "Poland",
        "CZ": "Czechia",
        "CY": "Cyprus",
        "MT": "Malta",
        "SI": "Slovenia",
        "LT": "Lithuania",
        "LV": "Latvia",
        "TR": "Turkey",
        "IN": "India",
        "AU": "Australia",
        "ZA": "South Africa",
    },
    2_500: {
        "FR": "France",
        "DE": "Germany",
        "IT": "Italy",
        "NL": "Netherlands",
        "BE": "Belgium",
        "CH": "Switzerland",
        "AT": "Austria",
        "SE": "Sweden",
        "NO": "Norway",
        "FI": "Finland",
        "SK": "Slovakia",
        "HU": "Hungary",
        "RO": "Romania",
        "BG": "Bulgaria",
        "GR": "Greece",
        "HR": "Croatia",
        "EE": "Estonia",
        "IL": "Israel",
        "AE": "United Arab Emirates",
        "NZ": "New Zealand",
        "KE": "Kenya",
    },
    3_500: {
        "UA": "Ukraine",
        "PK": "Pakistan",
        "BD": "Bangladesh",
        "NG": "Nigeria",
    },
}
PRICES = {
    code: Price(code, country, amount)
    for amount, countries in _BY_AMOUNT.items()
    for code, country in countries.items()
}


@lru_cache(maxsize=65536)
def price_to(destination: str) -> Price | None:
    """The price of a segment to these digits, None where nothing can be sent.

    Crown dependencies share 44 and are charged and refunded as the United Kingdom is.
    """
    if destination.startswith(UK_PREFIX):
        return PRICES["GB"]
    return PRICES.get(country_of(destination) or "")
