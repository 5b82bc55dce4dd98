"""What counting failures needs; `migrations` says when it is made."""

# Of each UTC day, by reason; `sender` and `tag` are empty where it does not matter what they are, and
# `permanent` is -1 where nobody said. A day of which nothing is left any more keeps a row of 0.
FAILURE_COUNTS = """
CREATE TABLE failure_counts (
    sender TEXT NOT NULL,
    tag TEXT NOT NULL,
    day TEXT NOT NULL,
    status TEXT NOT NULL,
    code TEXT NOT NULL,
    permanent INTEGER NOT NULL,
    texts INTEGER NOT NULL,
    PRIMARY KEY (sender, tag, day, status, code, permanent)
) WITHOUT ROWID;
DROP INDEX messages_failed;
CREATE INDEX messages_failed
    ON messages (created_at, id, status, failure_code, failure_permanent, deleted_at, sender, tag)
    WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED');
CREATE INDEX messages_failed_by_reason ON messages (status, COALESCE(failure_code, ''), created_at, id)
    WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')
"""

_MESSAGE_FAILED = "{row}.status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED') AND {row}.deleted_at IS NULL"
_CALL_FAILED = "{row}.state = 'refused' AND {row}.error_code NOT IN ('opted_out', 'withdrawn', 'forgotten')"

# UNION leaves one of two that are equal: a text without a tag counts once among those of any.
_COUNT_MESSAGE = """
    INSERT INTO failure_counts (sender, tag, day, status, code, permanent, texts)
    SELECT senders.sender, tags.tag, SUBSTR({row}.created_at, 1, 10), {row}.status,
        COALESCE({row}.failure_code, ''), COALESCE({row}.failure_permanent, -1), {texts}
    FROM (SELECT '' AS sender UNION SELECT {row}.sender) AS senders,
        (SELECT '' AS tag UNION SELECT COALESCE({row}.tag, '')) AS tags
    WHERE true
    ON CONFLICT (sender, tag, day, status, code, permanent) DO UPDATE SET texts = texts + excluded.texts
"""
_COUNT_CALL = """
    INSERT INTO failure_counts (sender, tag, day, status, code, permanent, texts)
    SELECT senders.sender, tags.tag, SUBSTR({row}.created_at, 1, 10), 'REFUSED', {row}.error_code, -1, {texts}
    FROM (SELECT '' AS sender UNION SELECT COALESCE(json_extract({row}.payload, '$.sender'), '')) AS senders,
        (SELECT '' AS tag UNION SELECT COALESCE(json_extract({row}.payload, '$.tag'), '')) AS tags
    WHERE true
    ON CONFLICT (sender, tag, day, status, code, permanent) DO UPDATE SET texts = texts + excluded.texts
"""
_OF_MESSAGE = "status, failure_code, failure_permanent, created_at, sender, tag, deleted_at"
_OF_CALL = "state, error_code, message_count, created_at, payload"


def _kept(table: str, columns: str, failed: str, count: str, texts: str) -> tuple[str, ...]:
    """Triggers: whoever changes a row, the counts change with it in the same transaction."""

    def trigger(name: str, event: str, row: str, sign: str) -> str:
        counting = count.format(row=row, texts=f"{sign}{texts.format(row=row)}")
        return (
            f"CREATE TRIGGER {table}_failed_{name} AFTER {event} ON {table} "
            f"WHEN {failed.format(row=row)} BEGIN {counting}; END"
        )

    return (
        trigger("added", "INSERT", "new", ""),
        trigger("no_more", f"UPDATE OF {columns}", "old", "-"),
        trigger("now", f"UPDATE OF {columns}", "new", ""),
        trigger("removed", "DELETE", "old", "-"),
    )


KEEP_FAILURE_COUNTS = (
    *_kept("messages", _OF_MESSAGE, _MESSAGE_FAILED, _COUNT_MESSAGE, "1"),
    *_kept("outbox", _OF_CALL, _CALL_FAILED, _COUNT_CALL, "{row}.message_count"),
)

_ALREADY_MESSAGES = (
    "INSERT INTO failure_counts SELECT {sender}, {tag}, SUBSTR(created_at, 1, 10), status, "  # noqa: S608 - our own words
    "COALESCE(failure_code, ''), COALESCE(failure_permanent, -1), COUNT(*) FROM messages "
    f"WHERE {_MESSAGE_FAILED.format(row='messages')} AND {{which}} GROUP BY 1, 2, 3, 4, 5, 6"
)
_ALREADY_CALLS = (
    "INSERT INTO failure_counts SELECT {sender}, {tag}, SUBSTR(created_at, 1, 10), 'REFUSED', error_code, "  # noqa: S608
    "-1, SUM(message_count) FROM outbox "
    f"WHERE {_CALL_FAILED.format(row='outbox')} AND {{which}} GROUP BY 1, 2, 3, 4, 5, 6"
)


def _each_way(counting: str, sender: str, tag: str) -> tuple[str, ...]:
    """Whoever sent it and whatever its tag; of each sender; of each tag; of each of both."""
    of_sender, of_tag = f"{sender} <> ''", f"{tag} <> ''"
    return (
        counting.format(sender="''", tag="''", which="1"),
        counting.format(sender=sender, tag="''", which=of_sender),
        counting.format(sender="''", tag=tag, which=of_tag),
        counting.format(sender=sender, tag=tag, which=f"{of_sender} AND {of_tag}"),
    )


COUNT_WHAT_FAILED = (
    *_each_way(_ALREADY_MESSAGES, "sender", "tag"),
    *_each_way(_ALREADY_CALLS, "json_extract(payload, '$.sender')", "json_extract(payload, '$.tag')"),
)

# What failed of a batch, with what it is filtered by: the record of messages knows batches by their calls
# alone, and a list may have one call or a hundred thousand.
FAILURES_OF_BATCH = """
CREATE TABLE batch_failures (
    batch_id INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    id INTEGER NOT NULL,
    status TEXT NOT NULL,
    failure_code TEXT,
    failure_permanent INTEGER,
    sender TEXT NOT NULL,
    tag TEXT,
    PRIMARY KEY (batch_id, created_at, id)
) WITHOUT ROWID;
CREATE INDEX outbox_failed_of_batch ON outbox (batch_id, created_at, id)
    WHERE state = 'refused' AND batch_id IS NOT NULL;
DROP INDEX messages_failed_by_reason;
CREATE INDEX messages_failed_by_reason ON messages
    (status, COALESCE(failure_code, ''), created_at, id, failure_permanent, deleted_at, sender, tag)
    WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')
"""

_ADD_TO_BATCH = """
    INSERT INTO batch_failures
        (batch_id, created_at, id, status, failure_code, failure_permanent, sender, tag)
    SELECT outbox.batch_id, {row}.created_at, {row}.id, {row}.status, {row}.failure_code,
        {row}.failure_permanent, {row}.sender, {row}.tag
    FROM {source} WHERE outbox.id = {row}.outbox_id AND outbox.batch_id IS NOT NULL
"""
_TAKE_FROM_BATCH = """
    DELETE FROM batch_failures WHERE created_at = old.created_at AND id = old.id
        AND batch_id = (SELECT batch_id FROM outbox WHERE id = old.outbox_id);
"""
_ADD_NEW = _ADD_TO_BATCH.format(row="new", source="outbox")
_NEW_FAILED, _OLD_FAILED = _MESSAGE_FAILED.format(row="new"), _MESSAGE_FAILED.format(row="old")

KEEP_FAILURES_OF_BATCH = (
    _ADD_TO_BATCH.format(row="messages", source="messages, outbox")
    + f" AND {_MESSAGE_FAILED.format(row='messages')}",
    f"CREATE TRIGGER batch_failure_added AFTER INSERT ON messages WHEN {_NEW_FAILED} BEGIN {_ADD_NEW}; END",
    f"CREATE TRIGGER batch_failure_changed AFTER UPDATE OF {_OF_MESSAGE}, outbox_id ON messages "
    f"WHEN ({_NEW_FAILED}) OR ({_OLD_FAILED}) BEGIN {_TAKE_FROM_BATCH} {_ADD_NEW} AND {_NEW_FAILED}; END",
    f"CREATE TRIGGER batch_failure_removed AFTER DELETE ON messages WHEN {_OLD_FAILED} "
    f"BEGIN {_TAKE_FROM_BATCH} END",
)
