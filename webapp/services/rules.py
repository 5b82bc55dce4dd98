"""The organisation's own rules about sending, applied where something is confirmed."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.schedule import start_of_day
from webapp.messaging.words import format_credits
from webapp.store.confirmed_credits import credits_confirmed_since
from webapp.store.organisation import read_organisation


def over_daily_limit(db: Database, *, user_id: int, credits: Decimal, timezone: ZoneInfo) -> str | None:
    """Why somebody may not confirm so many more credits today, in words; None if they may.

    Two confirmations at once cannot both pass if each asks within the transaction in which it is stored.
    """
    limit = read_organisation(db).daily_credits
    if limit is None:
        return None
    today = start_of_day(datetime.now(UTC), timezone)
    before = credits_confirmed_since(db, user_id=user_id, since=today)
    if before + credits <= limit:
        return None
    return (
        f"You may send for {format_credits(limit)} credits a day. Today you have confirmed "
        f"{format_credits(before)}, and this costs {format_credits(credits)}: together "
        f"{format_credits(before + credits)}, so {format_credits(before + credits - limit)} too many. "
        "It is kept as it is: confirm it tomorrow, send to fewer people, or ask an administrator."
    )
