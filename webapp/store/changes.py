"""Changing what is scheduled: what is to take whose place, and how far that has come.

being written -> under way -> done | old went | both went | not taken | new cancelled | old gone
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from webapp.store.connection import (
    insert,
    read_time,
    read_time_or_none,
    row,
    rows,
    time_text,
    time_text_or_none,
    transaction,
    write,
)


class ChangeState(StrEnum):
    """How far a change has come; every state but the first two is an end.

    OLD_WENT: too late, the new text was taken back. BOTH_WENT: even for that. NOT_TAKEN: the provider did
    not take the new one, the old stays. NEW_CANCELLED: somebody cancelled the new one first, the old stays.
    OLD_GONE: the provider does not list the old one any more.
    """

    WRITING = "being written"
    UNDER_WAY = "under way"
    DONE = "done"
    OLD_WENT = "old went"
    BOTH_WENT = "both went"
    NOT_TAKEN = "not taken"
    NEW_CANCELLED = "new cancelled"
    OLD_GONE = "old gone"


@dataclass(frozen=True, slots=True)
class Change:
    """The draft of a new text that is to take the place of a scheduled one.

    `old_reference` is our reference of the old text, or the provider's id if another program scheduled it
    (then `old_call_id` is None). `old_went_at`: when it was learned that the old one has gone already.
    `steps` counts those that settled nothing.
    """

    id: int
    draft_id: str
    old_reference: str
    old_call_id: int | None
    old_goes_at: datetime
    state: ChangeState
    author_id: int
    created_at: datetime
    old_went_at: datetime | None
    steps: int
    ended_at: datetime | None


def add_change(
    db: Database,
    *,
    draft_id: str,
    old_reference: str,
    old_call_id: int | None,
    old_goes_at: datetime,
    author_id: int,
    now: datetime,
) -> None:
    """What somebody means to change, before anything is asked."""
    values = {"draft_id": draft_id, "old_reference": old_reference, "old_call_id": old_call_id}
    stamps = {"old_goes_at": time_text(old_goes_at), "created_at": time_text(now)}
    state = {"state": ChangeState.WRITING, "author_id": author_id}
    insert(db, "schedule_changes", {**values, **stamps, **state})


def begin_change(db: Database, draft_id: str, *, now: datetime) -> bool:
    """From now on it is carried out; False if another one of the same text is, or it was begun before."""
    changed = write(
        db,
        "UPDATE OR IGNORE schedule_changes SET state = 'under way', confirmed_at = :now, next_step_at = :now "
        "WHERE draft_id = :id AND state = 'being written'",
        {"id": draft_id, "now": time_text(now)},
    )
    return changed == 1


def find_by_draft(db: Database, draft_id: str) -> Change | None:
    """The change of which this is the new text."""
    found = row(db, "SELECT * FROM schedule_changes WHERE draft_id = ?", [draft_id])
    return None if found is None else _read(found)


def last_confirmed(db: Database, old_reference: str) -> Change | None:
    """The last change of this text to which somebody said yes."""
    found = row(
        db,
        "SELECT * FROM schedule_changes WHERE old_reference = ? AND state <> 'being written' "
        "ORDER BY confirmed_at DESC, id DESC",
        [old_reference],
    )
    return None if found is None else _read(found)


def find_unfinished(db: Database, old_reference: str, *, author_id: int) -> Change | None:
    """The change of this text that this person has begun to write."""
    found = row(
        db,
        f"{_WRITING} AND schedule_changes.author_id = ? ORDER BY schedule_changes.id DESC",
        [old_reference, author_id],
    )
    return None if found is None else _read(found)


def authors_writing(db: Database, old_reference: str, *, since: datetime) -> list[int]:
    """Who has been writing a change of this text since then."""
    found = rows(db, f"{_WRITING} AND drafts.updated_at > ?", [old_reference, time_text(since)])
    return sorted({each["author_id"] for each in found})


_WRITING = (
    "SELECT schedule_changes.* FROM schedule_changes JOIN drafts ON drafts.id = draft_id "
    "WHERE old_reference = ? AND state = 'being written' AND drafts.confirmed_at IS NULL "
    "AND discarded_at IS NULL"
)


def list_under_way(db: Database) -> list[Change]:
    """Every change that is being carried out at this moment: few."""
    return [_read(each) for each in rows(db, "SELECT * FROM schedule_changes WHERE state = 'under way'")]


def claim_due(db: Database, *, now: datetime, next_step_at: datetime) -> Change | None:
    """The change that is to be gone on with first; a worker that dies over it leaves it due then again."""
    with transaction(db):
        due = row(
            db,
            "SELECT * FROM schedule_changes WHERE state = 'under way' AND next_step_at <= ? "
            "ORDER BY next_step_at LIMIT 1",
            [time_text(now)],
        )
        if due is not None:
            _set_next_step(db, due["id"], next_step_at)
    return None if due is None else _read(due)


def put_off(db: Database, change: Change, *, next_step_at: datetime, counts: bool = True) -> None:
    """Nothing is settled yet. `counts`: whether the pauses are to grow."""
    _set_next_step(db, change.id, next_step_at, more_steps=int(counts))


def _set_next_step(db: Database, change_id: int, at: datetime, *, more_steps: int = 0) -> None:
    write(
        db,
        "UPDATE schedule_changes SET next_step_at = ?, steps = steps + ? "
        "WHERE id = ? AND state = 'under way'",
        [time_text_or_none(at), more_steps, change_id],
    )


def record_old_went(db: Database, change: Change, *, now: datetime) -> None:
    """It is too late: from now on the new text is taken back, whatever happens."""
    write(
        db,
        "UPDATE schedule_changes SET old_went_at = COALESCE(old_went_at, ?) WHERE id = ?",
        [time_text(now), change.id],
    )


def end_change(db: Database, change: Change, state: ChangeState, *, now: datetime) -> bool:
    """False if it has ended already."""
    ended = write(
        db,
        "UPDATE schedule_changes SET state = ?, ended_at = ?, next_step_at = NULL "
        "WHERE id = ? AND state = 'under way'",
        [state, time_text(now), change.id],
    )
    return ended == 1


def is_pointless(db: Database, draft_id: str, *, now: datetime) -> bool:
    """Whether a new text must not be handed over any more: the old one's time has come."""
    found = row(
        db,
        "SELECT 1 FROM schedule_changes WHERE draft_id = ? AND (old_goes_at <= ? OR old_went_at IS NOT NULL)",
        [draft_id, time_text(now)],
    )
    return found is not None


def _read(found: sqlite3.Row) -> Change:
    return Change(
        id=found["id"],
        draft_id=found["draft_id"],
        old_reference=found["old_reference"],
        old_call_id=found["old_call_id"],
        old_goes_at=read_time(found["old_goes_at"]),
        state=ChangeState(found["state"]),
        author_id=found["author_id"],
        created_at=read_time(found["created_at"]),
        old_went_at=read_time_or_none(found["old_went_at"]),
        steps=found["steps"],
        ended_at=read_time_or_none(found["ended_at"]),
    )
