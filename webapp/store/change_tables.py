"""The tables for changing what is scheduled; `migrations` says when they are made."""

# `old_reference` is our reference of a text, or the provider's id of another program's. Of all that want to
# replace one text, one at a time is carried out.
CHANGES = """
CREATE TABLE schedule_changes (
    id INTEGER PRIMARY KEY,
    draft_id TEXT NOT NULL UNIQUE REFERENCES drafts (id),
    old_reference TEXT NOT NULL,
    old_call_id INTEGER REFERENCES outbox (id),
    old_goes_at TEXT NOT NULL,
    state TEXT NOT NULL,
    author_id INTEGER NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL,
    confirmed_at TEXT,
    old_went_at TEXT,
    steps INTEGER NOT NULL DEFAULT 0,
    next_step_at TEXT,
    ended_at TEXT
);
CREATE UNIQUE INDEX schedule_changes_one_at_a_time ON schedule_changes (old_reference)
    WHERE state = 'under way';
CREATE INDEX schedule_changes_by_old ON schedule_changes (old_reference, id);
CREATE INDEX schedule_changes_due ON schedule_changes (next_step_at) WHERE state = 'under way';
CREATE TABLE former_provider_ids (
    provider_id TEXT PRIMARY KEY,
    outbox_id INTEGER NOT NULL REFERENCES outbox (id)
)
"""

TIMELINE = (
    """
    CREATE TRIGGER schedule_change_moved AFTER UPDATE ON schedule_changes
    WHEN old.state <> new.state BEGIN
        UPDATE scheduled_state SET version = version + 1;
    END
    """,
)
