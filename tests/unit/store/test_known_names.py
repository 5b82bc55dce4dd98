"""Names are taken piece by piece, the list sent last wins, and what is erased takes its names with it."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from webapp.services.names import take_names
from webapp.store import batch_rows, batches, erasing_lists, inbox_state, known_names
from webapp.store.batch_rows import BatchRow
from webapp.store.batches import Batch
from webapp.store.connection import insert, open_database, row, time_text, transaction, write
from webapp.store.known_names import ROWS_A_WRITE, name_of, names_of
from webapp.store.migrating import migrate

DAY = datetime(2026, 10, 20, 12, tzinfo=UTC)
ADA, SAM = "447400123456", "447400123457"


@pytest.fixture
def db(new_record: Database) -> Database:
    stamp = time_text(DAY)
    values = {"id": 1, "name": "sam", "role": "sender", "password_hash": "-", "created_at": stamp}
    insert(new_record, "users", values)
    return new_record


def sent_list(
    db: Database,
    people: Sequence[tuple[str, str]],
    *,
    header: str = "Name",
    at: datetime = DAY,
    verdict: str = batch_rows.VALID,
) -> Batch:
    """A confirmed batch of people: number and name."""
    batch = batches.add_batch(db, author_id=1, name="clinic.csv", file_name=None, now=at)
    write(
        db,
        "UPDATE batches SET headers = ?, number_column = 0, state = 'sent' WHERE id = ?",
        [f'["Mobile", "{header}"]', batch.id],
    )
    batch_rows.add_rows(
        db,
        batch.id,
        [
            BatchRow(position, position + 1, person, None, person[0], verdict, "")
            for position, person in enumerate(people, 1)
        ],
    )
    write(db, "UPDATE batches SET confirmed_at = ? WHERE id = ?", [time_text(at), batch.id])
    found = batches.get_batch(db, batch.id)
    assert found is not None
    return found


def many(count: int) -> list[tuple[str, str]]:
    return [(f"44740{at:07}", f"Person {at}") for at in range(count)]


def take_all(db: Database) -> None:
    while known_names.next_to_take(db) is not None:
        take_names(db)


def version(db: Database) -> int:
    return inbox_state.read_state(db).version


def test_names_of_a_confirmed_list_are_known_by_number(db: Database) -> None:
    sent_list(db, [(ADA, " Ada  Lovelace"), (SAM, "")])
    assert names_of(db, [ADA, SAM]) == {}
    take_names(db)
    assert names_of(db, [ADA, SAM]) == {ADA: "Ada Lovelace"}
    assert (name_of(db, ADA), name_of(db, SAM)) == ("Ada Lovelace", "")


def test_a_list_that_nobody_confirmed_gives_no_names(db: Database) -> None:
    batch = sent_list(db, [(ADA, "Ada")])
    write(db, "DELETE FROM names_to_take")
    write(db, "UPDATE batches SET confirmed_at = NULL WHERE id = ?", [batch.id])
    take_names(db)
    assert names_of(db, [ADA]) == {}


def test_rows_that_were_left_out_give_no_names(db: Database) -> None:
    sent_list(db, [(ADA, "Ada")], verdict="opted_out")
    take_names(db)
    assert names_of(db, [ADA]) == {}


def test_a_list_without_a_column_of_names_is_done_at_once(db: Database) -> None:
    sent_list(db, [(ADA, "North")], header="Ward")
    take_names(db)
    assert (known_names.next_to_take(db), names_of(db, [ADA])) == (None, {})


@pytest.mark.parametrize("is_newest_first", [True, False])
def test_the_list_confirmed_last_wins_in_whatever_order_they_are_read(
    db: Database, is_newest_first: bool
) -> None:
    lists = [("Ada Byron", DAY), ("Ada Lovelace", DAY + timedelta(days=1))]
    for name, at in reversed(lists) if is_newest_first else lists:
        sent_list(db, [(ADA, name)], at=at)
        take_names(db)
    assert name_of(db, ADA) == "Ada Lovelace"


def test_a_later_list_that_names_nobody_takes_no_name_away(db: Database) -> None:
    sent_list(db, [(ADA, "Ada")])
    sent_list(db, [(ADA, "")], at=DAY + timedelta(days=1))
    take_all(db)
    assert name_of(db, ADA) == "Ada"


def test_whoever_breaks_off_goes_on_and_nothing_is_missing(db: Database) -> None:
    people = many(ROWS_A_WRITE * 2 + 7)
    batch = sent_list(db, people)
    assert known_names.take_some(db, batch, lambda values: values[1])
    with pytest.raises(ZeroDivisionError):
        known_names.take_some(db, batch, lambda values: str(1 // (values[1] != people[-8][1])))
    known = names_of(db, [number for number, _ in people])
    assert known == dict(people[:ROWS_A_WRITE])
    take_all(db)
    assert names_of(db, [number for number, _ in people]) == dict(people)


def test_lists_from_before_there_were_names_are_wanted_by_the_migration(tmp_path: Path) -> None:
    from webapp.store.migrations import migrations

    with closing(open_database(tmp_path / "old.db", create=True)) as db:
        with transaction(db):
            migrations.apply(db, stop_before="m047_known_names")
        values = {
            "id": 1,
            "name": "sam",
            "role": "sender",
            "password_hash": "-",
            "created_at": time_text(DAY),
        }
        insert(db, "users", values)
        sent_list(db, [(ADA, "Ada")])
        migrate(db)
        take_names(db)
        assert name_of(db, ADA) == "Ada"


def test_erasing_a_list_erases_its_names_and_those_of_no_other(db: Database) -> None:
    old = sent_list(db, [(ADA, "Ada Byron"), (SAM, "Sam")])
    sent_list(db, [(ADA, "Ada Lovelace")], at=DAY + timedelta(days=1))
    take_all(db)
    erasing_lists.erase_batch(db, old.id, now=DAY)
    assert names_of(db, [ADA, SAM]) == {ADA: "Ada Lovelace"}


def test_a_list_that_is_erased_before_its_names_were_taken_gives_none(db: Database) -> None:
    batch = sent_list(db, many(ROWS_A_WRITE + 1))
    known_names.take_some(db, batch, lambda values: values[1])
    erasing_lists.erase_batch(db, batch.id, now=DAY)
    take_all(db)
    found = row(db, "SELECT COUNT(*) AS names FROM known_names")
    assert found is not None
    assert found["names"] == 0


def test_the_inbox_changes_with_the_names_of_those_in_it_and_with_no_others(db: Database) -> None:
    conversation = {"number": ADA, "last_at": time_text(DAY), "arrived_at": time_text(DAY)}
    insert(db, "conversations", conversation)
    begun = version(db)
    sent_list(db, [(SAM, "Sam")])
    take_all(db)
    assert version(db) == begun
    sent_list(db, [(ADA, "Ada")])
    take_all(db)
    known = version(db)
    assert known > begun
    latest = sent_list(db, [(ADA, "Ada")], at=DAY + timedelta(days=1))
    take_all(db)
    assert version(db) == known
    erasing_lists.erase_batch(db, latest.id, now=DAY)
    assert version(db) > known
