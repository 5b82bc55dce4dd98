"""Erasing numbers and words, and nothing else: what happened, when, and what it cost stays.

Each function goes through one kind of row, a few hundred in a transaction, and says how many it emptied. What
is not settled stays: what may still be sent, looked up or decided, and replies that nobody has read.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep
from typing import Any

from sqlite_utils import Database

from webapp.messaging.numbers import ERASED, erased_number
from webapp.store.connection import json_text, row, rows, time_text, transaction
from webapp.store.message_metadata import forget_metadata

ROWS_A_WRITE = 100
# Between two transactions whoever else wants to write gets a turn: SQLite knows no queue.
PAUSE_SECONDS = 0.02

_IS_SETTLED = "state IN ('accepted', 'refused') AND COALESCE(schedule_status, '') <> 'SCHEDULED'"
_OVER = "('sent', 'stopped', 'discarded', 'refused')"
KEPT_OF_A_CALL = ("sender", "tag")
"""What lists and sums are filtered by."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Everything from before a time; or, with `number`, what belongs to that number from before then.

    Past `deadline`, of the monotonic clock, no more is begun: what is left is for the next round.
    """

    before: datetime
    number: str | None = None
    deadline: float | None = None

    @property
    def is_over(self) -> bool:
        return self.deadline is not None and monotonic() > self.deadline

    @property
    def values(self) -> dict[str, Any]:
        return {"before": time_text(self.before), "number": self.number}


def erase_messages(db: Database, extent: Extent, *, now: datetime) -> int:
    """Both ways; a reply that nobody has read stays, and so does a text whose call is not settled."""

    def erase(found: Sequence[sqlite3.Row]) -> None:
        ids = [(each["id"],) for each in found]
        db.conn.executemany(
            "UPDATE messages SET sender = ?, destination = ?, content = '', raw = '{}', "
            "next_check_at = NULL, erased_at = ? WHERE id = ?",
            [(*_both_ends(each), time_text(now), each["id"]) for each in found],
        )
        db.conn.executemany(
            "UPDATE message_events SET detail = '' WHERE message_row_id = ? AND detail <> ''", ids
        )
        forget_metadata(db, [each["id"] for each in found])
        db.conn.executemany("DELETE FROM inbound_differences WHERE message_row_id = ?", ids)
        db.conn.executemany("UPDATE inbound SET hint = NULL WHERE message_row_id = ?", ids)

    columns = "id, created_at AS at, status, sender, destination"
    sql = f"SELECT {columns} FROM messages WHERE {_messages(extent)}"  # noqa: S608
    return _each(db, sql, "created_at", extent, erase)


def erase_calls(db: Database, extent: Extent, *, now: datetime) -> int:
    """Calls of single texts and, by age, of batches; the sender ID and the tag stay."""

    def erase(found: Sequence[sqlite3.Row]) -> None:
        db.conn.executemany(
            "UPDATE outbox SET payload = ?, payload_hash = '', content_hash = '', destination = ?, "
            "error_message = NULL, erased_at = ? WHERE id = ?",
            [
                (
                    _kept(each["payload"]),
                    erased_number(each["destination"], each["id"]),
                    time_text(now),
                    each["id"],
                )
                for each in found
            ],
        )
        db.conn.executemany(
            "UPDATE outbox_events SET detail = '' WHERE outbox_id = ? AND detail <> ''",
            [(each["id"],) for each in found],
        )

    columns = "id, created_at AS at, payload, destination"
    sql = f"SELECT {columns} FROM outbox WHERE {_calls(extent)}"  # noqa: S608
    return _each(db, sql, "created_at", extent, erase)


def unname_calls_of_batches(db: Database, extent: Extent) -> int:
    """A call of a batch names the first of its people."""

    def erase(found: Sequence[sqlite3.Row]) -> None:
        changes = [(erased_number(each["destination"], each["id"]), each["id"]) for each in found]
        db.conn.executemany("UPDATE outbox SET destination = ? WHERE id = ?", changes)

    sql = (
        "SELECT id, created_at AS at, destination FROM outbox WHERE batch_id IS NOT NULL "  # noqa: S608
        f"AND destination = :number AND {_IS_SETTLED} AND goes_at < :before"
    )
    return _each(db, sql, "created_at", extent, erase)


def erase_drafts(db: Database, extent: Extent, *, now: datetime) -> int:
    """By age once none of its calls says anything any more; by number with everybody else it is to."""
    whose = (
        "numbers LIKE '%\"' || :number || '\"%' AND NOT EXISTS (SELECT 1 FROM outbox "  # noqa: S608
        f"WHERE draft_id = drafts.id AND NOT ({_IS_SETTLED}))"
        if extent.number
        else "NOT EXISTS (SELECT 1 FROM outbox WHERE draft_id = drafts.id AND outbox.erased_at IS NULL)"
    )

    def erase(found: Sequence[sqlite3.Row]) -> None:
        db.conn.executemany(
            "UPDATE drafts SET typed = '{}', numbers = '[]', content = '', content_hash = '', "
            "options = '{}', erased_at = :now, discarded_at = CASE WHEN confirmed_at IS NULL "
            "THEN COALESCE(discarded_at, :now) END WHERE id = :id",
            [{"id": each["id"], "now": time_text(now)} for each in found],
        )

    sql = (
        "SELECT id, updated_at AS at FROM drafts WHERE erased_at IS NULL "  # noqa: S608
        f"AND COALESCE(confirmed_at, discarded_at, updated_at) < :before AND {whose} AND NOT EXISTS "
        "(SELECT 1 FROM schedule_changes WHERE draft_id = drafts.id AND state = 'under way')"
    )
    return _each(db, sql, "updated_at", extent, erase)


def erase_conversations(db: Database, extent: Extent) -> int:
    """The number of a conversation in which nothing is left to read, and to which nothing goes."""
    whose = "number = :number" if extent.number else "last_at < :before"

    def erase(found: Sequence[sqlite3.Row]) -> None:
        ids = [(each["id"],) for each in found]
        db.conn.executemany("DELETE FROM presence WHERE conversation_id = ?", ids)
        db.conn.executemany("DELETE FROM unfinished_replies WHERE conversation_id = ?", ids)
        db.conn.executemany(
            "UPDATE conversations SET number = ?, version = version + 1 WHERE id = ?",
            [(erased_number(each["number"], each["id"]), each["id"]) for each in found],
        )

    sql = (
        f"SELECT id, last_at AS at, number FROM conversations WHERE {whose} "  # noqa: S608
        f"AND number NOT LIKE '{ERASED}-%' "
        "AND NOT EXISTS (SELECT 1 FROM inbound JOIN messages ON messages.id = message_row_id "
        "WHERE conversation_id = conversations.id AND erased_at IS NULL) "
        "AND NOT EXISTS (SELECT 1 FROM outbox WHERE destination = conversations.number) "
        "AND NOT EXISTS (SELECT 1 FROM messages WHERE destination = conversations.number)"
    )
    return _each(db, sql, "last_at", extent, erase)


def erase_scheduled(db: Database, extent: Extent, *, now: datetime) -> int:
    """What the provider's scheduled list said of texts that are no longer to go."""
    whose = "destination = :number" if extent.number else "1"

    def erase(found: Sequence[sqlite3.Row]) -> None:
        db.conn.executemany(
            "UPDATE scheduled_items SET content = '', destination = ?, erased_at = ? WHERE id = ?",
            [(erased_number(each["destination"]), time_text(now), each["id"]) for each in found],
        )

    sql = (
        "SELECT id, goes_at AS at, destination FROM scheduled_items "  # noqa: S608
        f"WHERE erased_at IS NULL AND status <> 'SCHEDULED' AND goes_at < :before AND {whose}"
    )
    return _each(db, sql, "goes_at", extent, erase)


def count(db: Database, extent: Extent) -> tuple[int, int]:
    """How many messages and calls there are to erase now."""
    found = row(
        db,
        f"SELECT (SELECT COUNT(*) FROM messages WHERE {_messages(extent)}) AS messages, "  # noqa: S608
        f"(SELECT COUNT(*) FROM outbox WHERE {_calls(extent)}) AS calls",
        extent.values,
    )
    return (found["messages"], found["calls"]) if found else (0, 0)


def is_known(db: Database, number: str) -> bool:
    """Whether anything of that number is left, opt-outs apart. It reads every list."""
    found = row(
        db,
        "SELECT EXISTS (SELECT 1 FROM messages WHERE destination = :number) "
        "OR EXISTS (SELECT 1 FROM messages WHERE sender = :number AND status = 'INCOMING') "
        "OR EXISTS (SELECT 1 FROM outbox WHERE destination = :number) "
        "OR EXISTS (SELECT 1 FROM conversations WHERE number = :number) "
        "OR EXISTS (SELECT 1 FROM scheduled_items WHERE destination = :number) "
        "OR EXISTS (SELECT 1 FROM drafts WHERE numbers LIKE '%\"' || :number || '\"%') "
        "OR EXISTS (SELECT 1 FROM batch_rows WHERE number = :number) AS known",
        {"number": number},
    )
    return bool(found and found["known"])


def _messages(extent: Extent) -> str:
    whose = "1"
    if extent.number:
        whose = (
            "messages.id IN (SELECT id FROM messages WHERE destination = :number AND status <> 'INCOMING' "
            "UNION SELECT id FROM messages WHERE sender = :number AND status = 'INCOMING' "
            "UNION SELECT message_row_id FROM inbound "
            "JOIN conversations ON conversations.id = conversation_id WHERE number = :number)"
        )
    return (
        f"{whose} AND messages.created_at < :before AND messages.erased_at IS NULL "  # noqa: S608
        "AND messages.status <> 'SCHEDULED' AND NOT EXISTS "
        "(SELECT 1 FROM inbound WHERE message_row_id = messages.id AND read_at IS NULL) AND NOT EXISTS "
        f"(SELECT 1 FROM outbox WHERE outbox.id = messages.outbox_id AND NOT ({_IS_SETTLED}))"
    )


def _calls(extent: Extent) -> str:
    whose = "destination = :number AND batch_id IS NULL" if extent.number else "1"
    return (
        f"{whose} AND created_at < :before AND goes_at < :before AND erased_at IS NULL "  # noqa: S608
        f"AND {_IS_SETTLED} AND (batch_id IS NULL OR batch_id IN "
        f"(SELECT batches.id FROM batches WHERE batches.state IN {_OVER}))"
    )


def _each(
    db: Database,
    sql: str,
    order: str,
    extent: Extent,
    erase: Callable[[Sequence[sqlite3.Row]], None],
) -> int:
    """Some at a time, so that nobody waits for long: the next begin after `at` and `id` of the last one."""
    done, at, last_id = 0, "", "" if "FROM drafts" in sql else -1
    while True:
        with transaction(db):
            found = rows(
                db,
                f"{sql} AND ({order}, id) > (:at, :last_id) ORDER BY {order}, id LIMIT {ROWS_A_WRITE}",
                {**extent.values, "at": at, "last_id": last_id},
            )
            erase(found)
        done += len(found)
        if len(found) < ROWS_A_WRITE or extent.is_over:
            return done
        at, last_id = found[-1]["at"], found[-1]["id"]
        sleep(PAUSE_SECONDS)


def _both_ends(found: sqlite3.Row) -> tuple[str, str]:
    """The sender and the recipient, of which that one is erased who is not us."""
    if found["status"] == "INCOMING":
        return erased_number(found["sender"]), found["destination"]
    return found["sender"], erased_number(found["destination"])


def _kept(payload: str) -> str:
    fields = json.loads(payload)
    return json_text({name: fields[name] for name in KEPT_OF_A_CALL if name in fields})
