"""The tables behind the Account pages."""

ORGANISATION = """
CREATE TABLE organisation (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL
)
"""

PROVIDER_TOKENS = """
CREATE TABLE provider_tokens (
    slot TEXT PRIMARY KEY CHECK (slot IN ('in use', 'candidate', 'asked')),
    ref TEXT NOT NULL,
    sealed_token TEXT,
    origin TEXT NOT NULL,
    customer_id TEXT,
    entered_at TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    problem TEXT NOT NULL DEFAULT ''
);
CREATE TABLE provider_customers (
    customer_id TEXT PRIMARY KEY,
    seen_at TEXT NOT NULL
);
ALTER TABLE heartbeats ADD COLUMN code TEXT NOT NULL DEFAULT ''
"""

SENDER_ORDER = """
ALTER TABLE senders ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
UPDATE senders SET position = (
    SELECT count(*) FROM senders AS earlier
    WHERE (earlier.added_at, earlier.rowid) <= (senders.added_at, senders.rowid)
)
"""

READINGS_BY_TIME = "CREATE INDEX credit_readings_by_time ON credit_readings (at, id)"
