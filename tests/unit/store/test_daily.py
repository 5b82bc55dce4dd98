"""Whatever happens to the record, the sums by day are what counting all of it would give."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from webapp.messaging.charges import NEVER_CHARGED, is_given_back
from webapp.store import daily, messages
from webapp.store.connection import open_database, time_text
from webapp.store.daily import Days, Part
from webapp.store.local_days import keep_days_of, sum_anew
from webapp.store.messages import MessageReport
from webapp.store.migrating import migrate
from webapp.store.migrations import migrations

LONDON, KATHMANDU = ZoneInfo("Europe/London"), ZoneInfo("Asia/Kathmandu")
NOW = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
ALL = Days(date(2000, 1, 1), date(2099, 12, 31))
CALLS = {1: (1, 0), 2: (2, 7)}
"""The author and the batch of each call of the record."""
# Around the night in which the clocks go back.
times = st.integers(-72, 72).map(lambda hours: NOW + timedelta(hours=hours / 2))
numbers = st.sampled_from(
    ["447400123456", "447797123456", "33612345678", "erased-GB", "erased-JE", "erased-FR", ""]
)
statuses = st.sampled_from(
    ["SENT", "DELIVERED", "UNDELIVERABLE", "EXPIRED", "REJECTED", "INCOMING", "CANCELLED", "TOMORROW"]
)
credits = st.sampled_from([None, "0", "1", "2.5", "1E+2", "0.0004", "9" * 20])
columns = st.fixed_dictionaries(
    {
        "status": statuses,
        "sender": st.sampled_from(["ElmStreet", "447400123400"]),
        "tag": st.sampled_from([None, "", "recall", "textdesk-12345678"]),
        "destination": numbers,
        "created_at": times.map(time_text),
        "credits": credits,
        "expected_credits": credits,
        "outbox_id": st.sampled_from([None, *CALLS]),
    }
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), columns, st.none()),
        st.tuples(
            st.just("change"),
            columns,
            st.sets(
                st.sampled_from(
                    sorted(
                        [
                            "status",
                            "sender",
                            "tag",
                            "destination",
                            "created_at",
                            "credits",
                            "expected_credits",
                            "outbox_id",
                        ]
                    )
                ),
                min_size=1,
            ),
        ),
        st.tuples(st.just("delete"), st.none(), st.none()),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("daily") / "textdesk.db"
    with closing(open_database(path, create=True)) as db:
        migrate(db)
        db.conn.execute("PRAGMA foreign_keys=OFF")
        for call_id, (author, batch) in CALLS.items():
            db.conn.execute(
                "INSERT INTO outbox (id, ref, draft_id, batch_id, draft_version, purpose, operation, "
                "destination, payload, payload_hash, content_hash, estimated_credits, state, "
                "next_attempt_at, "
                "give_up_at, goes_at, created_by, created_at) "
                "VALUES (?, ?, ?, ?, 1, 'send', 'send_message', '', '{}', '', '', "
                "'1', 'accepted', '', '', '', ?, '')",
                [call_id, f"ref{call_id}", None if batch else "draft", batch or None, author],
            )
        db.conn.commit()
        yield db


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(steps=steps, dice=st.randoms(use_true_random=False), zone=st.sampled_from([LONDON, KATHMANDU]))
def test_the_sums_are_those_of_a_full_count(empty, steps, dice, zone) -> None:  # type: ignore[no-untyped-def]
    db = empty
    keep_days_of(db, zone)
    db.conn.execute("BEGIN")
    try:
        for number, (act, values, some) in enumerate(steps):
            _take(db, act, values, some, number, dice)
            assert _sums(db) == _counted(db, zone)
            assert _spend_sums(db) == _by_part(_counted(db, zone))
        sum_anew(db)
        assert _sums(db) == _counted(db, zone)
        assert _spend_sums(db) == _by_part(_counted(db, zone))
    finally:
        db.conn.rollback()


def _by_part(counted: dict[tuple[object, ...], Counter[str]]) -> dict[tuple[str, ...], Counter[str]]:
    parts: dict[tuple[str, ...], Counter[str]] = {}
    for (day, status, *spent_by), sums in counted.items():
        keys = [("status", "day", str(day), str(status))]
        if status != "INCOMING":
            for part, key in zip(("sender", "tag", "author_id", "batch_id"), spent_by, strict=True):
                keys.append((part, "day", str(day), str(key)))
                keys.append((part, "month", f"{str(day)[:7]}-01", str(key)))
        for key in keys:
            parts.setdefault(key, Counter()).update(sums)
    return parts


def _spend_sums(db: Database) -> dict[tuple[str, ...], Counter[str]]:
    names = ("part", "grain", "day", "key")
    return {
        tuple(each[name] for name in names): Counter(
            {name: each[name] for name in dict(each) if name not in names and each[name]}
        )
        for each in db.conn.execute("SELECT * FROM spend_sums")
    }


def _take(db, act, values, some, number, dice) -> None:  # type: ignore[no-untyped-def]
    ids = [each[0] for each in db.conn.execute("SELECT id FROM messages ORDER BY id")]
    if act == "insert":
        names = ", ".join(values)
        db.conn.execute(
            f"INSERT INTO messages (message_id, content, read_at, {names}) "  # noqa: S608 - ours
            f"VALUES (?, '', '', {', '.join('?' * len(values))})",
            [f"m{number}", *values.values()],
        )
    elif ids and act == "delete":
        db.conn.execute("DELETE FROM messages WHERE id = ?", [dice.choice(ids)])
    elif ids:
        changed = sorted(some)
        db.conn.execute(
            f"UPDATE messages SET {', '.join(f'{name} = ?' for name in changed)} WHERE id = ?",  # noqa: S608
            [*(values[name] for name in changed), dice.choice(ids)],
        )


def _sums(db: Database) -> dict[tuple[object, ...], Counter[str]]:
    found = db.conn.execute("SELECT * FROM daily_texts").fetchall()
    names = ("day", "status", "sender", "tag", "author_id", "batch_id")
    return {
        tuple(each[name] for name in names): Counter(
            {name: each[name] for name in dict(each) if name not in names and each[name]}
        )
        for each in found
    }


def _counted(db: Database, zone: ZoneInfo) -> dict[tuple[object, ...], Counter[str]]:
    counted: dict[tuple[object, ...], Counter[str]] = {}
    for each in db.conn.execute("SELECT * FROM messages"):
        key, sums = _of_one(each, zone)
        counted.setdefault(key, Counter()).update(sums)
    return {
        key: Counter({name: value for name, value in sums.items() if value}) for key, sums in counted.items()
    }


def _of_one(each: sqlite3.Row, zone: ZoneInfo) -> tuple[tuple[object, ...], dict[str, int]]:
    """Written from what the columns mean, not from how the triggers fill them."""
    is_in = each["status"] == "INCOMING"
    tag = each["tag"] or ""
    author, batch = CALLS.get(each["outbox_id"], (0, 0))
    key = (
        datetime.fromisoformat(each["created_at"]).astimezone(zone).date().isoformat(),
        each["status"],
        "" if is_in else each["sender"],
        "" if is_in or tag.startswith("textdesk-") else tag,
        author,
        batch,
    )
    if is_in:
        return key, {"texts": 1}
    charged, expected = _thousandths(each["credits"]), _thousandths(each["expected_credits"])
    estimated = 0 if charged is not None or each["status"] in NEVER_CHARGED else expected or 0
    back = is_given_back(each["status"], each["destination"]) or each["status"] == "REJECTED"
    return key, {
        "texts": 1,
        "charged_texts": int(charged is not None),
        "charged": charged or 0,
        "expected_of_charged": 0 if charged is None else charged if expected is None else expected,
        "differing_texts": int(charged is not None and expected is not None and charged != expected),
        "estimated": estimated,
        "given_back": (charged or 0) + estimated if back else 0,
    }


def _thousandths(text: str | None) -> int | None:
    return None if text is None else min(round(float(text) * 1000), 10**12)


def test_what_was_there_before_the_sums_is_in_them(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "old.db", create=True)) as db:
        migrations.apply(db, stop_before="m038_daily_texts")
        db.conn.execute(
            "INSERT INTO messages (message_id, status, sender, destination, content, created_at, credits, "
            "read_at) VALUES ('a', 'DELIVERED', 'Elm', '447400123456', 'Hi', :at, '1', :at), "
            "('b', 'EXPIRED', 'Elm', '447400123457', :long, :at, NULL, :at), "
            "('c', 'SENT', 'Elm', '33612345678', 'Hi', :at, NULL, :at)",
            {"at": time_text(NOW), "long": "x" * 161},
        )
        migrate(db)
        sums = daily.sum_by(db, ALL, Part.SENDER)["Elm"]
    assert (sums.texts, sums.charged_texts) == (3, 1)
    assert (sums.charged, sums.estimated, sums.given_back) == (1, 2 + 2, 2)


@pytest.fixture
def db(new_record: Database) -> Database:
    return new_record


def _report(**changes: object) -> MessageReport:
    usual = {
        **{"message_id": "m1", "status": "SENT", "sender": "Elm", "destination": "447400123456"},
        **{"content": "Hello", "created_at": NOW, "credits": Decimal(2)},
    }
    return MessageReport(**{**usual, **changes})  # type: ignore[arg-type]


def test_what_a_text_cost_stays_when_the_provider_says_that_it_costs_nothing_any_more(db: Database) -> None:
    for status, credits in (("SENT", Decimal(2)), ("EXPIRED", Decimal(0))):
        report = _report(status=status, credits=credits)
        messages.record_report(db, report, now=NOW, next_check_at=None, expected_credits=Decimal(1))
    sums = daily.sum_out(db, ALL)
    assert (sums.charged, sums.given_back, sums.cost) == (2, 2, 0)
    assert (sums.expected_of_charged, sums.differing_texts) == (1, 1)


def test_what_is_expected_is_known_once_the_words_are(db: Database) -> None:
    for content, expected in (("", Decimal(1)), ("x" * 161, Decimal(2))):
        report = _report(content=content, credits=None)
        messages.record_report(db, report, now=NOW, next_check_at=None, expected_credits=expected)
    assert daily.sum_out(db, ALL).estimated == 2


def test_a_record_moved_to_another_time_zone_has_its_texts_on_other_days(db: Database) -> None:
    messages.record_report(db, _report(), now=NOW, next_check_at=None)
    assert list(daily.sum_by(db, ALL, Part.DAY)) == ["2026-10-25"]
    keep_days_of(db, ZoneInfo("America/New_York"))
    assert list(daily.sum_by(db, ALL, Part.DAY)) == ["2026-10-24"]
    assert daily.first_day(db) == date(2026, 10, 24)


def test_the_dearest_are_named_and_the_rest_is_added_up(db: Database) -> None:
    for number, sender in enumerate(["Elm", "Elm", "Oak", "Ash", "Fir", "Fir", "Fir"]):
        report = _report(message_id=f"m{number}", sender=sender, credits=Decimal(number + 1))
        messages.record_report(db, report, now=NOW, next_check_at=None)
    found = daily.sum_dearest(db, ALL, Part.SENDER, limit=2)
    assert {sender: sums.cost for sender, sums in found.sums.items()} == {"Fir": 18, "Ash": 4}
    assert found.rest is not None
    assert (found.others, found.rest.texts, found.rest.cost) == (2, 3, 6)
    assert daily.sum_dearest(db, ALL, Part.SENDER, limit=4).rest is None


def test_replies_are_no_spend(db: Database) -> None:
    messages.record_report(db, _report(status="INCOMING"), now=NOW, next_check_at=None)
    assert daily.sum_out(db, ALL).texts == 0
    assert daily.count_by_status(db, ALL) == {(date(2026, 10, 25), "INCOMING"): 1}


@pytest.mark.parametrize(
    "days",
    [
        ("2026-01-01", "2026-12-31"),
        ("2026-01-15", "2026-04-15"),
        ("2026-01-15", "2026-02-28"),
        ("2026-02-01", "2026-02-28"),
        ("2026-02-01", "2026-02-27"),
        ("2026-02-02", "2026-02-28"),
        ("2026-01-31", "2026-02-01"),
        ("2025-12-31", "2026-01-01"),
        ("2000-01-01", "2099-12-31"),
    ],
)
def test_whole_months_and_the_days_around_them_are_each_counted_once(
    db: Database, days: tuple[str, str]
) -> None:
    for number in range(0, 400, 3):
        at = datetime(2025, 12, 20, 12, tzinfo=UTC) + timedelta(days=number)
        report = _report(message_id=f"m{number}", created_at=at)
        messages.record_report(db, report, now=at, next_check_at=None)
    first, last = map(date.fromisoformat, days)
    by_day = daily.add(daily.sum_by(db, Days(first, last), Part.DAY).values())
    assert daily.sum_out(db, Days(first, last)) == by_day
    assert daily.add(daily.sum_by(db, Days(first, last), Part.SENDER).values()) == by_day
    assert daily.add(daily.sum_by(db, Days(first, last), Part.MONTH).values()) == by_day
