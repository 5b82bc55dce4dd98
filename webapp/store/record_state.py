"""Whether anything that pages show of messages, calls and batches has changed: a number, which only grows."""

from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import row, time_text
from webapp.store.readings import PROVIDER, WORKER, WORKER_MISSING_AFTER


def read_version(db: Database) -> int:
    """One read of one row: all that an unchanged poll of the messages costs."""
    found = row(db, "SELECT version FROM record_state WHERE id = 1")
    assert found is not None  # noqa: S101 - the migration makes it
    return int(found["version"])


def read_all(db: Database, *, now: datetime) -> tuple[object, ...]:
    """All that Home is made of, in one read: it differs whenever the page may, but for the time of day."""
    found = row(
        db,
        "SELECT (SELECT version FROM record_state), (SELECT version FROM scheduled_state), "
        "(SELECT version FROM inbox_state), (SELECT trouble FROM inbox_state), "
        "(SELECT credits FROM credit_readings ORDER BY id DESC LIMIT 1), "
        "(SELECT detail FROM heartbeats WHERE name = :provider), "
        "(SELECT at > :alive_since FROM heartbeats WHERE name = :worker), "
        "(SELECT value FROM organisation WHERE name = 'low_credits'), "
        "(SELECT COUNT(*) FROM provider_tokens), (SELECT COUNT(*) FROM senders), "
        "(SELECT COUNT(*) FROM users WHERE disabled_at IS NULL), "
        "(SELECT COUNT(*) FROM (SELECT 1 FROM inbound INDEXED BY inbound_hinted WHERE hint IS NOT NULL "
        "LIMIT 51))",
        {
            "provider": PROVIDER,
            "worker": WORKER,
            "alive_since": time_text(now - WORKER_MISSING_AFTER),
        },
    )
    assert found is not None  # noqa: S101 - a row of its own
    return tuple(found)
