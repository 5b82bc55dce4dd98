"""Running several statements within a transaction."""

from collections.abc import Iterable

from sqlite_utils import Database


def run(db: Database, script: str) -> None:
    """Statements between semicolons: no triggers, which hold some of their own."""
    # executescript() would commit the transaction that several starting processes wait for.
    run_each(db, (statement for statement in script.split(";") if statement.strip()))


def run_each(db: Database, statements: Iterable[str]) -> None:
    for statement in statements:
        db.conn.execute(statement)
