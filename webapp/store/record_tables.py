"""What finding messages in the record needs; `migrations` says when it is made."""

INDEXES = """
CREATE INDEX messages_by_status ON messages (status, created_at, id);
CREATE INDEX messages_by_sender ON messages (sender, created_at, id);
CREATE INDEX messages_by_tag ON messages (tag, created_at, id) WHERE tag IS NOT NULL;
CREATE INDEX messages_by_keyword ON messages (keyword, created_at, id) WHERE keyword IS NOT NULL;
CREATE INDEX messages_failed ON messages (created_at, id, status, failure_code, deleted_at)
    WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED');
CREATE INDEX messages_unsettled ON messages (created_at)
    WHERE status NOT IN ('DELIVERED', 'UNDELIVERABLE', 'EXPIRED', 'REJECTED', 'INCOMING');
CREATE INDEX messages_failed_lately ON messages (read_at)
    WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED');
CREATE INDEX outbox_failed ON outbox (created_at, id) WHERE state = 'refused';
CREATE INDEX outbox_failed_lately ON outbox (ended_at) WHERE state = 'refused';
CREATE INDEX outbox_without_message ON outbox (created_at, id) WHERE batch_id IS NULL
    AND (state <> 'accepted' OR schedule_status IN ('SCHEDULED', 'CANCELLED', 'MISSING'));
CREATE TABLE log_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    read_to TEXT,
    lately_reread_at TEXT,
    long_ago_reread_at TEXT
);
INSERT INTO log_state (id) VALUES (1);
CREATE TABLE last_looks (
    user_id INTEGER NOT NULL REFERENCES users (id),
    page TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (user_id, page)
)
"""

FAILURES_BY_PERMANENCE = """
DROP INDEX messages_failed;
CREATE INDEX messages_failed
    ON messages (created_at, id, status, failure_code, failure_permanent, deleted_at)
    WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')
"""

# One for each set of filters that can be equal to something: a list that must look through all that one of
# them leaves, only to find that the other leaves nothing, takes as long as the record is large.
FILTERS_TOGETHER = """
CREATE INDEX messages_by_sender_status ON messages (sender, status, created_at, id);
CREATE INDEX messages_by_tag_status ON messages (tag, status, created_at, id) WHERE tag IS NOT NULL;
CREATE INDEX messages_by_tag_sender ON messages (tag, sender, created_at, id) WHERE tag IS NOT NULL;
CREATE INDEX messages_by_tag_sender_status ON messages (tag, sender, status, created_at, id)
    WHERE tag IS NOT NULL;
CREATE INDEX messages_by_keyword_status ON messages (keyword, status, created_at, id)
    WHERE keyword IS NOT NULL;
CREATE INDEX messages_by_keyword_sender ON messages (keyword, sender, created_at, id)
    WHERE keyword IS NOT NULL;
CREATE INDEX messages_by_keyword_tag ON messages (keyword, tag, created_at, id)
    WHERE keyword IS NOT NULL AND tag IS NOT NULL;
CREATE INDEX outbox_single ON outbox (id) WHERE batch_id IS NULL;
CREATE INDEX batches_by_state ON batches (state, id)
"""

# SQLite only: another engine would keep an index of words, and of parts of numbers, of its own kind.
SEARCH = (
    """
    CREATE VIRTUAL TABLE message_words USING fts5 (
        content, tag, content='messages', content_rowid='id',
        tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE VIRTUAL TABLE message_numbers USING fts5 (
        destination, sender, content='messages', content_rowid='id', tokenize='trigram'
    )
    """,
    "INSERT INTO message_words (rowid, content, tag) SELECT id, content, tag FROM messages",
    "INSERT INTO message_numbers (rowid, destination, sender) SELECT id, destination, sender FROM messages",
    """
    CREATE TRIGGER message_found_by AFTER INSERT ON messages BEGIN
        INSERT INTO message_words (rowid, content, tag) VALUES (new.id, new.content, new.tag);
        INSERT INTO message_numbers (rowid, destination, sender)
            VALUES (new.id, new.destination, new.sender);
    END
    """,
    """
    CREATE TRIGGER message_words_changed AFTER UPDATE ON messages
    WHEN old.content <> new.content OR old.tag IS NOT new.tag BEGIN
        INSERT INTO message_words (message_words, rowid, content, tag)
            VALUES ('delete', old.id, old.content, old.tag);
        INSERT INTO message_words (rowid, content, tag) VALUES (new.id, new.content, new.tag);
    END
    """,
    """
    CREATE TRIGGER message_numbers_changed AFTER UPDATE ON messages
    WHEN old.destination <> new.destination OR old.sender <> new.sender BEGIN
        INSERT INTO message_numbers (message_numbers, rowid, destination, sender)
            VALUES ('delete', old.id, old.destination, old.sender);
        INSERT INTO message_numbers (rowid, destination, sender)
            VALUES (new.id, new.destination, new.sender);
    END
    """,
)

_FAILED = "status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')"
# A number that many have, and of them few that failed: those would be looked up among all others. Whatever
# does not fail is never written here.
NUMBERS_OF_FAILED = (
    """
    CREATE VIRTUAL TABLE failed_numbers USING fts5 (
        destination, sender, content='messages', content_rowid='id', tokenize='trigram'
    )
    """,
    "INSERT INTO failed_numbers (rowid, destination, sender) SELECT id, destination, sender "  # noqa: S608
    f"FROM messages INDEXED BY messages_failed_by_id WHERE {_FAILED}",
    f"""
    CREATE TRIGGER failed_number_added AFTER INSERT ON messages WHEN new.{_FAILED} BEGIN
        INSERT INTO failed_numbers (rowid, destination, sender) VALUES (new.id, new.destination, new.sender);
    END
    """,  # noqa: S608 - our own words
    f"""
    CREATE TRIGGER failed_number_changed AFTER UPDATE OF status, destination, sender ON messages
    WHEN (old.{_FAILED}) <> (new.{_FAILED})
        OR (new.{_FAILED} AND (old.destination <> new.destination OR old.sender <> new.sender)) BEGIN
        INSERT INTO failed_numbers (failed_numbers, rowid, destination, sender)
            SELECT 'delete', old.id, old.destination, old.sender WHERE old.{_FAILED};
        INSERT INTO failed_numbers (rowid, destination, sender)
            SELECT new.id, new.destination, new.sender WHERE new.{_FAILED};
    END
    """,
)

CREDITS_OF_PERSON = "CREATE INDEX outbox_by_person ON outbox (created_by, created_at)"

# A search reads its index from the latest row on: where the rows of some days begin and end, it may begin
# and end. Rows are never more than it says, and there may be fewer.
FOUND_SOON = """
CREATE INDEX messages_failed_by_id ON messages (id, status)
    WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED');
CREATE TABLE message_days (
    day TEXT PRIMARY KEY,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO message_days SELECT SUBSTR(created_at, 1, 10), MIN(id), MAX(id) FROM messages GROUP BY 1
"""

_WIDEN = """
    INSERT INTO message_days (day, first_id, last_id) VALUES (SUBSTR(new.created_at, 1, 10), new.id, new.id)
    ON CONFLICT (day) DO UPDATE SET first_id = MIN(first_id, new.id), last_id = MAX(last_id, new.id);
"""

DAYS_OF_MESSAGES = (
    f"CREATE TRIGGER message_day_added AFTER INSERT ON messages BEGIN {_WIDEN} END",
    f"CREATE TRIGGER message_day_changed AFTER UPDATE OF created_at ON messages "
    f"WHEN old.created_at <> new.created_at BEGIN {_WIDEN} END",
)

# A call is looked for by its text, too, and all of those without a message are looked through: an index that
# holds what they are looked for by is read alone. The columns are stored nowhere else.
CALLS_WITHOUT_MESSAGE = """
ALTER TABLE outbox ADD COLUMN said_by TEXT GENERATED ALWAYS AS (json_extract(payload, '$.sender')) VIRTUAL;
ALTER TABLE outbox ADD COLUMN said_tag TEXT GENERATED ALWAYS AS (json_extract(payload, '$.tag')) VIRTUAL;
ALTER TABLE outbox ADD COLUMN said TEXT GENERATED ALWAYS AS (json_extract(payload, '$.content')) VIRTUAL;
DROP INDEX outbox_without_message;
CREATE INDEX outbox_without_message ON outbox
    (created_at, id, state, schedule_status, destination, said_by, said_tag, said)
    WHERE batch_id IS NULL
    AND (state <> 'accepted' OR schedule_status IN ('SCHEDULED', 'CANCELLED', 'MISSING'))
"""
