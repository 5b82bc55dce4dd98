"""Looking calls up at the provider: when they are due, and what else of ours may explain what is found."""

from datetime import datetime

from sqlite_utils import Database

from webapp.store.calls import Call, list_calls
from webapp.store.connection import rows, time_text, time_text_or_none, transaction, write
from webapp.store.outbox import add_event


def claim_looks(db: Database, *, now: datetime, next_look_at: datetime, limit: int) -> list[Call]:
    """Unknown calls that are due to be looked up; the same call is given to one worker at a time.

    A worker that dies over them leaves them due again at `next_look_at`.
    """
    return _claim_due(db, "state = 'unknown'", now=now, next_look_at=next_look_at, limit=limit)


def claim_schedule_looks(db: Database, *, now: datetime, next_look_at: datetime, limit: int) -> list[Call]:
    """Scheduled calls whose fate at the provider is due to be read."""
    condition = (
        "schedule_status IS NOT NULL AND (provider_batch_id IS NULL OR schedule_status <> 'PROCESSED')"
    )
    return _claim_due(db, condition, now=now, next_look_at=next_look_at, limit=limit)


def claim_batch_checks(db: Database, *, now: datetime, next_look_at: datetime, limit: int) -> list[Call]:
    """Batches at the provider whose messages are due to be read again."""
    condition = (
        "state = 'accepted' AND provider_batch_id IS NOT NULL "
        "AND COALESCE(schedule_status, 'PROCESSED') = 'PROCESSED'"
    )
    return _claim_due(db, condition, now=now, next_look_at=next_look_at, limit=limit)


def record_check(db: Database, call: Call, *, next_look_at: datetime | None) -> None:
    """The messages of a batch were read; None if nothing more is expected to change."""
    write(
        db,
        "UPDATE outbox SET looks = looks + 1, next_look_at = ? WHERE id = ? AND state = 'accepted'",
        [time_text_or_none(next_look_at), call.id],
    )


def list_scheduled_to_opted_out(db: Database, *, now: datetime, limit: int) -> list[Call]:
    """Single texts that are still to come and whose number wants none any more."""
    condition = (
        "schedule_status = 'SCHEDULED' AND provider_batch_id IS NULL AND goes_at > ? "
        "AND destination IN (SELECT number FROM opt_outs) ORDER BY goes_at LIMIT ?"
    )
    return list_calls(db, condition, [time_text(now), limit], index="outbox_held_there")


def list_batches_to_opted_out(db: Database, *, after: datetime, limit: int) -> list[Call]:
    """Parts of batches that are to come after then, and in which somebody wants no texts any more."""
    condition = (
        "schedule_status = 'SCHEDULED' AND provider_batch_id IS NOT NULL AND goes_at > ? AND EXISTS "
        "(SELECT 1 FROM batch_rows JOIN opt_outs ON opt_outs.number = batch_rows.number "
        "WHERE batch_rows.batch_id = outbox.batch_id AND verdict = 'valid' "
        "AND position BETWEEN first_position AND last_position) ORDER BY goes_at LIMIT ?"
    )
    return list_calls(db, condition, [time_text(after), limit])


def _claim_due(
    db: Database, condition: str, *, now: datetime, next_look_at: datetime, limit: int
) -> list[Call]:
    due = f"{condition} AND next_look_at <= ?"
    with transaction(db):
        calls = list_calls(db, f"{due} ORDER BY next_look_at LIMIT {limit}", [time_text(now)])
        for call in calls:
            look_at(db, call, next_look_at)
    return calls


def look_at(db: Database, call: Call, at: datetime) -> None:
    """Look it up, or read where it stands, not before then."""
    write(
        db,
        "UPDATE outbox SET next_look_at = ? WHERE id = ? AND attempts = ? AND next_look_at IS NOT NULL",
        [time_text(at), call.id, call.attempts],
    )


def record_look(db: Database, call: Call, *, next_look_at: datetime) -> None:
    """A look for this attempt that was answered and settled nothing."""
    write(
        db,
        "UPDATE outbox SET looks = looks + 1, next_look_at = ? "
        "WHERE id = ? AND attempts = ? AND state = 'unknown'",
        [time_text(next_look_at), call.id, call.attempts],
    )


def record_schedule_status(
    db: Database, call: Call, status: str, *, now: datetime, next_look_at: datetime | None
) -> None:
    """Where a scheduled text stands: SCHEDULED, PROCESSED or CANCELLED; MISSING if no message came of it.

    `next_look_at` is None when it will not change any more. In the moment in which a part of a batch is
    known to be cancelled, it goes back to the queue if it is wanted again; if nothing else of the batch went
    or will go, the batch is stopped, not sent.
    """
    with transaction(db):
        write(
            db,
            "UPDATE outbox SET schedule_status = ?, next_look_at = ? WHERE id = ?",
            [status, time_text_or_none(next_look_at), call.id],
        )
        if status != call.schedule_status:
            add_event(db, call.id, status.lower(), now=now)
        if status == "CANCELLED":
            _schedule_anew(db, call, now=now)
            _stop_called_off(db, call, now=now)


def want_anew(db: Database, call: Call, *, now: datetime) -> None:
    """It is about to be cancelled only to be scheduled again: a program killed in between must know."""
    write(
        db,
        "UPDATE outbox SET wanted_again_at = ? WHERE id = ? AND schedule_status = 'SCHEDULED'",
        [time_text(now), call.id],
    )


def want_cancelled(db: Database, batch_id: int) -> None:
    """Nothing of a batch is to be scheduled again."""
    write(
        db,
        "UPDATE outbox SET wanted_again_at = NULL WHERE batch_id = ? AND state = 'accepted'",
        [batch_id],
    )


def _schedule_anew(db: Database, call: Call, *, now: datetime) -> None:
    wanted = (
        "WHERE id = ? AND state = 'accepted' AND provider_batch_id IS NOT NULL "
        "AND wanted_again_at IS NOT NULL"
    )
    # The provider goes on listing what was cancelled: it stays known as ours, and is never adopted again.
    write(
        db,
        f"INSERT OR IGNORE INTO former_provider_ids SELECT provider_batch_id, id FROM outbox {wanted}",  # noqa: S608
        [call.id],
    )
    changed = write(
        db,
        "UPDATE outbox SET state = 'queued', schedule_status = NULL, provider_batch_id = NULL, "  # noqa: S608
        f"ended_at = NULL, next_look_at = NULL, wanted_again_at = NULL, next_attempt_at = ? {wanted}",
        [time_text(now), call.id],
    )
    if changed:
        write(db, "UPDATE batches SET state = 'sending' WHERE id = ? AND state = 'sent'", [call.batch_id])
        add_event(db, call.id, "scheduled_anew", now=now)


def _stop_called_off(db: Database, call: Call, *, now: datetime) -> None:
    write(
        db,
        "UPDATE batches SET state = 'stopped', ended_at = :now, updated_at = :now "
        "WHERE id = :id AND state = 'sent' AND NOT EXISTS (SELECT 1 FROM outbox WHERE batch_id = :id "
        "AND state <> 'refused' AND schedule_status IS NOT 'CANCELLED')",
        {"id": call.batch_id, "now": time_text(now)},
    )


# What only a person says was sent is no evidence of what the log shows.
_IN_THE_LOG = (
    "state = 'accepted' AND error_code IS NULL AND message_id IS NOT NULL AND schedule_status IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.outbox_id = outbox.id AND deleted_at IS NOT NULL)"
)


def last_sent(db: Database, *, other_than: Call) -> Call | None:
    """The newest text that the provider took on, at once and not for later, and still has."""
    found = list_calls(db, f"{_IN_THE_LOG} AND id <> ? ORDER BY id DESC LIMIT 1", [other_than.id])
    return found[0] if found else None


def first_sent_after(db: Database, call: Call) -> Call | None:
    """The oldest such text of those confirmed after `call` and begun after its attempt had ended."""
    ended_at = time_text(call.unknown_at or call.created_at)
    condition = f"{_IN_THE_LOG} AND id > ? AND in_flight_at > ? ORDER BY id LIMIT 1"
    found = list_calls(db, condition, [call.id, ended_at])
    return found[0] if found else None


def ids_of_other_calls(db: Database, call: Call, message_ids: set[str]) -> set[str]:
    """Which of these ids of messages and batches already belong to a call of ours other than `call`.

    A scheduled text may become a message with another id: then only the record of messages says whose it is.
    What a call had before it was scheduled anew, and what another program has and `call` is to replace, are
    not its own either.
    """
    if not message_ids:
        return set()
    places = ", ".join("?" * len(message_ids))
    sql = (
        f"SELECT message_id AS id FROM outbox WHERE message_id IN ({places}) AND id <> ? "  # noqa: S608
        f"UNION SELECT provider_batch_id FROM outbox WHERE provider_batch_id IN ({places}) AND id <> ? "
        f"UNION SELECT message_id FROM messages WHERE message_id IN ({places}) AND outbox_id <> ? "
        f"UNION SELECT provider_id FROM former_provider_ids WHERE provider_id IN ({places}) "
        f"UNION SELECT old_reference FROM schedule_changes WHERE old_reference IN ({places}) "
        "AND state <> 'being written'"
    )
    ids = sorted(message_ids)
    return {each["id"] for each in rows(db, sql, [*([*ids, call.id] * 3), *ids, *ids])}
