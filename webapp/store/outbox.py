"""The outbox: one row is one call to the provider that may send a text, and may happen once only.

    queued -> in_flight -> accepted | refused | unknown        unknown -> accepted | queued | (a person)

Every change names the attempt it speaks of, so that a late answer to one attempt never ends another.
"""

from datetime import datetime
from decimal import Decimal

from sqlite_utils import Database

from webapp.store.calls import Call, NewCall, OutboxState, get_call, list_calls
from webapp.store.connection import insert, time_text, time_text_or_none, transaction, write


def enqueue(db: Database, call: NewCall, *, now: datetime) -> int:
    """Put a call into the outbox; its id. Raises sqlite3.IntegrityError if that draft already has it."""
    with transaction(db):
        call_id = insert(
            db,
            "outbox",
            {
                "ref": call.ref,
                "draft_id": call.draft_id,
                "draft_version": call.draft_version,
                "purpose": call.purpose,
                "operation": call.operation,
                "destination": call.destination,
                "payload": call.payload_text,
                "payload_hash": call.payload_hash,
                "content_hash": call.content_hash,
                "estimated_credits": str(call.estimated_credits),
                "state": OutboxState.QUEUED,
                "next_attempt_at": time_text(now),
                "give_up_at": time_text(call.give_up_at),
                "goes_at": time_text(call.goes_at),
                "created_by": call.created_by,
                "created_at": time_text(now),
            },
        )
        add_event(db, call_id, "queued", now=now)
    return call_id


def claim(db: Database, call_id: int, *, now: datetime, lease_until: datetime) -> Call | None:
    """Begin an attempt: one conditional update, committed to disk before this returns.

    None if somebody else has it, it has ended, it is not due yet or too late now.
    """
    with transaction(db):
        claimed = write(
            db,
            "UPDATE outbox SET state = 'in_flight', attempts = attempts + 1, in_flight_at = :now, "
            "lease_until = :lease_until, unknown_at = NULL, looks = 0, next_look_at = NULL "
            "WHERE id = :id AND state = 'queued' AND next_attempt_at <= :now AND give_up_at > :now",
            {"id": call_id, "now": time_text(now), "lease_until": time_text(lease_until)},
        )
        if not claimed:
            return None
        add_event(db, call_id, "in_flight", now=now)
        return get_call(db, call_id)


def record_accepted(
    db: Database,
    call: Call,
    *,
    now: datetime,
    message_id: str,
    credits_used: Decimal | None,
    schedule_status: str | None = None,
    event: str = "accepted",
) -> bool:
    """The provider has it. Also ends a row whose lease ran out meanwhile, even one that was queued again."""
    return _change(
        db,
        call,
        "state = 'accepted', ended_at = :now, message_id = :message_id, credits_used = :credits_used, "
        "schedule_status = :schedule_status, error_code = NULL, error_message = NULL, needs_person = NULL, "
        "next_look_at = CASE WHEN :schedule_status IS NULL THEN NULL ELSE :now END",
        from_states=(OutboxState.IN_FLIGHT, OutboxState.UNKNOWN, OutboxState.QUEUED),
        event=event,
        now=now,
        message_id=message_id,
        credits_used=None if credits_used is None else str(credits_used),
        schedule_status=schedule_status,
    )


def record_refused(
    db: Database, call: Call, *, now: datetime, error_code: str, error_message: str, event: str = "refused"
) -> bool:
    """It is over: nothing more will be sent."""
    return _change(
        db,
        call,
        "state = 'refused', ended_at = :now, error_code = :error_code, error_message = :error_message, "
        "needs_person = NULL",
        from_states=(OutboxState.IN_FLIGHT, OutboxState.UNKNOWN, OutboxState.QUEUED),
        event=event,
        detail=error_message,
        now=now,
        error_code=error_code,
        error_message=error_message,
    )


def return_to_queue(
    db: Database, call: Call, *, now: datetime, next_attempt_at: datetime, event: str, detail: str = ""
) -> bool:
    """That attempt certainly sent nothing: try again at `next_attempt_at`."""
    return _change(
        db,
        call,
        "state = 'queued', next_attempt_at = :next_attempt_at, needs_person = NULL",
        from_states=(OutboxState.IN_FLIGHT, OutboxState.UNKNOWN),
        event=event,
        detail=detail,
        now=now,
        next_attempt_at=time_text(next_attempt_at),
    )


def record_unknown(db: Database, call: Call, *, now: datetime, detail: str = "") -> bool:
    """That attempt may have sent the text: it is looked up before anything else happens."""
    return _change(
        db,
        call,
        "state = 'unknown', unknown_at = :now, next_look_at = :now, looks = 0",
        from_states=(OutboxState.IN_FLIGHT,),
        event="unknown",
        detail=detail,
        now=now,
    )


def ask_person(db: Database, call: Call, *, now: datetime, reason: str) -> bool:
    """No more looking by itself: what is known is doubtful, and a person decides."""
    return _change(
        db,
        call,
        "needs_person = :reason, next_look_at = NULL",
        from_states=(OutboxState.UNKNOWN,),
        event="needs_person",
        detail=reason,
        now=now,
        reason=reason,
    )


def extend_give_up(db: Database, call_id: int, *, give_up_at: datetime) -> None:
    """A person wants it sent after all: give the next attempts their time."""
    write(db, "UPDATE outbox SET give_up_at = ? WHERE id = ?", [time_text(give_up_at), call_id])


def _change(
    db: Database,
    call: Call,
    assignments: str,
    *,
    from_states: tuple[OutboxState, ...],
    event: str,
    now: datetime,
    detail: str = "",
    **values: str | None,
) -> bool:
    states = ", ".join(f"'{state}'" for state in from_states)
    with transaction(db):
        changed = write(
            db,
            f"UPDATE outbox SET {assignments}, lease_until = NULL "  # noqa: S608 - code, never input
            f"WHERE id = :id AND attempts = :attempts AND state IN ({states})",
            {"id": call.id, "attempts": call.attempts, "now": time_text(now), **values},
        )
        if changed:
            add_event(db, call.id, event, now=now, detail=detail)
    return changed == 1


def expire_leases(db: Database, *, now: datetime) -> int:
    """Attempts whose process did not come back: unknown, never queued. The number of them."""
    expired = list_calls(db, "state = 'in_flight' AND lease_until <= ?", [time_text(now)])
    return sum(
        record_unknown(db, call, now=now, detail="the program stopped in the middle") for call in expired
    )


def claim_looks(db: Database, *, now: datetime, next_look_at: datetime, limit: int) -> list[Call]:
    """Unknown calls that are due to be looked up; the same call is given to one worker at a time."""
    return _claim_due(db, "state = 'unknown'", now=now, next_look_at=next_look_at, limit=limit)


def claim_schedule_looks(db: Database, *, now: datetime, next_look_at: datetime, limit: int) -> list[Call]:
    """Scheduled calls whose fate at the provider is due to be read."""
    return _claim_due(db, "schedule_status IS NOT NULL", now=now, next_look_at=next_look_at, limit=limit)


def _claim_due(
    db: Database, condition: str, *, now: datetime, next_look_at: datetime, limit: int
) -> list[Call]:
    due = f"{condition} AND next_look_at <= ?"
    with transaction(db):
        calls = list_calls(db, f"{due} ORDER BY next_look_at LIMIT {limit}", [time_text(now)])
        for call in calls:
            write(db, "UPDATE outbox SET next_look_at = ? WHERE id = ?", [time_text(next_look_at), call.id])
    return calls


def record_look(db: Database, call: Call, *, next_look_at: datetime) -> None:
    """A look that was answered and found nothing."""
    write(
        db,
        "UPDATE outbox SET looks = looks + 1, next_look_at = ? "
        "WHERE id = ? AND state = 'unknown' AND needs_person IS NULL",
        [time_text(next_look_at), call.id],
    )


def record_schedule_status(
    db: Database, call: Call, status: str, *, now: datetime, next_look_at: datetime | None
) -> None:
    """Where a scheduled text stands at the provider: SCHEDULED, PROCESSED or CANCELLED.

    `next_look_at` is None when it will not change any more.
    """
    with transaction(db):
        write(
            db,
            "UPDATE outbox SET schedule_status = ?, next_look_at = ? WHERE id = ?",
            [status, time_text_or_none(next_look_at), call.id],
        )
        if status != call.schedule_status:
            add_event(db, call.id, status.lower(), now=now)


def erase_payload(db: Database, call_id: int) -> None:
    """Forget the text and the options of a call that has ended; its ref and its outcome stay."""
    write(db, "UPDATE outbox SET payload = '{}' WHERE id = ? AND ended_at IS NOT NULL", [call_id])


def look_again(db: Database, call: Call, *, now: datetime) -> None:
    """Read where a scheduled text stands at once: something about it is not known."""
    write(db, "UPDATE outbox SET next_look_at = ? WHERE id = ?", [time_text(now), call.id])


def add_event(db: Database, call_id: int, event: str, *, now: datetime, detail: str = "") -> None:
    insert(
        db, "outbox_events", {"outbox_id": call_id, "at": time_text(now), "event": event, "detail": detail}
    )
