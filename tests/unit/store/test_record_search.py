"""However a search goes about it, it finds what looking at every message would."""

import gc
import shutil
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread

import pytest
from sqlite_utils import Database

from tests.bench.generate import generate
from tests.bench.traffic import COMMON_WORD, RARE_WORD, Scale
from tests.unit.store.every_page import found, left_as_it_was
from webapp.store.connection import open_database, rows, time_text, write
from webapp.store.record_conditions import Direction, Group, RecordFilter
from webapp.store.record_search import PAIRS_READ
from webapp.store.search_filtered import SOME, _of_thread

MESSAGES = 3 * SOME
NOW = datetime.now(UTC)
LARGEST = Scale(MESSAGES, days=100).batches // 2 + 1
"""The id of the batch that is a tenth of everything."""
WENT = ("SENT", "DELIVERED", "UNDELIVERABLE", "EXPIRED", "REJECTED")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many that most messages hold the common word, and hardly any are of a rare combination."""
    path = tmp_path_factory.mktemp("search") / "textdesk.db"
    generate(path, messages=MESSAGES, days=100)
    return path


@pytest.fixture
def db(generated: Path) -> Iterator[Database]:
    with left_as_it_was(generated) as db:
        yield db


def looked_for(db: Database, condition: str, text: str) -> list[int]:
    """What is right: every message is looked at."""
    sql = (
        f"SELECT id FROM messages WHERE {condition} AND "  # noqa: S608 - ours
        "(content LIKE :text OR destination LIKE :text OR sender LIKE :text) ORDER BY id DESC"
    )
    days = {"day": time_text(DAY), "next_day": time_text(NEXT_DAY)}
    return [each["id"] for each in rows(db, sql, {"text": f"%{text}%", **days})]


DAY, NEXT_DAY = NOW - timedelta(days=70), NOW - timedelta(days=69)


@pytest.mark.parametrize(
    ("chosen", "condition"),
    [
        ({}, "1"),
        ({"status": "REJECTED"}, "status = 'REJECTED'"),
        ({"status": "EXPIRED", "sender": "Pharmacy"}, "status = 'EXPIRED' AND sender = 'Pharmacy'"),
        ({"tag": "reminder"}, "tag = 'reminder'"),
        ({"sender": "Textdesk"}, "sender = 'Textdesk'"),
        ({"sender": "nobody"}, "0"),
        ({"direction": Direction.OUT}, "status <> 'INCOMING'"),
        ({"direction": Direction.IN}, "status = 'INCOMING'"),
        ({"status": "INCOMING", "keyword": "FLU"}, "keyword = 'FLU'"),
        ({"group": Group.WENT}, f"status IN {WENT}"),
        ({"group": Group.FAILED}, f"status IN {WENT[2:]}"),
        ({"group": Group.WAITING}, "status = 'SENT'"),
        ({"since": DAY}, "created_at >= :day"),
        ({"until": NEXT_DAY}, "created_at < :next_day"),
        ({"since": DAY, "until": NEXT_DAY}, "created_at >= :day AND created_at < :next_day"),
        ({"since": NOW + timedelta(days=9)}, "0"),
        ({"batch_id": LARGEST}, f"our_batch_id = {LARGEST}"),
        ({"batch_id": LARGEST, "status": "REJECTED"}, f"our_batch_id = {LARGEST} AND status = 'REJECTED'"),
    ],
)
@pytest.mark.parametrize(
    "looked_up",
    [{"words": COMMON_WORD}, {"words": RARE_WORD}, {"number_part": "447"}, {"number_part": "0017"}],
    ids=str,
)
def test_a_search_within_a_filter_finds_every_message_once(
    db: Database, chosen: dict[str, object], condition: str, looked_up: dict[str, str]
) -> None:
    wanted = RecordFilter(**chosen, **looked_up)  # type: ignore[arg-type]
    assert found(db, wanted) == looked_for(db, condition, *looked_up.values())


@pytest.mark.parametrize(
    ("chosen", "condition"),
    [({}, "1"), ({"status": "DELIVERED"}, "status = 'DELIVERED'"), ({"tag": "reminder"}, "tag = 'reminder'")],
)
def test_several_words_are_found_however_rare_one_is(
    db: Database, chosen: dict[str, object], condition: str
) -> None:
    hold = f"{condition} AND content LIKE '%{COMMON_WORD}%'"
    for words in (f"{COMMON_WORD} {RARE_WORD}", f"{RARE_WORD} {COMMON_WORD}", f"{RARE_WORD} s {COMMON_WORD}"):
        ids = found(db, RecordFilter(words=words, **chosen))  # type: ignore[arg-type]
        assert ids == ([] if " s " in words else looked_for(db, hold, RARE_WORD))
    assert looked_for(db, hold, RARE_WORD) or chosen


CALLS_OF_WARDS = """
WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < 1500)
INSERT INTO messages (message_id, status, sender, destination, content, created_at, read_at)
SELECT 'ward' || n, 'DELIVERED', 'Ward', '447400123456', 'Ring'
    || CASE WHEN n % :telephone THEN '' ELSE ' by telephone' END
    || CASE WHEN n % :nurse THEN '' ELSE ' a nurse' END, :now, :now FROM each
"""


@pytest.mark.parametrize(
    ("telephone", "nurse"), [(1, 1), (1, 3), (1, 97), (1, 2000), (3, 2), (10, 2), (10, 3), (10, 20), (500, 1)]
)
def test_two_words_are_found_however_many_hold_one_and_both(db: Database, telephone: int, nurse: int) -> None:
    """The longer one stands in every so many texts, and the other."""
    write(db, CALLS_OF_WARDS, {"telephone": telephone, "nurse": nurse, "now": time_text(NOW)})
    right = looked_for(db, "content LIKE '%telephone%'", "nurse")
    assert found(db, RecordFilter(words="nurse telephone")) == right
    assert found(db, RecordFilter(words="nurse telephone", sender="Ward")) == right
    assert bool(right) == (nurse < 2000)


ALL, SOME_OF_THEM, FEW_OF_THEM = ("all", None), ("part", "half"), ("part", "few")


USUAL_OF_RECALL = "credits = '1' AND tag = 'recall' AND sender = 'Textdesk'"


@pytest.fixture(scope="module")
def with_metadata(generated: Path) -> Path:
    """All that went out has a pair, and half of it another; few have its other value."""
    path = generated.with_name("metadata.db")
    shutil.copy(generated, path)
    sql = "INSERT INTO message_metadata (key, id, value) SELECT {}, id, {} FROM messages WHERE id % {} = 0"
    with closing(open_database(path)) as db:
        for key, value, every in (("'all'", "'yes'", 1), ("'part'", "'half'", 2), ("'part'", "'few'", 331)):
            into = sql.replace("INSERT", "INSERT OR REPLACE").format(key, value, every)
            write(db, f"{into} AND status <> 'INCOMING'")
    return path


@pytest.fixture
def labelled(with_metadata: Path) -> Iterator[Database]:
    with left_as_it_was(with_metadata) as db:
        yield db


@pytest.mark.parametrize(
    ("chosen", "condition"),
    [
        ({}, "1"),
        ({"status": "REJECTED"}, "status = 'REJECTED'"),
        ({"status": "DELIVERED", "sender": "Pharmacy"}, "status = 'DELIVERED' AND sender = 'Pharmacy'"),
        ({"tag": "reminder"}, "tag = 'reminder'"),
        ({"sender": "nobody"}, "0"),
        ({"credits": Decimal(3)}, "credits = '3'"),
        ({"credits": Decimal(1), "group": Group.FAILED}, f"credits = '1' AND status IN {WENT[2:]}"),
        ({"credits": Decimal(1), "tag": "recall", "sender": "Textdesk"}, USUAL_OF_RECALL),
        ({"status": "EXPIRED", "sender": "Textdesk"}, "status = 'EXPIRED' AND sender = 'Textdesk'"),
        ({"direction": Direction.OUT}, "1"),
        ({"direction": Direction.IN}, "0"),
        ({"keyword": "FLU"}, "0"),
        ({"group": Group.FAILED}, f"status IN {WENT[2:]}"),
        ({"group": Group.WENT}, "1"),
        ({"since": DAY, "until": NEXT_DAY}, "created_at >= :day AND created_at < :next_day"),
        ({"batch_id": LARGEST}, f"our_batch_id = {LARGEST}"),
        ({"provider_batch_id": "other0"}, "batch_id = 'other0'"),
    ],
)
@pytest.mark.parametrize("pair", [ALL, SOME_OF_THEM, FEW_OF_THEM], ids=str)
@pytest.mark.parametrize(
    "looked_up", [{}, {"words": COMMON_WORD}, {"words": RARE_WORD}, {"number_part": "447"}], ids=str
)
def test_metadata_within_a_filter_is_found_once(
    labelled: Database,
    chosen: dict[str, object],
    condition: str,
    pair: tuple[str, str | None],
    looked_up: dict[str, str],
) -> None:
    wanted = RecordFilter(**chosen, **looked_up, metadata=pair)  # type: ignore[arg-type]
    key, value = pair
    of_pair = f"key = '{key}'" + (f" AND value = '{value}'" if value else "")
    held = f"id IN (SELECT +id FROM message_metadata WHERE {of_pair})"  # noqa: S608
    right = looked_for(labelled, f"{held} AND {condition}", *looked_up.values() or [""])
    assert found(labelled, wanted) == right


MANY_MORE = f"""
WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {10 * PAIRS_READ})
INSERT INTO messages (message_id, status, sender, destination, content, tag, created_at, read_at)
SELECT 'more' || n, CASE WHEN n % 40 THEN 'DELIVERED' ELSE 'REJECTED' END, 'Bulk', '447400123456', 'Hello',
    CASE WHEN n % 2 THEN 'odd' END, :now, :now FROM each
"""  # noqa: S608 - ours


def test_metadata_of_many_is_found_whatever_the_filter_leaves(db: Database) -> None:
    """More than is looked through by what the filter leaves, and less."""
    write(db, MANY_MORE, {"now": time_text(NOW)})
    pairs = "SELECT 'bulk', id, CASE WHEN id % 3 THEN 'yes' ELSE 'no' END FROM messages WHERE sender = 'Bulk'"
    write(db, f"INSERT INTO message_metadata (key, id, value) {pairs}")
    for chosen, condition in (
        ({}, "1"),
        ({"sender": "Bulk"}, "1"),
        ({"tag": "odd"}, "tag = 'odd'"),
        ({"status": "REJECTED"}, "status = 'REJECTED'"),
        ({"sender": "Bulk", "since": NOW - timedelta(days=1)}, "1"),
        ({"sender": "Textdesk"}, "0"),
        ({"sender": "Pharmacy"}, "0"),
    ):
        wanted = RecordFilter(**chosen, metadata=("bulk", "no"))  # type: ignore[arg-type]
        assert found(db, wanted) == looked_for(db, f"sender = 'Bulk' AND id % 3 = 0 AND {condition}", "")


def test_metadata_goes_with_what_becomes_of_its_message(db: Database) -> None:
    """What filters ask for stands beside the pair, too."""
    write(db, "INSERT INTO message_metadata (key, id, value) SELECT 'one', MAX(id), 'yes' FROM messages")
    [row_id] = found(db, RecordFilter(metadata=("one", None)))
    moved = {"status": "EXPIRED", "sender": "Other", "tag": "other", "credits": "7"}
    assignments = ", ".join(f"{column} = :{column}" for column in moved)
    sql = f"UPDATE messages SET {assignments}, created_at = :at WHERE id = :id"  # noqa: S608 - ours
    write(db, sql, {**moved, "at": time_text(DAY), "id": row_id})
    for chosen in (
        {"status": "EXPIRED"},
        {"sender": "Other"},
        {"tag": "other"},
        {"credits": Decimal(7)},
        {"since": DAY, "until": NEXT_DAY},
    ):
        assert found(db, RecordFilter(metadata=("one", "yes"), **chosen)) == [row_id]  # type: ignore[arg-type]
    for chosen in ({"status": "DELIVERED"}, {"sender": "Textdesk"}, {"since": NEXT_DAY}):
        assert found(db, RecordFilter(metadata=("one", "yes"), **chosen)) == []  # type: ignore[arg-type]


def test_a_number_is_found_among_what_failed_while_it_has(db: Database) -> None:
    [row_id] = [each[0] for each in rows(db, "SELECT MAX(id) FROM messages WHERE status = 'DELIVERED'")]

    def among_failed(part: str) -> bool:
        ids = found(db, RecordFilter(group=Group.FAILED, number_part=part))
        assert ids == looked_for(db, f"status IN {WENT[2:]}", part)
        return row_id in ids

    write(db, "UPDATE messages SET destination = '447400123497' WHERE id = ?", [row_id])
    for change, is_among in (
        ("content = 'Hello'", False),
        ("status = 'EXPIRED'", True),
        ("status = 'REJECTED'", True),
        ("status = 'DELIVERED', destination = '447400123498'", False),
        ("status = 'UNDELIVERABLE', destination = '447400123497'", True),
        ("destination = '447400123498'", False),
        ("sender = '447400123497'", True),
    ):
        write(db, f"UPDATE messages SET {change} WHERE id = ?", [row_id])  # noqa: S608 - ours
        assert among_failed("123497") is is_among
    assert among_failed("123498")
    told = "status, sender, destination, content, created_at, read_at"
    added = f"SELECT 'new', {told} FROM messages WHERE id = ?"  # noqa: S608 - ours
    write(db, f"INSERT INTO messages (message_id, {told}) {added}", [row_id])
    assert among_failed("123497")


FAR_BACK = """
WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < :count)
INSERT INTO messages (message_id, status, sender, destination, content, created_at, read_at)
SELECT 'back' || n, 'DELIVERED', CASE WHEN n <= 150 THEN 'Early' WHEN n % 5 = 0 THEN 'Fifth' ELSE 'Bulk' END,
    CASE WHEN n % 5 OR n <= 600 THEN '447400123456' ELSE '447400123499' END,
    CASE WHEN n % 5 OR n <= 600 THEN 'Hello' ELSE 'Goodbye' END, :now, :now FROM each
"""


@pytest.mark.parametrize(("sender", "there_are"), [("Early", 150), ("Fifth", 90)])
@pytest.mark.parametrize(
    "looked_up", [{"words": "hello"}, {"number_part": "447400123456"}, {"number_part": "3456"}], ids=str
)
def test_what_a_filter_leaves_is_found_however_far_back(
    db: Database, sender: str, there_are: int, looked_up: dict[str, str]
) -> None:
    """Nothing for a long time, and more than is looked through in vain."""
    write(db, FAR_BACK, {"now": time_text(NOW), "count": 5 * SOME + 1000})
    wanted = RecordFilter(sender=sender, **looked_up)  # type: ignore[arg-type]
    ids = found(db, wanted)
    assert len(ids) == there_are
    assert ids == looked_for(db, f"sender = '{sender}'", *looked_up.values())


def test_words_are_found_in_any_form_among_the_few(db: Database) -> None:
    """Those few are looked up in an index of their own, which must take words apart as the large one does."""
    write(db, "UPDATE messages SET content = 'Zoë’s APPOINTMENTS', sender = 'Clinic' WHERE id = 40")
    write(db, "UPDATE messages SET content = 'appoint', sender = 'Clinic' WHERE id = 41")
    for words in (COMMON_WORD, f"{COMMON_WORD} zoe", "zoë appointment", "appointments"):
        assert found(db, RecordFilter(sender="Clinic", words=words)) == [41, 40][1 if "zo" in words else 0 :]
    assert found(db, RecordFilter(sender="Clinic", words="appointment nobody")) == []


@pytest.mark.parametrize(
    ("content", "holds"),
    [
        ("your Appointment.", True),
        ("APPOINTMENT_7", True),
        ("an\tappointment\x7f", True),
        ("disappointment", False),
        ("appointment7", False),
        ("appointmentë", False),
        ("appointment\u0301", True),
        ("’appointment’", True),
        ("ap pointments", False),
    ],
)
def test_a_word_in_the_text_itself_is_no_part_of_another(db: Database, content: str, holds: bool) -> None:
    """As the large index says, which is asked without a filter."""
    write(db, "UPDATE messages SET content = ?, sender = 'Clinic' WHERE id = 40", [content])
    assert (40 in found(db, RecordFilter(words=COMMON_WORD))) is holds
    assert found(db, RecordFilter(sender="Clinic", words=COMMON_WORD)) == [40] * holds


def test_the_index_of_the_few_is_closed_with_its_thread(generated: Path) -> None:
    """Else each thread of a server would leave a connection behind."""
    kept: list[sqlite3.Connection] = []

    def search() -> None:
        with closing(open_database(generated)) as db:
            found(db, RecordFilter(status="REJECTED", words=f"{COMMON_WORD}s"))
        made = _of_thread.index_of_few
        assert made.execute("SELECT rowid FROM texts WHERE texts MATCH 'appointment'").fetchall() == []
        kept.append(weakref.proxy(made))

    thread = Thread(target=search)
    thread.start()
    thread.join()
    gc.collect()
    [connection] = kept
    with pytest.raises(ReferenceError):
        connection.execute("SELECT 1")


def test_a_message_is_found_by_the_day_it_was_moved_to(db: Database) -> None:
    """The provider may say later when a text came."""
    late = NOW + timedelta(days=40)
    write(db, "UPDATE messages SET created_at = ?, content = 'moved' WHERE id = 5", [time_text(late)])
    days = {"since": late - timedelta(days=1), "until": late + timedelta(days=1)}
    assert found(db, RecordFilter(words="moved", **days)) == [5]  # type: ignore[arg-type]
