"""What is counted as it fails is what the list behind the number holds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from tests.bench.generate import generate
from tests.bench.traffic import Mix
from tests.unit.store.every_page import left_as_it_was
from webapp.store import failures
from webapp.store.connection import row, rows, write
from webapp.store.failure_counts import count_failures
from webapp.store.failure_tables import COUNT_WHAT_FAILED
from webapp.store.failures import FailureFilter, Permanence
from webapp.store.record import Source

DAYS = 60
FILTERS = (
    {},
    {"sender": "Textdesk"},
    {"tag": "reminder"},
    {"sender": "Textdesk", "tag": "reminder"},
    {"sender": "nobody"},
    {"batch_id": 3},
    {"batch_id": 3, "sender": "Textdesk"},
    {"batch_id": 10**6},
)
COUNTED = (*FILTERS[:4], FILTERS[5])
Reason = tuple[datetime, str, str, bool | None]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half of what was sent failed, in the two months around the end of summer time."""
    path = tmp_path_factory.mktemp("failed") / "textdesk.db"
    generate(path, messages=1500, days=DAYS, mix=Mix(failed=0.5))
    return path


@pytest.fixture
def db(generated: Path) -> Iterator[Database]:
    with left_as_it_was(generated) as db:
        yield db


def midnights(zone: str) -> list[datetime]:
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in range(DAYS + 2, -3, -1)]
    return [datetime.combine(day, time(), tzinfo=ZoneInfo(zone)) for day in days]


def counted(db: Database, bounds: list[datetime], **chosen: Any) -> Counter[Reason]:
    wanted = FailureFilter(since=bounds[0], until=bounds[-1], **chosen)
    found = count_failures(db, wanted, bounds[:-1])
    return Counter({(each.since, each.status, each.code, each.permanent): each.texts for each in found})


def listed(db: Database, bounds: list[datetime], **chosen: Any) -> Counter[Reason]:
    """The list, page by page, added up."""
    found: Counter[Reason] = Counter()
    for since, until in pairwise(bounds):
        before = None
        wanted = FailureFilter(since=since, until=until, **chosen)
        while some := failures.list_failures(db, wanted, limit=50, before=before):
            for each in some:
                found[since, each.status, each.code, each.permanent] += each.people
            before = some[-1].place
    return found


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kolkata", "America/New_York", "UTC"])
@pytest.mark.parametrize("chosen", FILTERS, ids=str)
def test_counts_are_those_of_the_list_day_by_day(db: Database, zone: str, chosen: dict[str, Any]) -> None:
    bounds = midnights(zone)
    assert counted(db, bounds, **chosen) == listed(db, bounds, **chosen)


def test_counts_are_those_of_the_list_between_any_two_moments(db: Database) -> None:
    now = datetime.now(UTC)
    bounds = [now - timedelta(days=40, hours=5), now - timedelta(hours=30), now - timedelta(hours=29), now]
    assert counted(db, bounds) == listed(db, bounds)
    assert sum(counted(db, bounds).values()) > 100


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE messages SET status = 'DELIVERED' WHERE status = 'EXPIRED'",
        "UPDATE messages SET status = 'EXPIRED', failure_code = '3001' WHERE status = 'DELIVERED'",
        "UPDATE messages SET deleted_at = '2026-11-27T00:00:00.000000Z' WHERE id % 3 = 0",
        "UPDATE messages SET tag = NULL, sender = 'Textdesk' WHERE id % 2 = 0",
        "UPDATE messages SET tag = '' WHERE id % 2 = 0",
        "UPDATE messages SET created_at = '2026-11-01T23:30:00.000000Z' WHERE id % 5 = 0",
        "UPDATE messages SET failure_permanent = NULL WHERE id % 2 = 0",
        "UPDATE outbox SET error_code = 'forgotten' WHERE error_code = '401'",
        "UPDATE outbox SET state = 'queued' WHERE error_code = '402'",
        "UPDATE outbox SET message_count = 7 WHERE error_code = '402'",
        "UPDATE outbox SET payload = '{}' WHERE state = 'refused'",
        "UPDATE outbox SET state = 'refused', error_code = '402', message_id = NULL WHERE batch_id = 3",
        "UPDATE messages SET outbox_id = (SELECT MIN(id) FROM outbox WHERE batch_id = 3) WHERE id % 4 = 0",
    ],
)
@pytest.mark.parametrize("chosen", COUNTED, ids=str)
def test_counts_change_with_what_they_count(db: Database, change: str, chosen: dict[str, Any]) -> None:
    bounds = midnights("Europe/London")[::7]
    write(db, change)
    assert counted(db, bounds, **chosen) == listed(db, bounds, **chosen)


def test_a_record_from_before_is_counted_when_it_is_brought_up_to_date(db: Database) -> None:
    kept = row(db, "SELECT SUM(texts) AS texts, COUNT(*) AS days FROM failure_counts WHERE texts > 0")
    write(db, "DELETE FROM failure_counts")
    for statement in COUNT_WHAT_FAILED:
        write(db, statement)
    again = row(db, "SELECT SUM(texts) AS texts, COUNT(*) AS days FROM failure_counts")
    assert kept is not None
    assert again is not None
    assert tuple(kept) == tuple(again)


def test_the_list_of_a_batch_is_what_failed_of_it(db: Database) -> None:
    now = datetime.now(UTC)
    write(db, "DELETE FROM message_events")
    write(db, "DELETE FROM messages WHERE id % 7 = 0 AND status <> 'INCOMING'")
    write(
        db,
        "UPDATE outbox SET state = 'refused', error_code = '402' WHERE batch_id = 3 AND first_position > 1",
    )
    right = {
        each["id"]
        for each in rows(
            db,
            "SELECT messages.id FROM messages JOIN outbox ON outbox.id = messages.outbox_id "
            "WHERE outbox.batch_id = 3 AND messages.status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')",
        )
    }
    wanted = FailureFilter(since=now - timedelta(days=DAYS + 1), until=now, batch_id=3)
    found = failures.list_failures(db, wanted, limit=1000)
    assert {each.place.id for each in found if each.place.source is Source.MESSAGE} == right
    assert len(right) > 1
    temporary = replace(wanted, lasts=Permanence.TEMPORARY, sender=found[0].sender)
    assert failures.list_failures(db, temporary, limit=1000) == [
        each for each in found if each.permanent is False
    ]


def test_a_reason_is_in_the_words_of_the_first_of_its_list(db: Database) -> None:
    now = datetime.now(UTC)
    wanted = FailureFilter(since=now - timedelta(days=DAYS), until=now, status="EXPIRED", code="3001")
    [latest] = failures.list_failures(db, wanted, limit=1)
    assert failures.latest_words(db, wanted, "EXPIRED", "3001") == (latest.details, latest.permanent)
    assert failures.latest_words(db, wanted, "EXPIRED", "none") == ("", None)
