from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from webapp.store.connection import open_database, rows
from webapp.store.sealed import CannotUnseal, Keyring, Resealing, reseal_all

OLD, NEW = "an old key, of thirty-two letters", "a new key, also of thirty-two of them"
SECRET = "JWT a.b.c"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_database(tmp_path / "textdesk.db", create=True)
    db.conn.execute("CREATE TABLE things (name TEXT PRIMARY KEY, sealed_token TEXT, plain_token TEXT)")
    yield db
    db.close()


def put(db: Database, name: str, sealed: str | None) -> None:
    with db.conn:
        db.conn.execute("INSERT INTO things VALUES (?, ?, 'plain')", [name, sealed])


def sealed_in(db: Database) -> list[str]:
    return [each[0] for each in rows(db, "SELECT sealed_token FROM things WHERE sealed_token IS NOT NULL")]


def test_what_is_sealed_comes_out_again_and_does_not_show() -> None:
    sealed = Keyring(NEW).seal(SECRET)
    assert "a.b.c" not in sealed
    assert Keyring(NEW).unseal(sealed) == SECRET


def test_the_same_secret_never_looks_the_same() -> None:
    keyring = Keyring(NEW)
    assert keyring.seal(SECRET) != keyring.seal(SECRET)


def test_an_old_key_still_unseals_and_a_foreign_one_does_not() -> None:
    sealed = Keyring(OLD).seal(SECRET)
    assert Keyring(NEW, (OLD,)).unseal(sealed) == SECRET
    with pytest.raises(CannotUnseal):
        Keyring(NEW).unseal(sealed)


@pytest.mark.parametrize("damaged", ["", "not sealed", "gAAAAA"])
def test_what_was_never_sealed_is_not_read(damaged: str) -> None:
    with pytest.raises(CannotUnseal):
        Keyring(NEW).unseal(damaged)


def test_a_changed_letter_is_noticed() -> None:
    sealed = Keyring(NEW).seal(SECRET)
    with pytest.raises(CannotUnseal):
        Keyring(NEW).unseal(sealed[:-10] + ("A" if sealed[-10] != "A" else "B") + sealed[-9:])


def test_after_resealing_the_old_key_is_not_needed(db: Database) -> None:
    put(db, "one", Keyring(OLD).seal(SECRET))
    put(db, "two", Keyring(NEW).seal(SECRET))
    put(db, "none", None)
    assert reseal_all(db, Keyring(NEW, (OLD,))) == Resealing(2, ())
    assert [Keyring(NEW).unseal(sealed) for sealed in sealed_in(db)] == [SECRET, SECRET]


def test_what_cannot_be_read_is_named_and_left_as_it_is(db: Database) -> None:
    foreign = Keyring("a key that nobody has any more!!").seal(SECRET)
    put(db, "lost", foreign)
    put(db, "old", Keyring(OLD).seal(SECRET))
    assert reseal_all(db, Keyring(NEW, (OLD,))) == Resealing(1, ("things.sealed_token",))
    assert foreign in sealed_in(db)
