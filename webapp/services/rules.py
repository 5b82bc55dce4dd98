"""The organisation's own rules about sending, applied where something is confirmed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.quiet_hours import QuietHours
from webapp.messaging.schedule import format_clock, format_local, start_of_day
from webapp.messaging.words import format_credits
from webapp.services.refusals import InQuietHours
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


def approval_above(db: Database, recipients: int) -> int | None:
    """Above how many people a send waits for the yes of somebody else, if one to so many does; else None."""
    above = read_organisation(db).approval_above
    return above if above is not None and recipients > above else None


@dataclass(frozen=True, slots=True)
class Quiet:
    """That a text would reach people in quiet hours, in words, and when those end (UTC)."""

    words: str
    ends_at: datetime


def quiet_when(db: Database, goes_at: datetime | None, timezone: ZoneInfo) -> Quiet | None:
    """The quiet hours that a text would fall into, None if into none. It goes now if `goes_at` is None."""
    organisation = read_organisation(db)
    if organisation.quiet_from is None or organisation.quiet_until is None:
        return None
    hours = QuietHours(organisation.quiet_from, organisation.quiet_until)
    at = goes_at or datetime.now(UTC)
    ends_at = hours.end_after(at, timezone)
    if ends_at is None:
        return None
    if goes_at is None:
        return Quiet(f"It is {format_clock(at, timezone)}, inside your quiet hours", ends_at)
    return Quiet(f"{format_local(at, timezone)} is inside your quiet hours", ends_at)


def refuse_quiet_hours(db: Database, goes_at: datetime | None, timezone: ZoneInfo) -> None:
    """Raises InQuietHours."""
    if quiet_when(db, goes_at, timezone):
        raise InQuietHours
