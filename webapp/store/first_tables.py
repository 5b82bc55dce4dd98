"""The tables Textdesk began with: staff, sender IDs, readings, drafts, outbox and messages."""

STAFF = """
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'sender', 'admin')),
    password_hash TEXT NOT NULL,
    mobile TEXT,
    created_at TEXT NOT NULL,
    disabled_at TEXT
);
CREATE TABLE sign_ins (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE,
    user_id INTEGER REFERENCES users (id),
    outcome TEXT NOT NULL
        CHECK (outcome IN ('signed in', 'wrong password', 'locked', 'disabled', 'password set')),
    address TEXT
);
CREATE INDEX sign_ins_by_name ON sign_ins (name, id);
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    started_at TEXT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_start ON sessions (started_at);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    user_id INTEGER REFERENCES users (id),
    user_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT,
    details TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_by_subject ON audit (subject, id)
"""

SENDERS_AND_READINGS = """
CREATE TABLE senders (
    sender TEXT PRIMARY KEY,
    added_at TEXT NOT NULL,
    added_by TEXT NOT NULL
);
CREATE TABLE prices (
    country TEXT PRIMARY KEY,
    credits TEXT NOT NULL,
    read_at TEXT NOT NULL
);
CREATE TABLE credit_readings (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    credits TEXT NOT NULL
);
CREATE TABLE heartbeats (
    name TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
)
"""

DRAFTS = """
CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    author_id INTEGER NOT NULL REFERENCES users (id),
    delivery TEXT NOT NULL CHECK (delivery IN ('now', 'flash', 'later')),
    typed TEXT NOT NULL,
    numbers TEXT NOT NULL,
    sender TEXT NOT NULL,
    content TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    scheduled_at TEXT,
    options TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    confirmed_at TEXT,
    confirmed_by INTEGER REFERENCES users (id),
    discarded_at TEXT
);
CREATE INDEX drafts_unfinished ON drafts (author_id, updated_at)
    WHERE confirmed_at IS NULL AND discarded_at IS NULL;
CREATE INDEX drafts_abandoned ON drafts (updated_at) WHERE confirmed_at IS NULL AND discarded_at IS NULL;
CREATE INDEX drafts_same_text ON drafts (content_hash, confirmed_at)
"""

OUTBOX = """
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    draft_id TEXT REFERENCES drafts (id),
    draft_version INTEGER NOT NULL,
    batch_id INTEGER REFERENCES batches (id),
    first_position INTEGER,
    last_position INTEGER,
    message_count INTEGER NOT NULL DEFAULT 1,
    provider_batch_id TEXT,
    purpose TEXT NOT NULL CHECK (purpose IN ('send', 'copy')),
    operation TEXT NOT NULL,
    destination TEXT NOT NULL,
    payload TEXT NOT NULL,
    payload_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    estimated_credits TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'in_flight', 'accepted', 'refused', 'unknown')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT NOT NULL,
    give_up_at TEXT NOT NULL,
    goes_at TEXT NOT NULL,
    in_flight_at TEXT,
    lease_until TEXT,
    unknown_at TEXT,
    looks INTEGER NOT NULL DEFAULT 0,
    next_look_at TEXT,
    needs_person TEXT,
    wanted_again_at TEXT,
    ended_at TEXT,
    message_id TEXT,
    schedule_status TEXT,
    credits_used TEXT,
    error_code TEXT,
    error_message TEXT,
    created_by INTEGER NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL,
    UNIQUE (draft_id, purpose, draft_version, destination),
    UNIQUE (batch_id, first_position),
    CHECK ((draft_id IS NULL) <> (batch_id IS NULL))
);
CREATE INDEX outbox_queued ON outbox (next_attempt_at) WHERE state = 'queued';
CREATE INDEX outbox_in_flight ON outbox (lease_until) WHERE state = 'in_flight';
CREATE INDEX outbox_unknown ON outbox (next_look_at) WHERE state = 'unknown';
CREATE INDEX outbox_scheduled ON outbox (next_look_at) WHERE schedule_status IS NOT NULL;
CREATE INDEX outbox_missing ON outbox (goes_at) WHERE schedule_status = 'MISSING';
CREATE INDEX outbox_same_text ON outbox (content_hash, destination, goes_at);
CREATE INDEX outbox_given_up ON outbox (ended_at) WHERE error_code = 'gave_up';
CREATE INDEX outbox_by_message ON outbox (message_id);
CREATE INDEX outbox_by_provider_batch ON outbox (provider_batch_id) WHERE provider_batch_id IS NOT NULL;
CREATE INDEX outbox_batch_checks ON outbox (next_look_at)
    WHERE state = 'accepted' AND provider_batch_id IS NOT NULL;
CREATE TABLE outbox_events (
    id INTEGER PRIMARY KEY,
    outbox_id INTEGER NOT NULL REFERENCES outbox (id),
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_events_by_row ON outbox_events (outbox_id, id)
"""

MESSAGES = """
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE,
    outbox_id INTEGER REFERENCES outbox (id),
    batch_id TEXT,
    status TEXT NOT NULL,
    sender TEXT NOT NULL,
    destination TEXT NOT NULL,
    content TEXT NOT NULL,
    tag TEXT,
    keyword TEXT,
    created_at TEXT NOT NULL,
    modified_at TEXT,
    failure_code TEXT,
    failure_details TEXT,
    failure_permanent INTEGER,
    credits TEXT,
    raw TEXT NOT NULL DEFAULT '{}',
    read_at TEXT NOT NULL,
    checks INTEGER NOT NULL DEFAULT 0,
    next_check_at TEXT,
    deleted_at TEXT
);
CREATE INDEX messages_by_time ON messages (created_at, id);
CREATE INDEX messages_by_outbox ON messages (outbox_id);
CREATE INDEX messages_due ON messages (next_check_at) WHERE next_check_at IS NOT NULL;
CREATE TABLE message_events (
    id INTEGER PRIMARY KEY,
    message_row_id INTEGER NOT NULL REFERENCES messages (id),
    at TEXT NOT NULL,
    status TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX message_events_by_row ON message_events (message_row_id, id)
"""
