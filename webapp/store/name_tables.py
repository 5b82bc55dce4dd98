"""What people are called, by the lists that staff have sent to; `migrations` says when it is made."""

# `at`: when the batch was confirmed. `names_to_take` is work for the worker: batches whose rows after
# `position` were not looked at yet.
KNOWN_NAMES = """
CREATE TABLE known_names (
    number TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    batch_id INTEGER NOT NULL,
    at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE names_to_take (
    batch_id INTEGER PRIMARY KEY REFERENCES batches (id),
    position INTEGER NOT NULL DEFAULT 0
);
INSERT INTO names_to_take (batch_id)
    SELECT id FROM batches WHERE confirmed_at IS NOT NULL AND erased_at IS NULL
"""

WANT_NAMES = (
    "CREATE TRIGGER names_of_confirmed AFTER UPDATE OF confirmed_at ON batches "
    "WHEN old.confirmed_at IS NULL AND new.confirmed_at IS NOT NULL "
    "BEGIN INSERT OR IGNORE INTO names_to_take (batch_id) VALUES (new.id); END"
)


def _says_so(event: str, changed: str, row: str) -> str:
    """A list of conversations that shows the number is to look again."""
    return (
        f"CREATE TRIGGER known_name_{event} AFTER {changed} BEGIN "  # noqa: S608 - our own words
        "UPDATE inbox_state SET version = version + 1 "
        f"WHERE EXISTS (SELECT 1 FROM conversations WHERE number = {row}.number); END"
    )


CHANGES = (
    _says_so("added", "INSERT ON known_names", "new"),
    _says_so("changed", "UPDATE OF name ON known_names WHEN old.name <> new.name", "new"),
    _says_so("removed", "DELETE ON known_names", "old"),
)
