"""The tables of the inbox and of opt-outs; `migrations` says when they are made."""

OPT_OUTS = """
CREATE TABLE opt_outs (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    added_at TEXT NOT NULL,
    added_by TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('text', 'staff', 'import')),
    reason TEXT NOT NULL DEFAULT ''
);
CREATE TABLE opt_out_events (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    at TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('added', 'removed')),
    who TEXT NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX opt_out_events_by_number ON opt_out_events (number, id);
CREATE TABLE opt_out_words (
    word TEXT PRIMARY KEY,
    shown_as TEXT NOT NULL,
    added_at TEXT NOT NULL,
    added_by TEXT NOT NULL
);
INSERT INTO opt_out_words (word, shown_as, added_at, added_by) VALUES
    ('stop', 'STOP', '2026-11-25T00:00:00.000000Z', 'Textdesk'),
    ('stopall', 'STOPALL', '2026-11-25T00:00:00.000000Z', 'Textdesk'),
    ('unsubscribe', 'UNSUBSCRIBE', '2026-11-25T00:00:00.000000Z', 'Textdesk'),
    ('cancel', 'CANCEL', '2026-11-25T00:00:00.000000Z', 'Textdesk'),
    ('end', 'END', '2026-11-25T00:00:00.000000Z', 'Textdesk'),
    ('quit', 'QUIT', '2026-11-25T00:00:00.000000Z', 'Textdesk')
"""

CONVERSATIONS = """
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    until TEXT NOT NULL
);
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL DEFAULT 0,
    reply_number TEXT NOT NULL DEFAULT '',
    last_row_id INTEGER NOT NULL DEFAULT 0,
    last_at TEXT NOT NULL,
    newest_row_id INTEGER NOT NULL DEFAULT 0,
    arrived_at TEXT NOT NULL,
    unread INTEGER NOT NULL DEFAULT 0,
    waiting_since TEXT,
    replying_until TEXT
);
CREATE INDEX conversations_waiting ON conversations (waiting_since, id) WHERE unread > 0;
CREATE INDEX conversations_read ON conversations (last_at, id) WHERE unread = 0;
CREATE TABLE read_marks (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    is_read INTEGER NOT NULL
);
CREATE TABLE inbound (
    message_row_id INTEGER PRIMARY KEY REFERENCES messages (id),
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    received_at TEXT NOT NULL,
    is_dated INTEGER NOT NULL,
    reply_number TEXT NOT NULL,
    keyword TEXT NOT NULL,
    read_at TEXT,
    read_by INTEGER REFERENCES users (id),
    mark_id INTEGER REFERENCES read_marks (id),
    hint TEXT
);
CREATE INDEX inbound_by_conversation ON inbound (conversation_id, received_at, message_row_id);
CREATE INDEX inbound_unread ON inbound (conversation_id, received_at) WHERE read_at IS NULL;
CREATE INDEX inbound_by_time ON inbound (received_at, message_row_id);
CREATE INDEX inbound_by_keyword ON inbound (keyword, received_at, message_row_id);
CREATE INDEX inbound_by_reply_number ON inbound (reply_number, received_at, message_row_id);
CREATE INDEX inbound_by_mark ON inbound (mark_id) WHERE mark_id IS NOT NULL;
CREATE TABLE inbound_differences (
    id INTEGER PRIMARY KEY,
    message_row_id INTEGER NOT NULL REFERENCES messages (id),
    at TEXT NOT NULL,
    number TEXT NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (message_row_id, number, content)
);
CREATE TABLE presence (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    until TEXT NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
);
CREATE TABLE inbox_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL DEFAULT 0,
    unread_texts INTEGER NOT NULL DEFAULT 0,
    unread_conversations INTEGER NOT NULL DEFAULT 0,
    newest_row_id INTEGER NOT NULL DEFAULT 0,
    fetched_at TEXT,
    trouble TEXT NOT NULL DEFAULT '',
    fetch_is_open INTEGER NOT NULL DEFAULT 0,
    sweep_is_wanted INTEGER NOT NULL DEFAULT 1,
    sweep_begun_at TEXT,
    sweep_from TEXT,
    sweep_until TEXT,
    swept_at TEXT
);
INSERT INTO inbox_state (id) VALUES (1);
CREATE INDEX messages_to_number ON messages (destination, created_at);
CREATE INDEX outbox_to_number ON outbox (destination, goes_at);
CREATE TABLE unfinished_replies (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    sender TEXT NOT NULL,
    content TEXT NOT NULL,
    at TEXT NOT NULL,
    draft_id TEXT REFERENCES drafts (id),
    PRIMARY KEY (conversation_id, user_id)
)
"""

# SQLite only: another engine would keep an index of words, and of parts of numbers, of its own kind.
SEARCH = (
    """
    CREATE VIRTUAL TABLE inbound_words USING fts5 (
        content, content='messages', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    """
    INSERT INTO inbound_words (rowid, content) SELECT id, content FROM messages WHERE status = 'INCOMING'
    """,
    """
    CREATE TRIGGER inbound_words_added AFTER INSERT ON messages WHEN new.status = 'INCOMING' BEGIN
        INSERT INTO inbound_words (rowid, content) VALUES (new.id, new.content);
    END
    """,
    """
    CREATE TRIGGER inbound_words_changed AFTER UPDATE OF content ON messages
    WHEN old.status = 'INCOMING' AND old.content <> new.content BEGIN
        INSERT INTO inbound_words (inbound_words, rowid, content) VALUES ('delete', old.id, old.content);
        INSERT INTO inbound_words (rowid, content) VALUES (new.id, new.content);
    END
    """,
    """
    CREATE VIRTUAL TABLE conversation_numbers USING fts5 (
        number, content='conversations', content_rowid='id', tokenize='trigram'
    )
    """,
    """
    CREATE TRIGGER conversation_numbers_added AFTER INSERT ON conversations BEGIN
        INSERT INTO conversation_numbers (rowid, number) VALUES (new.id, new.number);
    END
    """,
)

# A conversation changes with every text to its number, whoever sends it: no path can forget to say so.
CHANGES = (
    """
    CREATE TRIGGER conversation_call_added AFTER INSERT ON outbox BEGIN
        UPDATE conversations SET version = version + 1 WHERE number = new.destination;
    END
    """,
    """
    CREATE TRIGGER conversation_call_changed AFTER UPDATE ON outbox
    WHEN old.state <> new.state OR old.needs_person IS NOT new.needs_person
    OR old.schedule_status IS NOT new.schedule_status OR old.wanted_again_at IS NOT new.wanted_again_at BEGIN
        UPDATE conversations SET version = version + 1 WHERE number = new.destination;
    END
    """,
    """
    CREATE TRIGGER conversation_message_added AFTER INSERT ON messages WHEN new.status <> 'INCOMING' BEGIN
        UPDATE conversations SET version = version + 1 WHERE number = new.destination;
    END
    """,
    """
    CREATE TRIGGER conversation_message_changed AFTER UPDATE ON messages
    WHEN old.status <> new.status OR old.failure_code IS NOT new.failure_code
    OR old.deleted_at IS NOT new.deleted_at BEGIN
        UPDATE conversations SET version = version + 1 WHERE number IN (new.destination, new.sender);
    END
    """,
    """
    CREATE TRIGGER conversation_opted_out AFTER INSERT ON opt_outs BEGIN
        UPDATE conversations SET version = version + 1 WHERE number = new.number;
        UPDATE inbox_state SET version = version + 1;
    END
    """,
    """
    CREATE TRIGGER conversation_opted_in AFTER DELETE ON opt_outs BEGIN
        UPDATE conversations SET version = version + 1 WHERE number = old.number;
        UPDATE inbox_state SET version = version + 1;
    END
    """,
)

HINTS = "CREATE INDEX inbound_hinted ON inbound (received_at, conversation_id) WHERE hint IS NOT NULL"

# One for each set of filters. A list of what is unread goes through what is unread: mostly that is little.
FILTERS = """
CREATE INDEX inbound_by_keyword_number ON inbound (keyword, reply_number, received_at, message_row_id)
    WHERE keyword > '';
CREATE INDEX inbound_unread_by_time ON inbound (received_at, message_row_id) WHERE read_at IS NULL;
CREATE INDEX inbound_unread_by_number ON inbound (reply_number, received_at, message_row_id)
    WHERE read_at IS NULL;
CREATE INDEX inbound_unread_by_keyword ON inbound (keyword, received_at, message_row_id)
    WHERE read_at IS NULL AND keyword > ''
"""

LATEST_OF_CONVERSATIONS = "CREATE INDEX conversations_by_latest ON conversations (last_at, last_row_id)"
