"""What stands around every page, in one read: numbers of the menu, credits, and what has to be put right."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlite_utils import Database

from webapp.store.connection import read_time, read_time_or_none, row, time_text
from webapp.store.last_looks import COUNT_NEWS, MOST_COUNTED
from webapp.store.organisation import LOW_CREDITS
from webapp.store.provider_tokens import IN_USE
from webapp.store.readings import CUSTOMER, PROVIDER, WORKER, WORKER_MISSING_AFTER, Reading


@dataclass(frozen=True, slots=True)
class Standing:
    """`failed` texts nobody has looked at; `provider_code`: what the provider last had against our calls.

    `other_customer`: whose token is in use, if it is not of the record's customer. `restored_from`: of when
    the back-up was that was put back, until the replies since have been looked through.
    """

    credits: Reading | None
    low_credits: Decimal
    unread_conversations: int
    failed: int
    worker_is_running: bool
    has_token: bool
    provider_code: str
    other_customer: str
    restored_from: datetime | None


def read_standing(db: Database, user_id: int, *, now: datetime, never_looked: datetime) -> Standing:
    """`never_looked`: since when failed texts are news to somebody who has never looked at them."""
    found = row(
        db,
        f"WITH looked (at) AS ({_LOOKED}) SELECT {_NUMBERS}, {_HEARD}, {_RESTORED} AS restored_from "  # noqa: S608
        "FROM inbox_state LEFT JOIN credit_readings AS credit "
        "ON credit.id = (SELECT id FROM credit_readings ORDER BY id DESC LIMIT 1) WHERE inbox_state.id = 1",
        {
            **{"user": user_id, "never": time_text(never_looked), "most": MOST_COUNTED, "slot": IN_USE},
            **{"worker": WORKER, "provider": PROVIDER, "customer": CUSTOMER},
        },
    )
    assert found is not None  # noqa: S101 - the migration makes the inbox's row
    worker_at = read_time_or_none(found["worker_at"])
    has_credits = found["credits"] is not None
    return Standing(
        credits=Reading(Decimal(found["credits"]), read_time(found["credits_at"])) if has_credits else None,
        low_credits=LOW_CREDITS if found["low_credits"] is None else Decimal(found["low_credits"]),
        unread_conversations=found["unread"],
        failed=min(found["failed"], MOST_COUNTED),
        worker_is_running=worker_at is not None and now - worker_at < WORKER_MISSING_AFTER,
        has_token=bool(found["has_token"]),
        provider_code=found["provider_code"] or "",
        other_customer=found["other_customer"] or "",
        restored_from=read_time_or_none(found["restored_from"]),
    )


_LOOKED = "SELECT COALESCE((SELECT at FROM last_looks WHERE user_id = :user AND page = 'failed'), :never)"
_NUMBERS = (
    "inbox_state.unread_conversations AS unread, credit.credits, credit.at AS credits_at, "  # noqa: S608
    "(SELECT value FROM organisation WHERE name = 'low_credits') AS low_credits, "
    f"{COUNT_NEWS.format(since='(SELECT at FROM looked)')} AS failed"
)
_HEARD = (
    "(SELECT at FROM heartbeats WHERE name = :worker) AS worker_at, "
    "(SELECT code FROM heartbeats WHERE name = :provider) AS provider_code, "
    "(SELECT detail FROM heartbeats WHERE name = :customer) AS other_customer, "
    "EXISTS (SELECT 1 FROM provider_tokens WHERE slot = :slot) AS has_token"
)
# Of the last that was put back, if it has not been swept yet.
_RESTORED = (
    "(SELECT CASE WHEN swept_at IS NULL THEN backup_at END FROM restores WHERE restored_at IS NOT NULL "
    "ORDER BY id DESC LIMIT 1)"
)
