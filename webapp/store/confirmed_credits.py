"""What a person has said yes to, in credits as they were estimated then."""

from datetime import datetime
from decimal import Decimal

from sqlite_utils import Database

from webapp.store.connection import rows, time_text


def credits_confirmed_since(db: Database, *, user_id: int, since: datetime) -> Decimal:
    """Scheduled ones count when they were confirmed; what was refused or cancelled costs nothing.

    Summed here and not by SQLite, which would make floats of them: there are few different ones.
    """
    found = rows(
        db,
        "SELECT estimated_credits, count(*) AS calls FROM outbox "
        "WHERE created_by = ? AND created_at >= ? AND state <> 'refused' "
        "AND coalesce(schedule_status, '') <> 'CANCELLED' GROUP BY estimated_credits",
        [user_id, time_text(since)],
    )
    return sum((Decimal(each["estimated_credits"]) * each["calls"] for each in found), Decimal(0))
