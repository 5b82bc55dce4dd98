"""Getting erased words and numbers out of the file, not only out of the tables. SQLite only.

`secure_delete` writes zeros over what is taken out of a page; an index of words keeps what was taken out
until its parts are merged; the write-ahead log holds pages until it is emptied; what was moved about earlier
has left traces that go when the file is written anew.
"""

from time import monotonic, sleep

from sqlite_utils import Database

from webapp.store.connection import row, transaction, write
from webapp.store.erasing import PAUSE_SECONDS

WORD_INDEXES = (
    *("message_words", "message_numbers", "failed_numbers", "call_words", "call_numbers"),
    *("inbound_words", "conversation_numbers", "conversation_names"),
)
PAGES_A_MERGE = 64


def overwrite_from_now_on(db: Database) -> None:
    """On this connection."""
    db.conn.execute("PRAGMA secure_delete = ON")


def want_overwriting(db: Database) -> None:
    """Something was erased: the indexes of words still hold it."""
    write(db, "UPDATE erasing_state SET is_to_overwrite = 1")


def overwrite(db: Database, *, deadline: float | None = None) -> bool:
    """Merge the indexes of words and empty the log, if that is wanted; False if the rest is for later.

    A few pages in a transaction, until each index is of one part (sqlite.org/fts5.html, 6.7); an index whose
    merging was broken off goes on where it was. `deadline` is of the monotonic clock.
    """
    wanted = row(db, "SELECT is_to_overwrite FROM erasing_state")
    if wanted is None or not wanted["is_to_overwrite"]:
        return True
    for index in WORD_INDEXES:
        pages = -PAGES_A_MERGE
        while _merge(db, index, pages):
            if deadline is not None and monotonic() > deadline:
                return False
            pages = PAGES_A_MERGE
            sleep(PAUSE_SECONDS)
    write(db, "UPDATE erasing_state SET is_to_overwrite = 0")
    empty_log(db)
    return True


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
    # The copy that is made on the way would not fit into memory.
    db.conn.execute("PRAGMA temp_store=FILE")
    db.conn.execute("VACUUM")
    db.conn.execute("PRAGMA temp_store=MEMORY")
