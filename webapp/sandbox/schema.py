"""The stand-in provider's tables. Times are milliseconds since 1970, amounts thousandths of a credit."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS sequence (next INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS account (token TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY,
    batch_id INTEGER,
    status TEXT NOT NULL,
    sender TEXT NOT NULL,
    destination TEXT NOT NULL,
    content TEXT NOT NULL,
    tag TEXT NOT NULL,
    keyword TEXT NOT NULL,
    credits INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    scheduled_at INTEGER,
    delivery_report_url TEXT NOT NULL,
    metadata TEXT NOT NULL,
    failure_code INTEGER,
    failure_details TEXT,
    failure_permanent INTEGER,
    unread INTEGER NOT NULL,
    step INTEGER NOT NULL,
    due_at INTEGER
);
CREATE INDEX IF NOT EXISTS messages_by_created ON messages (created_at);
CREATE INDEX IF NOT EXISTS messages_by_modified ON messages (modified_at);
CREATE INDEX IF NOT EXISTS messages_by_status ON messages (status, created_at);
CREATE INDEX IF NOT EXISTS messages_by_sender ON messages (sender, created_at);
CREATE INDEX IF NOT EXISTS messages_by_destination ON messages (destination, created_at);
CREATE INDEX IF NOT EXISTS messages_by_credits ON messages (credits, created_at);
CREATE INDEX IF NOT EXISTS messages_by_keyword ON messages (keyword, created_at) WHERE keyword <> '';
CREATE INDEX IF NOT EXISTS messages_by_batch ON messages (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_unread ON messages (created_at) WHERE unread = 1;
CREATE INDEX IF NOT EXISTS messages_due ON messages (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS message_metadata (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (key, value, message_id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS scheduled (
    id INTEGER PRIMARY KEY,
    is_batch INTEGER NOT NULL,
    status TEXT NOT NULL,
    body TEXT NOT NULL,
    scheduled_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS scheduled_due ON scheduled (scheduled_at) WHERE status = 'SCHEDULED';

CREATE TABLE IF NOT EXISTS ledger (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    amount INTEGER NOT NULL,
    balance INTEGER NOT NULL,
    message_id INTEGER
);

CREATE TABLE IF NOT EXISTS accepted (
    id INTEGER PRIMARY KEY,
    call_id INTEGER NOT NULL,
    operation TEXT NOT NULL,
    message_id INTEGER,
    batch_id INTEGER,
    sender TEXT NOT NULL,
    destination TEXT NOT NULL,
    content TEXT NOT NULL,
    tag TEXT NOT NULL,
    metadata TEXT NOT NULL,
    scheduled_at INTEGER,
    accepted_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS accepted_by_destination ON accepted (destination);

CREATE TABLE IF NOT EXISTS webhook_posts (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER,
    outcome TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS webhook_posts_due ON webhook_posts (due_at) WHERE due_at IS NOT NULL;
"""

TABLES = ("messages", "message_metadata", "scheduled", "ledger", "accepted", "webhook_posts", "account")
