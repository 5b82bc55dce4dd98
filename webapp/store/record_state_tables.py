"""What says that nothing in the record has changed; `migrations` says when it is made."""

from collections.abc import Mapping

RECORD_STATE = """
CREATE TABLE record_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL DEFAULT 0
);
INSERT INTO record_state (id) VALUES (1)
"""

# What any page shows of them: not when a status was asked for last, nor who is attempting a call.
_TEXTS = {
    "messages": (
        "status sender destination content created_at tag keyword failure_code failure_details "
        "failure_permanent credits outbox_id deleted_at erased_at"
    ),
    "outbox": (
        "state attempts destination payload goes_at schedule_status needs_person wanted_again_at error_code "
        "error_message credits_used message_id provider_batch_id erased_at"
    ),
}


def _says_so(table: str, shown: list[str]) -> tuple[str, ...]:
    """Triggers, so that no path can forget to say so."""
    differs = " OR ".join(f"old.{column} IS NOT new.{column}" for column in shown)
    changed = f"UPDATE OF {', '.join(shown)} ON {table} WHEN {differs}"
    events = {"added": f"INSERT ON {table}", "changed": changed, "removed": f"DELETE ON {table}"}
    say_so = "BEGIN UPDATE record_state SET version = version + 1; END"
    return tuple(
        f"CREATE TRIGGER {table}_row_{name} AFTER {event} {say_so}" for name, event in events.items()
    )


def _of(tables: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(each for table, shown in tables.items() for each in _says_so(table, shown.split()))


CHANGES = _of(_TEXTS)
CHANGES_OF_BATCHES = _of({"batches": "state version name problem scheduled_at", "approvals": "state"})
# What a text is expected to cost is in the sums of spend, and may be known later than the text.
CHANGES_OF_COSTS = _says_so("messages", ["expected_credits"])[1].replace(
    "messages_row_changed", "messages_cost_changed"
)
