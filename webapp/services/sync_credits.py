"""Keeping the balance, and whether the provider answers at all, at most a minute old."""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import SmsWorksError
from webapp.store import readings
from webapp.store.readings import Reading


def refresh_credits(db: Database, client: SmsWorks, *, max_age: timedelta) -> Reading:
    """The balance, asked for again if the last reading is older than `max_age`.

    Raises SmsWorksError if the provider cannot say, and records that it could not.
    """
    now = datetime.now(UTC)
    last = readings.last_credits(db)
    if last is not None and now - last.at < max_age:
        return last
    try:
        credits = client.get_credits()
    except SmsWorksError as error:
        readings.record_heartbeat(
            db, readings.PROVIDER, now=now, detail=error.what_happened, code=error.own_code
        )
        raise
    readings.record_heartbeat(db, readings.PROVIDER, now=now)
    readings.record_credits(db, credits, now=now)
    return Reading(credits=credits, at=now)
