"""What has failed since somebody last looked."""

from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.store import last_looks
from webapp.store.messages import MessageReport, record_report
from webapp.store.standing import read_standing

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
USER = 2


def news(db: Database) -> int:
    return read_standing(db, USER, now=NOW, never_looked=NOW - timedelta(days=7)).failed


def fail(db: Database, message_id: str, at: datetime) -> None:
    report = MessageReport(message_id, "UNDELIVERABLE", "ElmStreet", "447400123456", "Hello", created_at=at)
    record_report(db, report, now=at, next_check_at=None)


def look(db: Database, at: datetime) -> None:
    last_looks.record_look(db, USER, "failed", now=at)


def test_a_look_makes_what_failed_old_news(db: Database) -> None:
    fail(db, "m1", NOW)
    assert news(db) == 1
    look(db, NOW + timedelta(minutes=1))
    assert news(db) == 0
    fail(db, "m2", NOW + timedelta(minutes=2))
    assert news(db) == 1


def test_a_look_that_finds_no_news_is_not_written_and_hides_none(db: Database) -> None:
    look(db, NOW)
    before = db.conn.total_changes
    look(db, NOW + timedelta(minutes=1))
    assert db.conn.total_changes == before
    fail(db, "m1", NOW + timedelta(minutes=2))
    assert news(db) == 1
    look(db, NOW + timedelta(minutes=3))
    assert (news(db), db.conn.total_changes > before) == (0, True)
