"""Whether anything that pages show of messages and calls has changed: one number, which only grows."""

from sqlite_utils import Database

from webapp.store.connection import row


def read_version(db: Database) -> int:
    """One read of one row: all that an unchanged poll of the messages costs."""
    found = row(db, "SELECT version FROM record_state WHERE id = 1")
    assert found is not None  # noqa: S101 - the migration makes it
    return int(found["version"])
