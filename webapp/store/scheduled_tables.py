"""The tables of the scheduled list; `migrations` says when they are made."""

# The provider's list as it last was: what is no longer on it stays, with `is_listed` 0, while it is shown.
SCHEDULED = """
CREATE TABLE scheduled_items (
    id INTEGER PRIMARY KEY,
    provider_id TEXT NOT NULL UNIQUE,
    is_batch INTEGER NOT NULL,
    status TEXT NOT NULL,
    sender TEXT NOT NULL,
    destination TEXT NOT NULL,
    people INTEGER NOT NULL,
    content TEXT NOT NULL,
    goes_at TEXT,
    is_listed INTEGER NOT NULL
);
CREATE INDEX scheduled_items_by_time ON scheduled_items (goes_at, id);
CREATE TABLE scheduled_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL DEFAULT 0,
    asked_at TEXT,
    trouble TEXT NOT NULL DEFAULT ''
);
INSERT INTO scheduled_state (id) VALUES (1);
CREATE INDEX outbox_timeline ON outbox (goes_at, id)
    WHERE operation = 'schedule_message' AND batch_id IS NULL;
CREATE INDEX outbox_held_there ON outbox (goes_at) WHERE schedule_status = 'SCHEDULED';
CREATE INDEX batches_timeline ON batches (goes_at, id)
    WHERE confirmed_at IS NOT NULL AND scheduled_at IS NOT NULL
"""

# The timeline changes with every scheduled call, whoever changes it: no path can forget to say so.
CHANGES = (
    """
    CREATE TRIGGER scheduled_call_added AFTER INSERT ON outbox
    WHEN new.operation IN ('schedule_message', 'schedule_batch') BEGIN
        UPDATE scheduled_state SET version = version + 1;
    END
    """,
    """
    CREATE TRIGGER scheduled_call_changed AFTER UPDATE ON outbox
    WHEN new.operation IN ('schedule_message', 'schedule_batch') AND (old.state <> new.state
    OR old.schedule_status IS NOT new.schedule_status OR old.needs_person IS NOT new.needs_person) BEGIN
        UPDATE scheduled_state SET version = version + 1;
    END
    """,
    """
    CREATE TRIGGER scheduled_batch_changed AFTER UPDATE ON batches
    WHEN new.scheduled_at IS NOT NULL AND old.state <> new.state BEGIN
        UPDATE scheduled_state SET version = version + 1;
    END
    """,
)
