"""What people are called, by the lists that staff have sent to; `migrations` says when it is made."""

from functools import reduce

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


# What happens to a name, when, and in which row its number stands.
_EVENTS = (
    ("added", "INSERT ON known_names", "new"),
    ("changed", "UPDATE OF name ON known_names WHEN old.name <> new.name", "new"),
    ("removed", "DELETE ON known_names", "old"),
)

CHANGES = tuple(_says_so(*each) for each in _EVENTS)

# A conversation shows in its heading who it is with.
CHANGES_OF_CONVERSATIONS = tuple(
    f"CREATE TRIGGER conversation_name_{event} AFTER {changed} BEGIN "  # noqa: S608 - our own words
    f"UPDATE conversations SET version = version + 1 WHERE number = {row}.number; END"
    for event, changed, row in _EVENTS
)

# More than a letter with a mark, which the index drops by itself, and on few keyboards here. Names are
# looked up by the letters that they were put into the index with: a change here needs a new index.
PLAIN_LETTERS = {
    **{"ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ı": "i"},
    **{"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"},
}


def _words(name: str) -> str:
    """With O'Connor and Smith-Jones in one word, too."""
    plain = _replaced(name, PLAIN_LETTERS)
    joined = _replaced(plain, {"''": "", "’": "", "-": ""})
    return f"{plain} || COALESCE(' ' || NULLIF({joined}, {plain}), '')"


def _replaced(value: str, letters: dict[str, str]) -> str:
    return reduce(lambda sql, letter: f"REPLACE({sql}, '{letter}', '{letters[letter]}')", letters, value)


def _put(conversation: str, name: str) -> str:
    return f"INSERT INTO conversation_names (rowid, words) SELECT {conversation}, {_words(name)} FROM"


_OF_NEW, _OF_OLD = (f"(SELECT id FROM conversations WHERE number = {each}.number)" for each in ("new", "old"))  # noqa: S608

# SQLite only. The names of those who have texted, by conversation: whoever was only sent to is in no inbox.
SEARCH = (
    "CREATE VIRTUAL TABLE conversation_names USING fts5 "
    "(words, prefix='1 2 3', tokenize='unicode61 remove_diacritics 2')",
    f"{_put('conversations.id', 'name')} known_names JOIN conversations USING (number)",
    "CREATE TRIGGER conversation_names_added AFTER INSERT ON known_names BEGIN "
    f"{_put('id', 'new.name')} conversations WHERE number = new.number; END",
    "CREATE TRIGGER conversation_names_changed AFTER UPDATE OF name ON known_names "  # noqa: S608
    f"WHEN old.name <> new.name BEGIN UPDATE conversation_names SET words = {_words('new.name')} "
    f"WHERE rowid = {_OF_NEW}; END",
    "CREATE TRIGGER conversation_names_removed AFTER DELETE ON known_names BEGIN "  # noqa: S608
    f"DELETE FROM conversation_names WHERE rowid = {_OF_OLD}; END",
    "CREATE TRIGGER conversation_names_begun AFTER INSERT ON conversations BEGIN "
    f"{_put('new.id', 'name')} known_names WHERE number = new.number; END",
    "CREATE TRIGGER conversation_names_erased AFTER UPDATE OF number ON conversations "
    "WHEN old.number <> new.number BEGIN DELETE FROM conversation_names WHERE rowid = new.id; END",
)
