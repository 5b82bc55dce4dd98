"""Whether more texts fail than usual: yesterday and today against the four weeks before."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlite_utils import Database

from webapp.messaging.status import FAILED, MessageStatus
from webapp.store import daily
from webapp.store.daily import Days

LATELY_DAYS = 2
USUAL_DAYS = 28
# Fewer are bad luck; and a share that is three times next to nothing is none to worry about.
FEWEST_FAILED = 10
TIMES_THE_USUAL = 3
LOWEST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Spike:
    """Shares in percent, of the texts of which the outcome is known; `usually` is None without a past."""

    since: date
    percent: int
    usually: int | None


def find_spike(db: Database, *, today: date) -> Spike | None:
    """None if no more fail than usual; then it costs one look at the failures of two days."""
    since = today - timedelta(days=LATELY_DAYS - 1)
    lately = Days(since, today)
    if sum(daily.count_of(db, lately, FAILED).values()) < FEWEST_FAILED:
        return None
    share = _share(daily.count_of(db, lately, (*FAILED, MessageStatus.DELIVERED)))
    before = Days(since - timedelta(days=USUAL_DAYS), since - timedelta(days=1))
    counted = daily.count_of(db, before, (*FAILED, MessageStatus.DELIVERED))
    usual = _share(counted) if counted else None
    if share < max(LOWEST_SHARE, TIMES_THE_USUAL * (usual or 0)):
        return None
    return Spike(since, round(share * 100), None if usual is None else round(usual * 100))


def _share(counted: dict[str, int]) -> float:
    failed = sum(counted.get(status, 0) for status in FAILED)
    return failed / max(sum(counted.values()), 1)
