"""What finding calls of ours without a message needs; `migrations` says when it is made."""


def _is_over(of: str) -> str:
    """Nobody works on it, and it has become no message; never NULL."""
    return (
        f"({of}.batch_id IS NULL AND {of}.state NOT IN ('queued', 'in_flight') AND ({of}.state <> 'accepted' "
        f"OR COALESCE({of}.schedule_status, '') IN ('SCHEDULED', 'CANCELLED', 'MISSING')))"
    )


_CONTENT = "content='outbox', content_rowid='id'"
_LEFT = f"""
    INSERT INTO call_words (call_words, rowid, said, said_tag)
        SELECT 'delete', old.id, old.said, old.said_tag WHERE {_is_over("old")};
    INSERT INTO call_numbers (call_numbers, rowid, destination)
        SELECT 'delete', old.id, old.destination WHERE {_is_over("old")};
"""
_CAME = f"""
    INSERT INTO call_words (rowid, said, said_tag)
        SELECT new.id, new.said, new.said_tag WHERE {_is_over("new")};
    INSERT INTO call_numbers (rowid, destination) SELECT new.id, new.destination WHERE {_is_over("new")};
"""
_WITHOUT_MESSAGE = (
    "batch_id IS NULL AND (state <> 'accepted' OR schedule_status IN ('SCHEDULED', 'CANCELLED', 'MISSING')) "
    "AND state NOT IN ('queued', 'in_flight')"
)
_KNOWN = f"FROM outbox INDEXED BY outbox_without_message WHERE {_WITHOUT_MESSAGE}"

# Most texts go at once and become a message: they are in no index of words while they wait, and are few.
WORDS_OF_CALLS = (
    f"""
    CREATE VIRTUAL TABLE call_words USING fts5 (
        said, said_tag, {_CONTENT}, tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    f"CREATE VIRTUAL TABLE call_numbers USING fts5 (destination, {_CONTENT}, tokenize='trigram')",
    f"INSERT INTO call_words (rowid, said, said_tag) SELECT id, said, said_tag {_KNOWN}",
    f"INSERT INTO call_numbers (rowid, destination) SELECT id, destination {_KNOWN}",
    "CREATE INDEX outbox_waiting ON outbox (id) WHERE batch_id IS NULL AND state IN ('queued', 'in_flight')",
    f"CREATE TRIGGER call_found_by AFTER INSERT ON outbox WHEN {_is_over('new')} BEGIN {_CAME} END",
    f"""
    CREATE TRIGGER call_found_otherwise
    AFTER UPDATE OF batch_id, state, schedule_status, destination, payload ON outbox
    WHEN {_is_over("old")} <> {_is_over("new")}
        OR ({_is_over("new")} AND (old.destination <> new.destination OR old.payload <> new.payload))
    BEGIN {_LEFT} {_CAME} END
    """,
)
