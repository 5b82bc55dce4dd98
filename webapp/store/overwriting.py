"""Getting erased words and numbers out of the file, not only out of the tables. SQLite only.

`secure_delete` writes zeros over what is taken out of a page; an index of words keeps what was taken out
until its parts are merged; the write-ahead log holds pages until it is emptied; what was moved about earlier
has left traces that go when the file is written anew.
"""

from sqlite_utils import Database

from webapp.store.connection import transaction

WORD_INDEXES = ("message_words", "message_numbers", "inbound_words", "conversation_numbers")
PAGES_A_MERGE = 500


def overwrite_from_now_on(db: Database) -> None:
    """On this connection."""
    db.conn.execute("PRAGMA secure_delete = ON")


def merge_word_indexes(db: Database) -> None:
    """A few pages in a transaction, until each index is of one part (https://sqlite.org/fts5.html#the_merge_command)."""
    for index in WORD_INDEXES:
        pages = -PAGES_A_MERGE
        while _merge(db, index, pages):
            pages = PAGES_A_MERGE


def _merge(db: Database, index: str, pages: int) -> bool:
    """Whether there was anything to merge: doing nothing counts as one change."""
    before = db.conn.total_changes
    with transaction(db):
        db.conn.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)", [pages])  # noqa: S608
    return db.conn.total_changes - before > 1


def empty_log(db: Database) -> bool:
    """Write the log into the file and cut it off; False while somebody reads what is older."""
    (is_busy, *_) = db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


def write_anew(db: Database) -> None:
    """Write the whole file anew: whoever wants to write waits meanwhile, and it needs as much room again."""
    db.conn.execute("VACUUM")
