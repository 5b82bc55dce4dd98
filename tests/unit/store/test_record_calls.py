"""Calls of ours that have become no message are found as long as they are there, and then no more."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.bench.generate import generate
from tests.unit.store.every_page import left_as_it_was
from webapp.store import record
from webapp.store.call_tables import WORDS_OF_CALLS
from webapp.store.connection import open_database, row, rows, time_text, write
from webapp.store.record_calls import FEW, MOST_CALLS_FOUND, calls_found
from webapp.store.record_conditions import RecordFilter
from webapp.store.scripts import run_each

NOW = datetime.now(UTC)
DAYS = 100
SINCE, UNTIL = NOW - timedelta(days=70), NOW - timedelta(days=30)
_WITHOUT_MESSAGE = (
    "batch_id IS NULL AND (state <> 'accepted' OR schedule_status IN ('SCHEDULED', 'CANCELLED', 'MISSING'))"
)
REFUSED, UNKNOWN = {"state": "refused"}, {"state": "unknown"}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With more that was refused than any day has: as many as fifty thousand messages would."""
    path = tmp_path_factory.mktemp("calls") / "textdesk.db"
    generate(path, messages=14_000, days=DAYS)
    with closing(open_database(path)) as db:
        of_tablets = "batch_id IS NULL AND state = 'accepted' AND payload LIKE '%tablets%'"
        write(db, f"UPDATE outbox SET state = 'refused' WHERE {of_tablets}")  # noqa: S608 - ours
    return path


@pytest.fixture
def db(generated: Path) -> Iterator[Database]:
    with left_as_it_was(generated) as db:
        yield db


def looked_for(db: Database, condition: str, text: str) -> set[int]:
    """What is right: every call is looked at."""
    sql = (
        f"SELECT id FROM outbox WHERE {_WITHOUT_MESSAGE} AND {condition} "  # noqa: S608 - ours
        "AND (json_extract(payload, '$.content') LIKE :text OR destination LIKE :text)"
    )
    values = {"text": f"%{text}%", "since": time_text(SINCE), "until": time_text(UNTIL)}
    return {each["id"] for each in rows(db, sql, values)}


def found(db: Database, **wanted: object) -> list[int]:
    return [call.id for call in calls_found(db, RecordFilter(**wanted))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("chosen", "condition"),
    [
        ({}, "1"),
        ({"status": "refused"}, "state = 'refused'"),
        ({"status": "unknown"}, "state = 'unknown'"),
        ({"status": "SCHEDULED"}, "schedule_status = 'SCHEDULED'"),
        ({"status": "queued"}, "state = 'queued'"),
        ({"sender": "Textdesk"}, "said_by = 'Textdesk'"),
        ({"sender": "nobody"}, "0"),
        ({"tag": "seldom"}, "said_tag = 'seldom'"),
        ({"since": SINCE, "until": UNTIL}, "created_at >= :since AND created_at < :until"),
        ({"status": "DELIVERED"}, "0"),
    ],
)
@pytest.mark.parametrize(
    "looked_up",
    [{"words": "tablets"}, {"words": "rarely"}, {"number_part": "447"}, {"number_part": "447400123"}],
    ids=str,
)
def test_calls_within_a_filter_are_found_as_looking_at_each_does(
    db: Database, chosen: dict[str, object], condition: str, looked_up: dict[str, str]
) -> None:
    """Some of them wait, and some are rare."""
    said = "json_set(payload, '$.content', 'Said rarely', '$.tag', 'seldom')"
    write(db, f"UPDATE outbox SET payload = {said} WHERE {_WITHOUT_MESSAGE} AND id % 17 = 0")  # noqa: S608
    write(db, "UPDATE outbox SET state = 'queued' WHERE state = 'refused' AND id % 5 = 0")
    right = looked_for(db, condition, *looked_up.values())
    calls = found(db, **chosen, **looked_up)
    assert set(calls) <= right
    assert len(calls) == len(set(calls)) == min(len(right), MOST_CALLS_FOUND)


def test_there_are_more_calls_than_are_looked_through(db: Database) -> None:
    assert len(looked_for(db, "state = 'refused'", "tablets")) > FEW


@pytest.fixture
def call(db: Database) -> int:
    """One that waits, as the latest of all."""
    found = row(db, f"SELECT MAX(id) FROM outbox WHERE {_WITHOUT_MESSAGE} AND state = 'refused'")  # noqa: S608
    assert found is not None
    change(db, found[0], state="queued", destination="447400123499")
    say(db, found[0], "Zoë’s okapi APPOINTMENTS")
    return int(found[0])


def change(db: Database, call: int, **columns: str | None) -> None:
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    write(db, f"UPDATE outbox SET {assignments} WHERE id = :id", {**columns, "id": call})  # noqa: S608


def say(db: Database, call: int, content: str) -> None:
    write(db, "UPDATE outbox SET payload = json_set(payload, '$.content', ?) WHERE id = ?", [content, call])


def is_found(db: Database, call: int) -> bool:
    """By words in any form and by its number, which always agree; and the indexes hold what is there."""
    by = [{"words": "okapis zoe"}, {"words": "Okapi appointment"}, {"number_part": "0123499"}]
    answers = {call in found(db, **each) for each in by}
    answers |= {call in found(db, **each, sender="Textdesk") for each in by}
    assert len(answers) == 1
    check_indexes(db)
    return answers.pop()


def check_indexes(db: Database) -> None:
    over = f"{_WITHOUT_MESSAGE} AND state NOT IN ('queued', 'in_flight')"
    for index, columns in (("call_words", "said, said_tag"), ("call_numbers", "destination")):
        tokens = "trigram" if index == "call_numbers" else "porter unicode61 remove_diacritics 2"
        write(db, f"CREATE VIRTUAL TABLE right USING fts5 ({columns}, tokenize='{tokens}')")
        write(db, f"INSERT INTO right (rowid, {columns}) SELECT id, {columns} FROM outbox WHERE {over}")  # noqa: S608
        held = []
        for each in (index, "right"):
            write(db, f"CREATE VIRTUAL TABLE held USING fts5vocab ({each}, instance)")
            held.append(
                [tuple(one) for one in rows(db, "SELECT * FROM held ORDER BY doc, col, offset, term")]
            )
            write(db, "DROP TABLE held")
        assert held[0] == held[1], index
        write(db, "DROP TABLE right")


@pytest.mark.parametrize(
    "ways",
    [
        [(REFUSED, True)],
        [({"state": "in_flight"}, True), ({"state": "accepted", "message_id": "m1"}, False)],
        [(UNKNOWN, True), ({"state": "queued"}, True), ({"state": "in_flight"}, True), (REFUSED, True)],
        [(UNKNOWN, True), ({"state": "accepted"}, False)],
        [
            ({"state": "accepted", "schedule_status": "SCHEDULED"}, True),
            ({"schedule_status": "CANCELLED"}, True),
            ({"schedule_status": "MISSING"}, True),
            ({"schedule_status": "SENT"}, False),
            ({"schedule_status": "SCHEDULED"}, True),
            ({"schedule_status": None}, False),
        ],
        [(REFUSED, True), ({"destination": "erased-1", "payload": '{"sender": "Textdesk"}'}, False)],
        [(UNKNOWN, True), ({"state": "accepted", "payload": "{}"}, False)],
        [(REFUSED, True), ({"destination": "447400123498", "payload": "{}"}, False)],
    ],
    ids=str,
)
def test_a_call_is_found_until_it_is_a_message_or_erased(
    db: Database, call: int, ways: list[tuple[dict[str, str | None], bool]]
) -> None:
    assert is_found(db, call)
    for columns, is_there in ways:
        change(db, call, **columns)
        assert is_found(db, call) is is_there, columns


def test_a_call_that_is_refused_as_it_is_added_is_found(db: Database, call: int) -> None:
    change(db, call, state="refused")
    told = [each[1] for each in rows(db, "PRAGMA table_info(outbox)")]
    kept = ", ".join(name for name in told if name not in ("id", "ref", "draft_version"))
    added = f"SELECT 'another', 1000, {kept} FROM outbox WHERE id = ?"  # noqa: S608 - ours
    write(db, f"INSERT INTO outbox (ref, draft_version, {kept}) {added}", [call])
    assert len(found(db, words="okapi")) == 2
    check_indexes(db)


def test_a_record_from_before_finds_its_calls(tmp_path: Path) -> None:
    path = tmp_path / "textdesk.db"
    generate(path, messages=2_000, days=DAYS)
    with closing(open_database(path)) as db:
        for what in ("TRIGGER call_found_by", "TRIGGER call_found_otherwise", "INDEX outbox_waiting"):
            write(db, f"DROP {what}")
        for table in ("call_words", "call_numbers"):
            write(db, f"DROP TABLE {table}")
        run_each(db, WORDS_OF_CALLS)
        check_indexes(db)
        assert found(db, words="tablets")


def test_calls_stand_before_the_messages_that_are_found(db: Database, call: int) -> None:
    page = record.list_record(db, RecordFilter(words="appointment"), limit=50)
    assert call in [entry.call.id for entry in page[:MOST_CALLS_FOUND] if entry.call]
    assert not any(entry.message for entry in page[:MOST_CALLS_FOUND])
    assert all(entry.message for entry in page[MOST_CALLS_FOUND:])
