"""By which metadata messages are found; what it says of a person is erased with them.

Only what went out, and only what somebody meant by it: the keys of Textdesk's own are left out.
"""

import json
from collections.abc import Iterable, Mapping

from sqlite_utils import Database

from webapp.messaging.metadata import RESERVED_KEYS, read_metadata
from webapp.store.connection import transaction

_OWN = f"LIKE '{RESERVED_KEYS}%'"
_KEEP = "INSERT OR REPLACE INTO message_metadata (key, id, value)"
# What we sent with it: not every reply gives that back.
_SENT = (
    f"{_KEEP} SELECT json_extract(pair.value, '$.key'), {{row}}, json_extract(pair.value, '$.value') "  # noqa: S608
    "FROM {source}, json_each(outbox.payload, '$.metadata') AS pair "
    f"WHERE {{which}} AND json_extract(pair.value, '$.key') NOT {_OWN}"
)
_SENT_BY_CALL = _SENT.format(row=":row_id", source="outbox", which="outbox.id = :outbox_id")
_IS_KEPT = "messages.status <> 'INCOMING' AND messages.deleted_at IS NULL AND messages.erased_at IS NULL"
_SENT_BEFORE = _SENT.format(
    row="messages.id",
    source="messages JOIN outbox ON outbox.id = messages.outbox_id",
    which=f"outbox.batch_id IS NULL AND {_IS_KEPT}",
)
_CAME_BEFORE = f"""
    {_KEEP} SELECT json_extract(pair.value, '$[0]'), messages.id, json_extract(pair.value, '$[1]')
    FROM messages, json_each(pairs_of(messages.raw)) AS pair
    WHERE messages.raw LIKE '%"metadata"%' AND {_IS_KEPT}
    AND json_extract(pair.value, '$[0]') NOT {_OWN}
"""  # noqa: S608


def keep_metadata(db: Database, row_id: int, metadata: Mapping[str, str], *, outbox_id: int | None) -> None:
    """What the provider says went with a message, and what the call says that sent it."""
    said = [
        (key, row_id, value) for key, value in metadata.items() if not key.lower().startswith(RESERVED_KEYS)
    ]
    if said:
        with transaction(db):
            db.conn.executemany(f"{_KEEP} VALUES (?, ?, ?)", said)
    if outbox_id is not None:
        with transaction(db):
            db.conn.execute(_SENT_BY_CALL, {"row_id": row_id, "outbox_id": outbox_id})


def forget_metadata(db: Database, row_ids: Iterable[int]) -> None:
    """In the transaction of whoever erases the rest of those messages."""
    db.conn.executemany("DELETE FROM message_metadata WHERE id = ?", [(row_id,) for row_id in row_ids])


def keep_what_came_before(db: Database) -> None:
    """Of every message, from what is known of it, into an empty table."""

    def pairs_of(raw: str) -> str:
        return json.dumps(list(read_metadata(json.loads(raw).get("metadata")).items()))

    db.conn.create_function("pairs_of", 1, pairs_of, deterministic=True)
    db.conn.execute(_SENT_BEFORE)
    db.conn.execute(_CAME_BEFORE)
