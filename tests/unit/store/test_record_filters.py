"""However a filtered list is read, it holds what looking at every message would find."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.bench.generate import generate
from tests.bench.traffic import COMMON_WORD, Mix
from tests.unit.store.every_page import found, left_as_it_was
from webapp.store.batch_choices import find_by_provider_id, list_failed
from webapp.store.connection import open_database, rows, time_text, write
from webapp.store.migrating import migrate
from webapp.store.migrations import migrations
from webapp.store.record_conditions import Direction, Group, RecordFilter

WENT = ("SENT", "DELIVERED", "UNDELIVERABLE", "EXPIRED", "REJECTED")
OURS = "outbox_id IN (SELECT id FROM outbox WHERE batch_id = 2)"
OTHERS = "batch_id = 'other0'"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filters") / "textdesk.db"
    generate(path, messages=3000, days=100, mix=Mix(failed=0.3))
    return path


@pytest.fixture
def db(generated: Path) -> Iterator[Database]:
    with left_as_it_was(generated) as db:
        yield db


@pytest.fixture(scope="module")
def of_many_costs(generated: Path) -> Path:
    """The same; some cost half a credit, none, nothing that was charged, or what comes from a float."""
    path = generated.with_name("costs.db")
    shutil.copy(generated, path)
    with closing(open_database(path)) as db:
        for row_id, credits, expected in ((0, "0.5", "1"), (1, "0", "1"), (2, None, "2.0"), (3, "1.0", "2")):
            write(
                db,
                "UPDATE messages SET credits = ?, expected_credits = ? WHERE id % 7 = ? "
                "AND status <> 'REJECTED'",
                [credits, expected, row_id],
            )
    return path


@pytest.fixture
def costly(of_many_costs: Path) -> Iterator[Database]:
    with left_as_it_was(of_many_costs) as db:
        yield db


def looked_for(db: Database, condition: str) -> list[int]:
    """What is right: every message is looked at."""
    sql = f"SELECT id FROM messages WHERE {condition} ORDER BY +created_at DESC, +id DESC"  # noqa: S608
    return [each["id"] for each in rows(db, sql)]


def of_batch(db: Database) -> dict[str, str]:
    """The sender ID and the tag of batch 2, and others."""
    (own,) = rows(db, f"SELECT sender, COALESCE(tag, '') AS tag FROM messages WHERE {OURS} LIMIT 1")  # noqa: S608
    return {"sender": own["sender"], "tag": own["tag"]}


@pytest.mark.parametrize(
    ("chosen", "of"), [({"batch_id": 2}, OURS), ({"provider_batch_id": "other0"}, OTHERS)]
)
@pytest.mark.parametrize(
    ("more", "condition"),
    [
        ({}, "1"),
        ({"status": "DELIVERED"}, "status = 'DELIVERED'"),
        ({"group": Group.WENT}, f"status IN {WENT}"),
        ({"group": Group.FAILED}, f"status IN {WENT[2:]}"),
        ({"sender": "Textdesk"}, "sender = 'Textdesk'"),
        ({"sender": "Riverside", "status": "DELIVERED"}, "sender = 'Riverside' AND status = 'DELIVERED'"),
        ({"tag": "reminder"}, "tag = 'reminder'"),
        ({"tag": "textdesk-2"}, "tag = 'textdesk-2'"),
        ({"keyword": "FLU"}, "0"),
        ({"direction": Direction.IN}, "0"),
        ({"direction": Direction.OUT}, "1"),
        ({"words": COMMON_WORD}, f"content LIKE '%{COMMON_WORD}%'"),
        ({"words": COMMON_WORD, "sender": "nobody"}, "0"),
    ],
)
def test_the_messages_of_a_batch_are_all_there(
    db: Database, chosen: dict[str, object], of: str, more: dict[str, object], condition: str
) -> None:
    right = looked_for(db, f"{of} AND {condition}")
    assert sorted(found(db, RecordFilter(**chosen, **more))) == sorted(right)  # type: ignore[arg-type]
    assert right or condition != "1"


CHARGED = "ROUND(1000 * COALESCE(credits, expected_credits)) = {} AND status <> 'INCOMING'"


@pytest.mark.parametrize("credits", ["1", "2.0", "3", "0.5", "0", "0.0001"])
@pytest.mark.parametrize(
    ("more", "condition"),
    [
        ({}, "1"),
        ({"status": "DELIVERED"}, "status = 'DELIVERED'"),
        ({"status": "EXPIRED", "sender": "Textdesk"}, "status = 'EXPIRED' AND sender = 'Textdesk'"),
        ({"status": "DELIVERED", "tag": "reminder"}, "status = 'DELIVERED' AND tag = 'reminder'"),
        ({"sender": "Textdesk", "tag": "reminder"}, "sender = 'Textdesk' AND tag = 'reminder'"),
        ({"group": Group.FAILED, "tag": "recall"}, f"status IN {WENT[2:]} AND tag = 'recall'"),
        ({"group": Group.WENT, "sender": "Riverside"}, "sender = 'Riverside'"),
        ({"direction": Direction.OUT}, "1"),
        ({"direction": Direction.IN}, "0"),
        ({"status": "INCOMING"}, "0"),
        ({"keyword": "FLU"}, "0"),
        ({"batch_id": 2}, OURS),
        ({"batch_id": 2, "status": "UNDELIVERABLE"}, f"{OURS} AND status = 'UNDELIVERABLE'"),
        ({"provider_batch_id": "other0", "group": Group.FAILED}, f"{OTHERS} AND status IN {WENT[2:]}"),
        ({"words": COMMON_WORD}, f"content LIKE '%{COMMON_WORD}%'"),
    ],
)
def test_what_cost_so_much_is_all_there(
    costly: Database, credits: str, more: dict[str, object], condition: str
) -> None:
    wanted = RecordFilter(credits=Decimal(credits), **more)  # type: ignore[arg-type]
    right = looked_for(costly, f"{CHARGED.format(Decimal(credits) * 1000)} AND {condition}")
    assert sorted(found(costly, wanted)) == sorted(right)


def test_a_text_that_was_never_charged_costs_nothing_by_what_was_expected(db: Database) -> None:
    write(db, "UPDATE messages SET credits = NULL, expected_credits = '7' WHERE id % 2")
    uncharged = "id % 2 AND status NOT IN ('INCOMING', 'REJECTED')"
    assert found(db, RecordFilter(credits=Decimal(7))) == looked_for(db, uncharged)


def test_a_batch_without_a_tag_is_found_by_the_one_that_we_gave_it(db: Database) -> None:
    write(db, f"UPDATE messages SET tag = 'textdesk-2' WHERE {OURS}")  # noqa: S608
    assert found(db, RecordFilter(batch_id=2, tag="textdesk-2")) == looked_for(db, OURS)
    assert found(db, RecordFilter(batch_id=2, tag="textdesk-3")) == []


def test_a_message_follows_the_call_that_it_is_found_to_be_of(db: Database) -> None:
    other, single = (
        looked_for(db, OTHERS)[0],
        looked_for(db, "outbox_id IN (SELECT id FROM outbox WHERE batch_id IS NULL)")[0],
    )
    call = rows(db, "SELECT id FROM outbox WHERE batch_id = 2")[0]["id"]
    write(db, "UPDATE messages SET outbox_id = ? WHERE id IN (?, ?)", [call, other, single])
    assert {other, single} < set(found(db, RecordFilter(batch_id=2)))
    assert other not in found(db, RecordFilter(provider_batch_id="other0"))
    write(db, "UPDATE messages SET outbox_id = NULL WHERE id IN (?, ?)", [other, single])
    assert not {other, single} & set(found(db, RecordFilter(batch_id=2)))


def test_what_failed_of_a_batch_is_offered_as_long_as_it_is_there(db: Database) -> None:
    offered = [batch.id for batch in list_failed(db, limit=1000)]
    right = "SELECT DISTINCT outbox.batch_id FROM messages JOIN outbox ON outbox.id = outbox_id"
    failed = f"{right} WHERE status IN {WENT[2:]} AND outbox.batch_id IS NOT NULL ORDER BY 1 DESC"
    assert offered == [each["batch_id"] for each in rows(db, failed)]
    write(db, f"UPDATE messages SET deleted_at = created_at WHERE {OURS}")  # noqa: S608
    assert [batch.id for batch in list_failed(db, limit=1000)] == [each for each in offered if each != 2]


def test_the_providers_id_leads_to_our_batch_or_another_programs(db: Database) -> None:
    (call,) = rows(db, "SELECT provider_batch_id FROM outbox WHERE batch_id = 2")
    ours, other = find_by_provider_id(db, call[0]), find_by_provider_id(db, "other0")
    assert (ours and ours.ref, other and other.ref) == ("batch2", "other0")
    assert (ours and ours.id, other and other.id) == (2, None)
    assert find_by_provider_id(db, "none") is None


def test_a_record_from_before_knows_the_batches_of_its_messages(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "old.db", create=True)) as db:
        migrations.apply(db, stop_before="m042_messages_of_batch")
        now = time_text(datetime.now(UTC))
        for statement in OLD_RECORD:
            db.conn.execute(statement, {"now": now})
        db.conn.commit()
        migrate(db)
        assert found(db, RecordFilter(batch_id=7)) == [2, 1]
        assert found(db, RecordFilter(batch_id=7, status="EXPIRED")) == [2]
        assert found(db, RecordFilter(provider_batch_id="elsewhere")) == [4]
        assert [batch.id for batch in list_failed(db, limit=5)] == [7]


def test_a_record_from_before_knows_the_metadata_of_its_messages(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "old.db", create=True)) as db:
        migrations.apply(db, stop_before="m045_metadata_of_messages")
        now = time_text(datetime.now(UTC))
        for statement in OLD_RECORD:
            db.conn.execute(statement, {"now": now})
        payload = '{"metadata":[{"key":"ward","value":"north"},{"key":"textdesk-ref","value":"two"}]}'
        write(db, "UPDATE outbox SET payload = ? WHERE id = 2", [payload])
        for row_id, metadata in (
            (1, '[{"key":"Ward","value":"North"},{"key":"textdesk-ref","value":"one"}]'),
            (2, "null"),
            (4, '{"ward":"south","patient":"Ada"}'),
        ):
            write(db, f"UPDATE messages SET raw = '{{\"metadata\":{metadata}}}' WHERE id = {row_id}")  # noqa: S608
        migrate(db)
        assert found(db, RecordFilter(metadata=("ward", None))) == [4, 3, 1]
        assert found(db, RecordFilter(metadata=("ward", "north"))) == [3, 1]
        assert found(db, RecordFilter(metadata=("patient", "ada"))) == [4]
        (status,) = rows(db, "SELECT status FROM messages WHERE id = 4")[0]
        assert found(db, RecordFilter(metadata=("patient", "ada"), status=status)) == [4]
        kept = rows(db, "SELECT COUNT(*) FROM message_metadata")
        assert kept[0][0] == 4


OLD_RECORD = (
    "INSERT INTO users (id, name, role, password_hash, created_at) VALUES (1, 'sam', 'sender', '', :now)",
    "INSERT INTO batches (id, ref, author_id, name, state, created_at, updated_at) "
    "VALUES (7, 'seven', 1, 'clinic.csv', 'sent', :now, :now)",
    "INSERT INTO drafts (id, author_id, delivery, typed, numbers, sender, content, content_hash, options, "
    "created_at, updated_at) VALUES ('d', 1, 'now', '{}', '[]', 'Clinic', '', '', '{}', :now, :now)",
    *(
        "INSERT INTO outbox (id, ref, draft_id, batch_id, first_position, draft_version, purpose, operation, "  # noqa: S608
        "destination, payload, payload_hash, content_hash, estimated_credits, state, next_attempt_at, "
        "give_up_at, goes_at, created_by, created_at) "
        f"VALUES ({each}, 'send', '{operation}', '447400123456', "
        "'{}', '', '', '1', 'accepted', :now, :now, :now, 1, :now)"
        for each, operation in (
            ("1, 'one', NULL, 7, 1, 1", "send_collection"),
            ("2, 'two', 'd', NULL, NULL, 1", "send_message"),
        )
    ),
    *(
        "INSERT INTO messages (id, message_id, outbox_id, batch_id, status, sender, destination, content, "  # noqa: S608
        f"created_at, read_at) VALUES ({each}, 'Clinic', '447400123456', 'Hello', :now, :now)"
        for each in (
            "1, 'm1', 1, 'pb', 'DELIVERED'",
            "2, 'm2', 1, 'pb', 'EXPIRED'",
            "3, 'm3', 2, NULL, 'DELIVERED'",
            "4, 'm4', NULL, 'elsewhere', 'DELIVERED'",
        )
    ),
)
