"""People in the inbox are found by what they are called, as somebody would type it, and not once erased."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from webapp.store.connection import insert, open_database, rows, time_text, transaction, write
from webapp.store.inbox_search import list_with_name
from webapp.store.migrating import migrate
from webapp.store.migrations import migrations

STAMP = time_text(datetime(2026, 10, 20, 12, tzinfo=UTC))
ADA, SAM = "447400123456", "447400123457"


@pytest.fixture
def db(new_record: Database) -> Database:
    return new_record


def text_from(db: Database, number: str) -> int:
    """A conversation with one text."""
    message = {"status": "INCOMING", "sender": number, "destination": "447400123400", "content": "Hello"}
    row_id = insert(
        db, "messages", {**message, "message_id": f"m-{number}", "created_at": STAMP, "read_at": STAMP}
    )
    return insert(
        db,
        "conversations",
        {"number": number, "last_at": STAMP, "arrived_at": STAMP, "last_row_id": row_id},
    )


def name(db: Database, number: str, name: str) -> None:
    insert(db, "known_names", {"number": number, "name": name, "batch_id": 1, "at": STAMP})


def found(db: Database, typed: str) -> Sequence[str]:
    return [each.conversation.number for each in list_with_name(db, typed, limit=10)]


TYPED = (
    ("Jane Okafor", "jane"),
    ("Jane Okafor", "JANE OKAFOR"),
    ("Okafor, Jane Mary", "jane oka"),
    ("José García", "jose garcia"),
    ("Jose Garcia", "José"),
    ("José", "Jose\u0301"),
    ("Jose\u0301 Garcia", "josé gar"),
    ("Bjo\u0308rn", "bjo\u0308rn"),
    ("Ṣọ́lá Adébáyọ̀", "Ṣọ́lá Adébáyọ̀"),
    ("Ṣọ́lá Adébáyọ̀", "ṢỌ́LÁ"),
    ("Ṣọ́lá Adébáyọ̀", "sola"),
    ("İbrahim", "i\u0307brahim"),
    ("Sinéad O'Connor", "o'connor"),
    ("Sinéad O’Connor", "oconnor"),
    ("Sinéad O'Connor", "O’Connor sinead"),
    ("Ann Smith-Jones", "smithjones"),
    ("Ann Smith Jones", "smith-jones"),
    ("Paweł Łukasik", "pawel lukasik"),
    ("Pawel Lukasik", "Paweł"),
    ("Søren Großmann", "soren grossmann"),
    ("Nguyễn Thị Đào", "nguyen dao"),
    ("محمد علي", "محمد"),
    ("प्रिया शर्मा", "प्रिया"),
    ("Will AND Grace", "and"),
)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Everybody of TYPED has texted."""
    with closing(open_database(tmp_path_factory.mktemp("names") / "textdesk.db", create=True)) as db:
        migrate(db)
        for at, called in enumerate(sorted({called for called, _ in TYPED})):
            text_from(db, f"4474001234{at:02}")
            name(db, f"4474001234{at:02}", called)
        yield db


@pytest.mark.parametrize(("called", "typed"), TYPED)
def test_people_are_found_as_somebody_types_their_name(named: Database, called: str, typed: str) -> None:
    assert called in [each.name for each in list_with_name(named, typed, limit=10)]


@pytest.mark.parametrize("typed", ["kafor", "jane smith", "", "?", '"', "*", "jane*x", "NOT", "x OR jane"])
def test_nobody_is_found_by_what_is_in_no_name(named: Database, typed: str) -> None:
    assert found(named, typed) == []


def test_a_name_is_found_whichever_came_first_the_text_or_the_list(db: Database) -> None:
    name(db, ADA, "Jane Okafor")
    text_from(db, ADA)
    text_from(db, SAM)
    name(db, SAM, "Jane Smith")
    assert found(db, "jane") == [SAM, ADA]


def test_people_are_listed_page_by_page(db: Database) -> None:
    for number in (ADA, SAM):
        text_from(db, number)
        name(db, number, "Jane")
    (first,) = list_with_name(db, "jane", limit=1)
    (second,) = list_with_name(db, "jane", limit=1, before_id=first.conversation.id)
    assert [first.conversation.number, second.conversation.number] == [SAM, ADA]
    assert list_with_name(db, "jane", limit=1, before_id=second.conversation.id) == []


def test_whoever_is_called_otherwise_now_is_found_by_that_alone(db: Database) -> None:
    text_from(db, ADA)
    name(db, ADA, "Ada Byron")
    write(db, "UPDATE known_names SET name = 'Ada Lovelace'")
    assert (found(db, "byron"), found(db, "lovelace")) == ([], [ADA])


@pytest.mark.parametrize(
    "erase",
    ["DELETE FROM known_names", "UPDATE conversations SET number = 'erased-1'"],
)
def test_a_name_leaves_the_index_with_what_was_erased(db: Database, erase: str) -> None:
    text_from(db, ADA)
    name(db, ADA, "Jane Okafor")
    write(db, erase)
    assert found(db, "jane") == []
    assert not rows(db, "SELECT * FROM conversation_names")
    assert not rows(db, "SELECT * FROM conversation_names_docsize")


def test_names_that_were_known_before_are_found(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "old.db", create=True)) as db:
        with transaction(db):
            migrations.apply(db, stop_before="m048_names_of_conversations")
        text_from(db, ADA)
        name(db, ADA, "Jane O'Connor")
        name(db, SAM, "Jane Smith")
        migrate(db)
        assert (found(db, "jane oconnor"), found(db, "smith")) == ([ADA], [])


@pytest.mark.parametrize(
    "change",
    ["UPDATE known_names SET name = 'Ada Lovelace'", "DELETE FROM known_names"],
)
def test_a_conversation_changes_with_the_name_of_whom_it_is_with(db: Database, change: str) -> None:
    def version() -> int:
        return int(rows(db, "SELECT version FROM conversations")[0]["version"])

    text_from(db, ADA)
    begun = version()
    name(db, SAM, "Sam")
    assert version() == begun
    name(db, ADA, "Ada Byron")
    known = version()
    assert known > begun
    write(db, "UPDATE known_names SET name = name")
    assert version() == known
    write(db, change)
    assert version() > known
