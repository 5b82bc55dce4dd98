"""The tables of batches and their rows."""

# A batch's `ref` stands in addresses and is the one-use token of its confirmation; its `id` is for the rows,
# of which there may be 100,000. `fields` of a row are the values of the sheet as a JSON array.
BATCH_TABLES = """
CREATE TABLE batches (
    id INTEGER PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL DEFAULT 1,
    parent_id INTEGER REFERENCES batches (id),
    author_id INTEGER NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reading', 'refused', 'draft', 'counting', 'ready', 'sending',
        'paused', 'stopped', 'sent', 'discarded')),
    problem TEXT,
    file_name TEXT,
    sheet TEXT,
    facts TEXT NOT NULL DEFAULT '{}',
    headers TEXT NOT NULL DEFAULT '[]',
    header_row INTEGER,
    number_column INTEGER,
    rows_read INTEGER NOT NULL DEFAULT 0,
    tally TEXT NOT NULL DEFAULT '{}',
    delivery TEXT NOT NULL DEFAULT 'now' CHECK (delivery IN ('now', 'later')),
    holding TEXT NOT NULL DEFAULT 'textdesk' CHECK (holding IN ('textdesk', 'provider')),
    typed TEXT NOT NULL DEFAULT '{}',
    sender TEXT NOT NULL DEFAULT '',
    content TEXT NOT NULL DEFAULT '',
    content_hash TEXT,
    list_hash TEXT,
    options TEXT NOT NULL DEFAULT '{}',
    scheduled_at TEXT,
    job_attempts INTEGER NOT NULL DEFAULT 0,
    job_lease_until TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    confirmed_at TEXT,
    confirmed_by INTEGER REFERENCES users (id),
    goes_at TEXT,
    ended_at TEXT
);
CREATE INDEX batches_at_work ON batches (job_lease_until) WHERE state IN ('reading', 'counting');
CREATE INDEX batches_sending ON batches (id) WHERE state = 'sending';
CREATE INDEX batches_same ON batches (content_hash, list_hash, goes_at) WHERE confirmed_at IS NOT NULL;
CREATE INDEX batches_held_there ON batches (goes_at) WHERE holding = 'provider' AND confirmed_at IS NOT NULL;
CREATE INDEX batches_abandoned ON batches (updated_at) WHERE confirmed_at IS NULL;
CREATE TABLE batch_rows (
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    position INTEGER NOT NULL,
    sheet_row INTEGER NOT NULL,
    fields TEXT NOT NULL,
    problem TEXT,
    number TEXT,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    message_id TEXT,
    status TEXT,
    failure_code TEXT,
    failure_details TEXT,
    failure_permanent INTEGER,
    credits TEXT,
    PRIMARY KEY (batch_id, position)
) WITHOUT ROWID;
CREATE INDEX batch_rows_by_verdict ON batch_rows (batch_id, verdict, position);
CREATE INDEX batch_rows_by_status ON batch_rows (batch_id, status, position) WHERE status IS NOT NULL
"""

# How many rows of a batch share a verdict and what became of their text: "" and -1 where nothing is known.
ROW_COUNTS = """
CREATE TABLE batch_row_counts (
    batch_id INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    status TEXT NOT NULL,
    permanent INTEGER NOT NULL,
    is_erased INTEGER NOT NULL,
    texts INTEGER NOT NULL,
    PRIMARY KEY (batch_id, verdict, status, permanent, is_erased)
) WITHOUT ROWID;
INSERT INTO batch_row_counts
    SELECT batch_id, verdict, COALESCE(status, ''), COALESCE(failure_permanent, -1),
        COALESCE(number LIKE 'erased-%', 0), COUNT(*)
    FROM batch_rows GROUP BY 1, 2, 3, 4, 5;
CREATE INDEX batch_rows_without_message ON batch_rows (batch_id, position)
    WHERE verdict = 'valid' AND status IS NULL
"""

_COUNT_ROW = """
    INSERT INTO batch_row_counts VALUES ({row}.batch_id, {row}.verdict, COALESCE({row}.status, ''),
        COALESCE({row}.failure_permanent, -1), COALESCE({row}.number LIKE 'erased-%', 0), {texts})
    ON CONFLICT (batch_id, verdict, status, permanent, is_erased)
        DO UPDATE SET texts = texts + excluded.texts;
"""
_ROW, _NO_MORE = _COUNT_ROW.format(row="new", texts="1"), _COUNT_ROW.format(row="old", texts="-1")

KEEP_ROW_COUNTS = (
    f"CREATE TRIGGER batch_row_added AFTER INSERT ON batch_rows BEGIN {_ROW} END",
    f"CREATE TRIGGER batch_row_removed AFTER DELETE ON batch_rows BEGIN {_NO_MORE} END",
    "CREATE TRIGGER batch_row_changed AFTER UPDATE OF verdict, status, failure_permanent, number "
    "ON batch_rows WHEN old.verdict <> new.verdict OR old.status IS NOT new.status "
    "OR old.failure_permanent IS NOT new.failure_permanent OR old.number IS NOT new.number "
    f"BEGIN {_NO_MORE} {_ROW} END",
)
