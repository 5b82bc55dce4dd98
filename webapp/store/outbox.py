"""The outbox: one row is one call to the provider that may send a text, and may happen once only.

    queued -> in_flight -> accepted | refused | unknown        unknown -> accepted | queued | (a person)

Every change names the attempt it speaks of, so that a late answer to one attempt never ends another.
"""

from datetime import datetime
from decimal import Decimal

from sqlite_utils import Database

from webapp.store.calls import MAY_GO, SAID_SENT, Call, NewCall, OutboxState, get_call, list_calls
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
                "batch_id": call.batch_id,
                "first_position": call.first_position,
                "last_position": call.last_position,
                "message_count": call.message_count,
                "purpose": call.purpose,
                "operation": call.operation,
                "destination": call.destination,
                "payload": call.payload_text,
                "payload_hash": call.payload_hash,
                "content_hash": call.content_hash,
                "estimated_credits": str(call.estimated_credits),
                "state": OutboxState.QUEUED,
                "next_attempt_at": time_text(call.next_attempt_at or now),
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
            "UPDATE outbox SET state = 'in_flight', attempts = attempts + 1, in_flight_at = :now, "  # noqa: S608
            "lease_until = :lease_until, unknown_at = NULL, looks = 0, next_look_at = NULL, "
            "wanted_again_at = NULL "
            "WHERE id = :id AND state = 'queued' AND next_attempt_at <= :now AND give_up_at > :now "
            f"AND {MAY_GO}",
            {"id": call_id, "now": time_text(now), "lease_until": time_text(lease_until)},
        )
        if not claimed:
            return None
        add_event(db, call_id, "in_flight", now=now)
        return get_call(db, call_id)


def record_people(db: Database, call: Call, *, destination: str, message_count: int) -> None:
    """Whom a call of a batch goes to, now that it is made: the first of them, and how many."""
    if (call.destination, call.message_count) == (destination, message_count):
        return
    write(
        db,
        "UPDATE outbox SET destination = ?, message_count = ? WHERE id = ?",
        [destination, message_count, call.id],
    )


def record_accepted(
    db: Database,
    call: Call,
    *,
    now: datetime,
    message_id: str | None = None,
    provider_batch_id: str | None = None,
    credits_used: Decimal | None = None,
    schedule_status: str | None = None,
    event: str = "accepted",
) -> bool:
    """The provider has it, under an id of a message or of a batch.

    Also ends a row whose lease ran out meanwhile, even one that was queued again.
    """
    return _change(
        db,
        call,
        "state = 'accepted', ended_at = :now, message_id = :message_id, credits_used = :credits_used, "
        "provider_batch_id = :provider_batch_id, schedule_status = :schedule_status, error_code = NULL, "
        "error_message = NULL, needs_person = NULL, looks = 0, next_look_at = "
        "CASE WHEN COALESCE(:schedule_status, :provider_batch_id) IS NULL THEN NULL ELSE :now END",
        from_states=(OutboxState.IN_FLIGHT, OutboxState.UNKNOWN, OutboxState.QUEUED),
        event=event,
        now=now,
        message_id=message_id,
        provider_batch_id=provider_batch_id,
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


def record_said_sent(
    db: Database,
    call: Call,
    *,
    now: datetime,
    message_id: str | None = None,
    provider_batch_id: str | None = None,
    schedule_status: str | None = None,
) -> bool:
    """A person says that it was sent, and perhaps as what: it never goes again, and is no evidence."""
    return _change(
        db,
        call,
        "state = 'accepted', ended_at = :now, message_id = :message_id, needs_person = NULL, "
        "provider_batch_id = :provider_batch_id, schedule_status = :schedule_status, looks = 0, "
        "error_code = :error_code, error_message = NULL, wanted_again_at = NULL, next_look_at = "
        "CASE WHEN COALESCE(:schedule_status, :provider_batch_id) IS NULL THEN NULL ELSE :now END",
        from_states=(OutboxState.UNKNOWN,),
        event="recognised" if message_id or provider_batch_id else "said_sent",
        now=now,
        message_id=message_id,
        provider_batch_id=provider_batch_id,
        schedule_status=schedule_status,
        error_code=SAID_SENT,
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


def ask_person(
    db: Database, call: Call, *, now: datetime, reason: str, next_look_at: datetime | None = None
) -> bool:
    """What is known is doubtful, and a person decides; meanwhile it is looked up again at `next_look_at`."""
    if call.needs_person == reason:
        write(
            db,
            "UPDATE outbox SET next_look_at = ? WHERE id = ? AND attempts = ? AND needs_person = ?",
            [time_text_or_none(next_look_at), call.id, call.attempts, reason],
        )
        return False
    return _change(
        db,
        call,
        "needs_person = :reason, wanted_again_at = NULL, next_look_at = :next_look_at",
        from_states=(OutboxState.UNKNOWN,),
        event="needs_person",
        detail=reason,
        now=now,
        reason=reason,
        next_look_at=time_text_or_none(next_look_at),
    )


def want_again(db: Database, call: Call, *, now: datetime, give_up_at: datetime) -> bool:
    """A person wants it sent after all: it goes as soon as one more look has not found it."""
    return _change(
        db,
        call,
        "needs_person = NULL, wanted_again_at = :now, next_look_at = :now, give_up_at = :give_up_at",
        from_states=(OutboxState.UNKNOWN,),
        event="wanted_again",
        now=now,
        give_up_at=time_text(give_up_at),
    )


def withdraw_batch(db: Database, batch_id: int, *, now: datetime) -> int:
    """End every call of a batch that has not begun; how many texts will not go."""
    waiting = list_calls(db, "batch_id = ? AND state = 'queued'", [batch_id])
    return sum(
        call.message_count
        for call in waiting
        if record_refused(
            db,
            call,
            now=now,
            error_code="withdrawn",
            error_message="Stopped before it was sent. Nothing was charged.",
        )
    )


def extend_batch(db: Database, batch_id: int, *, now: datetime, give_up_at: datetime) -> None:
    """Give the waiting calls of a batch their time again, from now."""
    write(
        db,
        "UPDATE outbox SET next_attempt_at = MAX(next_attempt_at, :now), "
        "give_up_at = MAX(give_up_at, :give_up_at) WHERE batch_id = :id AND state = 'queued'",
        {"now": time_text(now), "give_up_at": time_text(give_up_at), "id": batch_id},
    )


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


def erase_payload(db: Database, call_id: int) -> None:
    """Forget the text and the options of a call that has ended; its ref and its outcome stay."""
    write(db, "UPDATE outbox SET payload = '{}' WHERE id = ? AND ended_at IS NOT NULL", [call_id])


def add_event(db: Database, call_id: int, event: str, *, now: datetime, detail: str = "") -> None:
    insert(
        db, "outbox_events", {"outbox_id": call_id, "at": time_text(now), "event": event, "detail": detail}
    )
