import sqlite3
import threading

import pytest

from webapp.sandbox import Sandbox


def entries(sandbox: Sandbox) -> int:
    with sandbox.store.reading() as db:
        return int(db.execute("SELECT count(*) FROM ledger").fetchone()[0])


def add_entry(sandbox: Sandbox) -> None:
    with sandbox.store.writing() as db:
        db.execute("INSERT INTO ledger (at, kind, amount, balance) VALUES (0, 'charge', 1, 1)")


def add_entry_and_fail(sandbox: Sandbox) -> None:
    with sandbox.store.writing() as db:
        db.execute("INSERT INTO ledger (at, kind, amount, balance) VALUES (0, 'charge', 1, 1)")
        db.execute("INSERT INTO nowhere VALUES (1)")


def test_a_write_that_fails_leaves_nothing_and_the_next_one_works(sandbox: Sandbox):
    before = entries(sandbox)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        add_entry_and_fail(sandbox)
    assert entries(sandbox) == before
    add_entry(sandbox)
    assert entries(sandbox) == before + 1


def test_a_reader_sees_what_is_committed_while_another_writes(sandbox: Sandbox):
    before = entries(sandbox)
    with sandbox.store.writing() as db:
        db.execute("INSERT INTO ledger (at, kind, amount, balance) VALUES (0, 'charge', 1, 1)")
        assert entries(sandbox) == before
    assert entries(sandbox) == before + 1


def test_many_writers_take_turns(sandbox: Sandbox):
    before = entries(sandbox)
    threads = [threading.Thread(target=add_entry, args=(sandbox,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert entries(sandbox) == before + 20


def test_a_connection_lent_out_while_the_store_closes_is_closed_on_return(sandbox: Sandbox):
    with sandbox.store.reading() as db:
        sandbox.close()
        assert db.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")
