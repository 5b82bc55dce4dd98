"""Sums by day, kept by triggers on the record of messages: pages and plots never count messages.

A day is one of the organisation's time zone; `local_shifts` says how far that is from UTC, and from when
on. Sums of credits are whole thousandths of a credit, so that they are exact. SQLite only: its triggers,
and its `date`. Another engine would keep the same table with triggers of its own.
"""

from collections.abc import Iterable

from webapp.messaging.charges import GIVEN_BACK_AT_HOME, HOME_COUNTRIES, HOME_PREFIX, NEVER_CHARGED
from webapp.messaging.numbers import ERASED
from webapp.store.batches import OWN_TAG

# `tag` is "" without one, and for the marks that Textdesk gives batches; `author_id` and `batch_id` are 0 for
# what is of nobody here, and of no batch. What came in has no sender: it would be somebody's number.
TABLES = """
ALTER TABLE messages ADD COLUMN expected_credits TEXT;
CREATE TABLE local_zone (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL
);
CREATE TABLE local_shifts (
    from_at TEXT PRIMARY KEY,
    shift TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE daily_texts (
    day TEXT NOT NULL,
    status TEXT NOT NULL,
    sender TEXT NOT NULL,
    tag TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    texts INTEGER NOT NULL,
    charged_texts INTEGER NOT NULL,
    charged INTEGER NOT NULL,
    expected_of_charged INTEGER NOT NULL,
    differing_texts INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    given_back INTEGER NOT NULL,
    PRIMARY KEY (day, status, sender, tag, author_id, batch_id)
) WITHOUT ROWID;
CREATE INDEX daily_texts_by_batch ON daily_texts (batch_id) WHERE batch_id > 0;
CREATE INDEX daily_texts_empty ON daily_texts (texts) WHERE texts = 0
"""

DIFFERS = "CAST(credits AS REAL) <> CAST(expected_credits AS REAL)"
"""Of a text whose charge the provider has named; as the index has it, word for word."""
CHARGED_OTHERWISE = f"CREATE INDEX messages_charged_otherwise ON messages (created_at, id) WHERE {DIFFERS}"

KEY = ("day", "status", "sender", "tag", "author_id", "batch_id")
SUMS = (
    *("texts", "charged_texts", "charged", "expected_of_charged", "differing_texts"),
    *("estimated", "given_back"),
)
# More thousandths than any text costs: nonsense from the provider must not break sums.
_MOST = 10**12
WATCHED = (
    *("status", "sender", "tag", "created_at", "outbox_id", "destination"),
    *("credits", "expected_credits"),
)


def quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _thousandths(column: str) -> str:
    return f"CAST(MAX(0, MIN({_MOST}, ROUND(CAST({column} AS REAL) * 1000))) AS INTEGER)"


_ERASED_AT_HOME = quoted(f"{ERASED}-{country}" for country in HOME_COUNTRIES)
_AT_HOME = f"(destination LIKE '{HOME_PREFIX}%' OR destination IN ({_ERASED_AT_HOME}))"
_GIVEN_BACK = f"(status = 'REJECTED' OR (status IN ({quoted(GIVEN_BACK_AT_HOME)}) AND {_AT_HOME}))"

EACH = f"""
SELECT day, status, sender, tag, author_id, batch_id, 1 AS texts,
    cost IS NOT NULL AS charged_texts,
    COALESCE(cost, 0) AS charged,
    CASE WHEN cost IS NULL THEN 0 ELSE COALESCE(expected, cost) END AS expected_of_charged,
    COALESCE(cost <> expected, 0) AS differing_texts,
    CASE WHEN cost IS NULL AND may_cost THEN COALESCE(expected, 0) ELSE 0 END AS estimated,
    CASE WHEN {_GIVEN_BACK}
        THEN COALESCE(cost, may_cost * expected, 0) ELSE 0 END AS given_back
FROM (
    SELECT
        date({{row}}.created_at, COALESCE((SELECT shift FROM local_shifts
            WHERE from_at <= {{row}}.created_at ORDER BY from_at DESC LIMIT 1), '+0 seconds')) AS day,
        {{row}}.status AS status,
        CASE {{row}}.status WHEN 'INCOMING' THEN '' ELSE {{row}}.sender END AS sender,
        CASE WHEN {{row}}.status = 'INCOMING' OR {{row}}.tag LIKE '{OWN_TAG}%' THEN ''
            ELSE COALESCE({{row}}.tag, '') END AS tag,
        COALESCE((SELECT created_by FROM outbox WHERE id = {{row}}.outbox_id), 0) AS author_id,
        COALESCE((SELECT outbox.batch_id FROM outbox WHERE id = {{row}}.outbox_id), 0) AS batch_id,
        {{row}}.destination AS destination,
        {{row}}.status NOT IN ('INCOMING', {quoted(NEVER_CHARGED)}) AS may_cost,
        CASE {{row}}.status WHEN 'INCOMING' THEN NULL ELSE {_thousandths("{row}.credits")} END AS cost,
        {_thousandths("{row}.expected_credits")} AS expected
    {{source}}
)
"""  # noqa: S608 - our own words
"""What each message adds to the sums of its key."""

_ALL = f"({', '.join((*KEY, *SUMS))})"
_SAME_KEY = f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET " + ", ".join(
    f"{name} = {name} + excluded.{name}" for name in SUMS
)


def _moved(row: str, sign: str) -> str:
    """A statement of a trigger: take one message into the sums, or out of them."""
    sums = ", ".join(f"{sign}{name}" for name in SUMS)
    each = EACH.format(row=row, source="")
    return (
        f"INSERT INTO daily_texts {_ALL} SELECT {', '.join(KEY)}, {sums} FROM ({each}) "  # noqa: S608
        f"WHERE true {_SAME_KEY};"
    )


CHANGED = " OR ".join(f"old.{column} IS NOT new.{column}" for column in WATCHED)
_NO_EMPTY = "DELETE FROM daily_texts WHERE texts = 0;"

TRIGGERS = (
    f"CREATE TRIGGER message_summed AFTER INSERT ON messages BEGIN {_moved('new', '')} END",
    f"CREATE TRIGGER message_summed_anew AFTER UPDATE OF {', '.join(WATCHED)} ON messages "
    f"WHEN {CHANGED} BEGIN {_moved('old', '-')} {_moved('new', '')} {_NO_EMPTY} END",
    f"CREATE TRIGGER message_not_summed AFTER DELETE ON messages BEGIN {_moved('old', '-')} {_NO_EMPTY} END",
)

SUM_ALL = (
    f"INSERT INTO daily_texts {_ALL} SELECT {', '.join(KEY)}, "  # noqa: S608
    f"{', '.join(f'SUM({name})' for name in SUMS)} "
    f"FROM ({EACH.format(row='messages', source='FROM messages')}) GROUP BY {', '.join(KEY)}"
)
"""Into an empty table: the sums of everything that is in the record."""
