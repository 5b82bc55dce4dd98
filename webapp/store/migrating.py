"""Bringing a record up to date, step by step; the steps are in `migrations`."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

from sqlite_utils import Database

from webapp.store import restores
from webapp.store.connection import transaction
from webapp.store.migrations import migrations


def migrate(db: Database) -> None:
    """Bring the database up to date, and make one that is put back from a copy safe to work with.

    Safe when several processes start together.
    """
    if migrations.pending(db):
        with transaction(db):
            migrations.apply(db)
    restores.prepare(db, now=datetime.now(UTC))


def known_steps() -> frozenset[str]:
    """The names of all steps; a database that has others is a newer program's."""
    with closing(sqlite3.connect(":memory:")) as empty:
        return frozenset(step.name for step in migrations.pending(Database(empty)))
