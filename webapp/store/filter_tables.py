"""What filtering messages by batch, credits and metadata needs; `migrations` says when it is made."""

# Of each message the batch of ours that it belongs to: else the record knows that by the call alone, and a
# list may have one call or a hundred thousand. Of another program's batch there is only the provider's id.
MESSAGES_OF_BATCH = """
ALTER TABLE messages ADD COLUMN our_batch_id INTEGER;
UPDATE messages SET our_batch_id = (SELECT outbox.batch_id FROM outbox WHERE outbox.id = messages.outbox_id)
    WHERE outbox_id IN (SELECT outbox.id FROM outbox WHERE outbox.batch_id IS NOT NULL);
CREATE INDEX messages_of_batch ON messages (our_batch_id, created_at, id, sender, tag)
    WHERE our_batch_id IS NOT NULL;
CREATE INDEX messages_of_batch_by_status ON messages (our_batch_id, status, created_at, id, sender, tag)
    WHERE our_batch_id IS NOT NULL;
CREATE INDEX messages_of_batch_by_id ON messages (our_batch_id, id) WHERE our_batch_id IS NOT NULL;
CREATE INDEX messages_of_other_batch ON messages (batch_id, created_at, id, sender, tag)
    WHERE batch_id IS NOT NULL AND outbox_id IS NULL;
CREATE INDEX messages_of_other_batch_by_status ON messages (batch_id, status, created_at, id, sender, tag)
    WHERE batch_id IS NOT NULL AND outbox_id IS NULL
"""

_OF_ITS_CALL = "(SELECT outbox.batch_id FROM outbox WHERE outbox.id = new.outbox_id)"
_TAKE_FROM_CALL = f"UPDATE messages SET our_batch_id = {_OF_ITS_CALL} WHERE id = new.id"  # noqa: S608

KEEP_BATCH_OF_MESSAGE = (
    f"CREATE TRIGGER message_of_batch AFTER INSERT ON messages WHEN new.outbox_id IS NOT NULL "
    f"BEGIN {_TAKE_FROM_CALL} AND {_OF_ITS_CALL} IS NOT NULL; END",
    f"CREATE TRIGGER message_of_other_batch AFTER UPDATE OF outbox_id ON messages "
    f"WHEN new.outbox_id IS NOT old.outbox_id BEGIN {_TAKE_FROM_CALL}; END",
)

# Whoever adds a message mostly says it at once: writing a row twice costs as much as its indexes.
FIND_BATCH_OF_MESSAGE = (
    "CREATE TRIGGER message_of_batch AFTER INSERT ON messages "
    "WHEN new.outbox_id IS NOT NULL AND new.our_batch_id IS NULL "
    f"BEGIN {_TAKE_FROM_CALL} AND {_OF_ITS_CALL} IS NOT NULL; END"
)

# An index of what failed, instead of a table that triggers kept.
FAILED_OF_BATCH = """
DROP TRIGGER batch_failure_added;
DROP TRIGGER batch_failure_changed;
DROP TRIGGER batch_failure_removed;
DROP TABLE batch_failures;
CREATE INDEX messages_failed_of_batch ON messages
    (our_batch_id, created_at, id, status, failure_code, failure_permanent, sender, tag)
    WHERE our_batch_id IS NOT NULL AND deleted_at IS NULL
    AND status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')
"""

# What a text cost, in thousandths of a credit: what the provider charged or, where it has not said, what was
# expected; nothing for what came in. It is stored nowhere else, and is what sums by day are made of. With one
# more filter it has an index for both; with two more, what one of these indexes leaves is looked through.
COST_OF_MESSAGE = """
ALTER TABLE messages ADD COLUMN cost INTEGER GENERATED ALWAYS AS (
    CASE WHEN status = 'INCOMING' THEN NULL ELSE CAST(MAX(0, MIN(1000000000000, ROUND(1000 * CAST(
        COALESCE(credits, CASE WHEN status NOT IN ('REJECTED', 'SCHEDULED', 'CANCELLED', 'PROCESSED')
            THEN expected_credits END) AS REAL)))) AS INTEGER) END
) VIRTUAL;
CREATE INDEX messages_by_cost ON messages (cost, created_at, id) WHERE cost IS NOT NULL;
CREATE INDEX messages_by_cost_status ON messages (cost, status, created_at, id) WHERE cost IS NOT NULL;
CREATE INDEX messages_by_cost_sender ON messages (cost, sender, created_at, id, status)
    WHERE cost IS NOT NULL;
CREATE INDEX messages_by_tag_cost ON messages (tag, cost, created_at, id, status, sender)
    WHERE tag IS NOT NULL AND cost IS NOT NULL;
CREATE INDEX messages_of_batch_by_cost ON messages (our_batch_id, cost, created_at, id, status)
    WHERE our_batch_id IS NOT NULL;
CREATE INDEX messages_of_other_batch_by_cost ON messages (batch_id, cost, created_at, id, status)
    WHERE batch_id IS NOT NULL AND outbox_id IS NULL
"""

# Looked up row by row, the latest first, as words are.
METADATA_OF_MESSAGE = """
CREATE TABLE message_metadata (
    key TEXT NOT NULL COLLATE NOCASE,
    id INTEGER NOT NULL,
    value TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (key, id)
) WITHOUT ROWID;
CREATE INDEX message_metadata_by_value ON message_metadata (key, value, id);
CREATE INDEX message_metadata_of_message ON message_metadata (id);
ALTER TABLE outbox ADD COLUMN said_metadata TEXT
    GENERATED ALWAYS AS (json_extract(payload, '$.metadata')) VIRTUAL;
DROP INDEX outbox_without_message;
CREATE INDEX outbox_without_message ON outbox
    (created_at, id, state, schedule_status, destination, said_by, said_tag, said, said_metadata)
    WHERE batch_id IS NULL
    AND (state <> 'accepted' OR schedule_status IN ('SCHEDULED', 'CANCELLED', 'MISSING'))
"""

# Beside each pair stands what a filter asks of its message, under the same names: it is read alone.
FILTERS_OF_METADATA = """
ALTER TABLE message_metadata ADD COLUMN status TEXT;
ALTER TABLE message_metadata ADD COLUMN sender TEXT;
ALTER TABLE message_metadata ADD COLUMN tag TEXT;
ALTER TABLE message_metadata ADD COLUMN cost INTEGER;
ALTER TABLE message_metadata ADD COLUMN created_at TEXT;
UPDATE message_metadata SET (status, sender, tag, cost, created_at) =
    (SELECT status, sender, tag, cost, created_at FROM messages WHERE messages.id = message_metadata.id);
DROP INDEX message_metadata_by_value;
CREATE INDEX message_metadata_by_value ON message_metadata
    (key, value, id, status, sender, tag, cost, created_at);
CREATE INDEX outbox_with_metadata ON outbox (created_at, id, said_metadata)
    WHERE batch_id IS NULL AND said_metadata IS NOT NULL
    AND (state <> 'accepted' OR schedule_status IN ('SCHEDULED', 'CANCELLED', 'MISSING'))
"""

# Few fail: those are not looked for among all that have the pair.
FAILED_WITH_METADATA = """
CREATE INDEX message_metadata_failed ON message_metadata
    (key, value, id, status, sender, tag, cost, created_at)
    WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')
"""

# The same of a key with whatever value.
FAILED_WITH_KEY = """
CREATE INDEX message_metadata_failed_of_key ON message_metadata
    (key, id, status, sender, tag, cost, created_at)
    WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')
"""

KEEP_FILTERS_OF_METADATA = (
    "CREATE TRIGGER message_metadata_added AFTER INSERT ON message_metadata BEGIN "
    "UPDATE message_metadata SET (status, sender, tag, cost, created_at) = "
    "(SELECT status, sender, tag, cost, created_at FROM messages WHERE messages.id = new.id) "
    "WHERE key = new.key AND id = new.id; END",
    "CREATE TRIGGER message_of_metadata_changed "
    "AFTER UPDATE OF status, sender, tag, credits, expected_credits, created_at ON messages "
    "WHEN (old.status, old.sender, old.created_at) <> (new.status, new.sender, new.created_at) "
    "OR old.tag IS NOT new.tag OR old.cost IS NOT new.cost BEGIN "
    "UPDATE message_metadata SET status = new.status, sender = new.sender, tag = new.tag, cost = new.cost, "
    "created_at = new.created_at WHERE id = new.id; END",
)
