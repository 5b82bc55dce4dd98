"""What erasing needs; `migrations` says when it is made."""

ERASING = """
ALTER TABLE messages ADD COLUMN erased_at TEXT;
ALTER TABLE outbox ADD COLUMN erased_at TEXT;
ALTER TABLE drafts ADD COLUMN erased_at TEXT;
ALTER TABLE batches ADD COLUMN erased_at TEXT;
ALTER TABLE scheduled_items ADD COLUMN erased_at TEXT;
CREATE TABLE erasing_requests (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    tried_at TEXT,
    finished_at TEXT
)
"""

# Whether the indexes of words still hold something that was erased.
STATE = """
CREATE TABLE erasing_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    is_to_overwrite INTEGER NOT NULL DEFAULT 0
);
INSERT INTO erasing_state (id) VALUES (1)
"""

# A conversation's number was never changed before.
CHANGES = (
    """
    CREATE TRIGGER conversation_numbers_changed AFTER UPDATE OF number ON conversations
    WHEN old.number <> new.number BEGIN
        INSERT INTO conversation_numbers (conversation_numbers, rowid, number)
            VALUES ('delete', old.id, old.number);
        INSERT INTO conversation_numbers (rowid, number) VALUES (new.id, new.number);
    END
    """,
)
