"""Calls that bring the same text to the same number."""

from datetime import datetime

from sqlite_utils import Database

from webapp.store.calls import FORGOTTEN, Call, list_calls
from webapp.store.connection import row, time_text


def list_same_text(
    db: Database, *, content_hash: str, destinations: tuple[str, ...], after: datetime, before: datetime
) -> list[Call]:
    """Calls that bring, or may have brought, the same text to any of those numbers between the two times."""
    places = ", ".join("?" * len(destinations))
    return list_calls(
        db,
        f"content_hash = ? AND destination IN ({places}) AND goes_at > ? AND goes_at < ? "
        "AND purpose = 'send' AND (state <> 'refused' OR error_code = ?) "
        "AND COALESCE(schedule_status, '') <> 'CANCELLED' ORDER BY id",
        [content_hash, *destinations, time_text(after), time_text(before), FORGOTTEN],
    )


def has_unsettled_twin(db: Database, call: Call) -> bool:
    """Whether the outcome of another call with the same text to the same number is not known either."""
    sql = (
        "SELECT 1 FROM outbox AS own JOIN outbox AS twin ON twin.content_hash = own.content_hash "
        "AND twin.destination = own.destination AND twin.id <> own.id "
        "WHERE own.id = ? AND twin.state IN ('unknown', 'in_flight')"
    )
    return row(db, sql, [call.id]) is not None


def list_given_up(db: Database, *, since: datetime) -> list[Call]:
    """Texts that could not be handed over in time since then, and that nobody has sent again."""
    return list_calls(
        db,
        "error_code = 'gave_up' AND ended_at > ? AND NOT EXISTS (SELECT 1 FROM outbox AS again "
        "WHERE again.content_hash = outbox.content_hash AND again.destination = outbox.destination "
        "AND again.id > outbox.id) ORDER BY id",
        [time_text(since)],
        index="outbox_given_up",
    )
