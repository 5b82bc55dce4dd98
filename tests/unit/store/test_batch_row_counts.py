"""The figures of a batch are kept as its rows change; counting them all would say the same."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.bench.generate import generate
from tests.unit.store.every_page import left_as_it_was
from webapp.store import batch_outcomes, batch_rows
from webapp.store.batch_outcomes import NO_MESSAGE_YET
from webapp.store.batch_tables import ROW_COUNTS
from webapp.store.connection import row, rows, write

FAILED = ("UNDELIVERABLE", "EXPIRED", "REJECTED")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("batches") / "textdesk.db"
    generate(path, messages=1000, days=30)
    return path


@pytest.fixture
def db(generated: Path) -> Iterator[Database]:
    with left_as_it_was(generated) as db:
        yield db


@pytest.fixture
def largest(db: Database) -> int:
    found = row(db, "SELECT id FROM batches ORDER BY rows_read DESC")
    assert found is not None
    return int(found["id"])


CHANGES = (
    "UPDATE batch_rows SET status = NULL, failure_permanent = NULL WHERE position % 3 = 0",
    "UPDATE batch_rows SET status = 'EXPIRED', failure_permanent = 0 WHERE position % 3 = 1",
    "UPDATE batch_rows SET verdict = 'opted_out', status = NULL WHERE position % 4 = 0",
    "UPDATE batch_rows SET number = 'erased-' || position WHERE position % 2 = 0",
    "UPDATE batch_rows SET failure_permanent = NULL",
    "DELETE FROM batch_rows WHERE position % 5 = 0",
    "DELETE FROM batch_rows",
)


@pytest.mark.parametrize("change", ["SELECT 1", *CHANGES])
def test_counts_are_those_of_the_rows_whatever_changes(db: Database, largest: int, change: str) -> None:
    write(db, change)
    listed = batch_rows.list_rows(db, largest, limit=10_000)
    valid = [each for each in listed if each.verdict == "valid"]
    failed = [each for each in valid if each.status in FAILED and not str(each.number).startswith("erased-")]
    assert batch_rows.count_by_verdict(db, largest) == Counter(each.verdict for each in listed)
    assert batch_outcomes.count_by_status(db, largest) == Counter(
        each.status or NO_MESSAGE_YET for each in valid
    )
    temporary = sum(each.failure_permanent is False for each in failed)
    assert batch_outcomes.count_failed(db, largest) == (temporary, len(failed))


def test_a_record_from_before_is_counted_when_it_is_brought_up_to_date(db: Database) -> None:
    for change in CHANGES[:4]:
        write(db, change)
    kept = rows(db, "SELECT * FROM batch_row_counts WHERE texts > 0")
    write(db, "DELETE FROM batch_row_counts")
    write(db, ROW_COUNTS.split(";")[1])
    assert list(map(tuple, rows(db, "SELECT * FROM batch_row_counts"))) == list(map(tuple, kept))


def test_rows_of_several_statuses_stand_in_the_order_of_the_list(db: Database, largest: int) -> None:
    write(db, CHANGES[1])
    wanted = [each for each in batch_rows.list_rows(db, largest, limit=10_000) if each.status in FAILED]
    found = batch_outcomes.list_by_status(db, largest, FAILED, after=wanted[2].position, limit=7)
    assert found == wanted[3:10]
