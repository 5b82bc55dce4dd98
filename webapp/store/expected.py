"""What the texts were expected to cost that came into the record before it kept that."""

from decimal import Decimal

from sqlite_utils import Database

from webapp.messaging.charges import ASSUMED_PRICE_ABROAD, HOME_PRICE, is_at_home, segments_charged
from webapp.messaging.numbers import country_of
from webapp.store.connection import rows

# What a single text was estimated at when it was confirmed.
_FROM_CALLS = """
UPDATE messages SET expected_credits = (
    SELECT estimated_credits FROM outbox WHERE outbox.id = messages.outbox_id AND message_count = 1
)
WHERE outbox_id IS NOT NULL AND status <> 'INCOMING'
"""
_FROM_WORDS = """
UPDATE messages SET expected_credits = expected_charge(content, destination)
WHERE expected_credits IS NULL AND credits IS NULL AND status <> 'INCOMING'
"""


def expect_charges(db: Database) -> None:
    """Fill what was estimated, and, where the provider has named no charge, what the words come to."""
    prices = {
        each["country"]: Decimal(each["credits"]) for each in rows(db, "SELECT country, credits FROM prices")
    }

    def expected_charge(content: str, destination: str) -> str:
        price = prices.get(country_of(destination) or "", ASSUMED_PRICE_ABROAD)
        return str(segments_charged(content) * (HOME_PRICE if is_at_home(destination) else price))

    db.conn.create_function("expected_charge", 2, expected_charge, deterministic=True)
    db.conn.execute(_FROM_CALLS)
    db.conn.execute(_FROM_WORDS)
