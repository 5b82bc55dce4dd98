"""What failed: messages that did not arrive, and calls of ours that the provider did not take."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlite_utils import Database

from webapp.store.calls import LARGEST_ID
from webapp.store.connection import (
    read_bool_or_none,
    read_time,
    read_time_or_none,
    row,
    rows,
    time_text,
)
from webapp.store.record import Source

REFUSED = "REFUSED"
"""Stands for the status of a call that became no message."""

FAILED = "messages.status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED') AND messages.deleted_at IS NULL"
# Opted out, stopped by staff, closed without knowing: decided here, and no failure.
NOT_TAKEN = "outbox.state = 'refused' AND outbox.error_code NOT IN ('opted_out', 'withdrawn', 'forgotten')"


class Permanence(StrEnum):
    """What the provider says of how long a failure will last."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    NOT_SAID = "not-said"


@dataclass(frozen=True, slots=True)
class FailureFilter:
    """`since` is included, `until` is not. Empty or None: whatever it is; the code "" is "none was given"."""

    since: datetime
    until: datetime
    status: str = ""
    code: str | None = None
    sender: str = ""
    tag: str = ""
    lasts: Permanence | None = None
    batch_id: int | None = None


class Place(NamedTuple):
    """Where a failure stands in the list (keyset paging); `key` names it in forms."""

    at: datetime
    source: Source
    id: int

    @property
    def key(self) -> str:
        return f"{self.source.name[0].lower()}{self.id}"


class Failure(NamedTuple):
    """One text that failed, or one call that was not taken and would have brought `people` their text.

    `reference` opens its page: our reference, or the provider's id. `batch_ref` is of our batch, if any.
    """

    place: Place
    status: str
    code: str
    details: str
    permanent: bool | None
    destination: str
    sender: str
    content: str
    tag: str
    people: int
    reference: str
    call_id: int | None
    batch_ref: str | None
    erased_at: datetime | None


def list_failures(
    db: Database, wanted: FailureFilter, *, limit: int, before: Place | None = None
) -> list[Failure]:
    """The latest first. `before`: the last one of the page before."""
    bound = before if before and before.at < wanted.until else Place(wanted.until, Source.MESSAGE, -1)
    found: list[Failure] = []
    for source in Source:
        if _may_hold(source, wanted):
            values = _values(source, wanted, bound, limit)
            found += _select(db, source, _conditions(source, wanted), values, wanted=wanted)
        if len(found) == limit:
            # Calls from before the last message of a whole page would be read for nothing.
            wanted = replace(wanted, since=max(wanted.since, found[-1].place.at))
    found.sort(key=lambda failure: (failure.place.at, failure.place.source, failure.place.id), reverse=True)
    return found[:limit]


def find_failures(db: Database, keys: Sequence[str]) -> list[Failure]:
    """Those that a form names, as they are now; what has not failed any more is left out."""
    found: list[Failure] = []
    for source in Source:
        letter = source.name[0].lower()
        ids = [key[1:] for key in keys if key[:1] == letter and _is_id(key[1:])]
        if ids:
            places = ", ".join(map(str, map(int, ids)))
            found += _select(db, source, f"{_FROM[source]}.id IN ({places})", {"limit": len(ids)})
    return found


def latest_words(db: Database, wanted: FailureFilter, status: str, code: str) -> tuple[str, bool | None]:
    """What the provider says of that reason, and whether it is for good: of the latest that failed for it.

    Whoever sent it, in the time wanted.
    """
    found = row(
        db,
        "SELECT failure_details, failure_permanent FROM messages WHERE "  # noqa: S608 - our own words
        f"{FAILED} AND status = :status AND COALESCE(failure_code, '') = :code AND {_lasts(wanted)} "
        "AND created_at >= :since AND created_at < :until ORDER BY created_at DESC, id DESC LIMIT 1",
        {
            **{"since": time_text(wanted.since), "until": time_text(wanted.until)},
            **{"status": status, "code": code},
        },
    )
    return (found[0] or "", read_bool_or_none(found[1])) if found else ("", None)


_FROM = {Source.MESSAGE: "messages", Source.CALL: "outbox"}
_IS_FAILED = {Source.MESSAGE: FAILED, Source.CALL: NOT_TAKEN}
CALL_SENDER = "json_extract(payload, '$.sender')"
CALL_TAG = "json_extract(payload, '$.tag')"
_SENDER = {Source.MESSAGE: "messages.sender", Source.CALL: CALL_SENDER}
_TAG = {Source.MESSAGE: "messages.tag", Source.CALL: CALL_TAG}
_CODE = {Source.MESSAGE: "COALESCE(messages.failure_code, '')", Source.CALL: "outbox.error_code"}
_BATCH = {Source.MESSAGE: "messages.our_batch_id", Source.CALL: "outbox.batch_id"}


_PERMANENCE = {
    Permanence.TEMPORARY: "failure_permanent = 0",
    Permanence.PERMANENT: "failure_permanent = 1",
    Permanence.NOT_SAID: "failure_permanent IS NULL",
}


def _may_hold(source: Source, wanted: FailureFilter) -> bool:
    if source is Source.CALL and wanted.lasts not in (None, Permanence.NOT_SAID):
        return False
    return not wanted.status or (wanted.status == REFUSED) is (source is Source.CALL)


def _lasts(wanted: FailureFilter) -> str:
    return f"messages.{_PERMANENCE[wanted.lasts]}" if wanted.lasts else "1"


def _conditions(source: Source, wanted: FailureFilter) -> str:
    """The place is the only upper bound of the time: of two, SQLite may begin at the one further away."""
    table = _FROM[source]
    chosen = {
        f"{_BATCH[source]} = :batch_id": wanted.batch_id is not None,
        f"{table}.status = :status": wanted.status and source is Source.MESSAGE,
        f"{_CODE[source]} = :code": wanted.code is not None,
        f"{_SENDER[source]} = :sender": wanted.sender,
        f"{_TAG[source]} = :tag": wanted.tag,
        f"{table}.created_at >= :since": True,
        f"({table}.created_at, {table}.id) < (:at, :last_id)": True,
        f"{table}.{_PERMANENCE[wanted.lasts or Permanence.NOT_SAID]}": wanted.lasts
        and source is Source.MESSAGE,
    }
    return " AND ".join(condition for condition, is_wanted in chosen.items() if is_wanted)


def _values(source: Source, wanted: FailureFilter, bound: Place, limit: int) -> dict[str, Any]:
    last_id = bound.id if source == bound.source else (LARGEST_ID if source < bound.source else -1)
    return {
        **{"status": wanted.status, "code": wanted.code, "sender": wanted.sender, "tag": wanted.tag},
        "batch_id": wanted.batch_id,
        **{"since": time_text(wanted.since), "at": time_text(bound.at), "last_id": last_id, "limit": limit},
    }


def _joined(source: Source, wanted: FailureFilter) -> str:
    """SQLite only: told which index to use. By itself it would sort all that failed, once a page."""
    if source is Source.CALL:
        return "outbox"
    if wanted.batch_id is not None:
        return "messages INDEXED BY messages_failed_of_batch"
    is_reason = wanted.status and wanted.code is not None
    return f"messages INDEXED BY {'messages_failed_by_reason' if is_reason else 'messages_failed'}"


def _select(
    db: Database,
    source: Source,
    condition: str,
    values: dict[str, Any],
    *,
    wanted: FailureFilter | None = None,
) -> list[Failure]:
    """`condition` is about the one table, so that its index is used; the rest is joined to what is found."""
    table = _FROM[source]
    joined = _joined(source, wanted) if wanted else table
    listed = rows(
        db,
        f"SELECT {_SHOWN[source]} FROM (SELECT {table}.* FROM {joined} "  # noqa: S608 - our own words
        f"WHERE {_IS_FAILED[source]} AND {condition} "
        f"ORDER BY {table}.created_at DESC, {table}.id DESC LIMIT :limit) AS found {_JOINS[source]}",
        values,
    )
    return [_READERS[source](each) for each in listed]


_SHOWN = {
    Source.MESSAGE: "found.id, found.created_at, found.status, failure_code, failure_details, "
    "failure_permanent, found.destination, found.sender, found.content, found.tag, found.message_id, "
    "call.id, call.batch_id, batches.ref, found.erased_at",
    Source.CALL: "found.id, found.created_at, error_code, error_message, destination, payload, "
    "message_count, found.ref, batches.ref, batches.sender, batches.content, found.erased_at",
}
_JOINS = {
    Source.MESSAGE: "LEFT JOIN outbox AS call ON call.id = found.outbox_id "
    "LEFT JOIN batches ON batches.id = call.batch_id",
    Source.CALL: "LEFT JOIN batches ON batches.id = found.batch_id",
}


def _read_message(found: sqlite3.Row) -> Failure:
    """The columns by their place: a page reads fifty rows, and looks none up by its name."""
    row_id, created_at, status, code, details, permanent, *more = found
    destination, sender, content, tag, message_id, call_id, our_batch_id, batch_ref, erased_at = more
    return Failure(
        place=Place(read_time(created_at), Source.MESSAGE, row_id),
        status=status,
        code=code or "",
        details=details or "",
        permanent=read_bool_or_none(permanent),
        destination=destination,
        sender=sender,
        content=content,
        tag=tag or "",
        people=1,
        reference=message_id,
        call_id=None if our_batch_id is not None else call_id,
        batch_ref=batch_ref,
        erased_at=read_time_or_none(erased_at),
    )


def _read_call(found: sqlite3.Row) -> Failure:
    row_id, created_at, code, message, destination, payload_text, people, ref, *of_batch, erased_at = found
    batch_ref, batch_sender, batch_content = of_batch
    payload = json.loads(payload_text)
    return Failure(
        place=Place(read_time(created_at), Source.CALL, row_id),
        status=REFUSED,
        code=code or "",
        details=message or "",
        permanent=None,
        destination=destination,
        sender=str(payload.get("sender") or batch_sender or ""),
        content=str(payload.get("content") or batch_content or ""),
        tag=str(payload.get("tag") or ""),
        people=people,
        reference=ref,
        call_id=row_id if batch_ref is None else None,
        batch_ref=batch_ref,
        erased_at=read_time_or_none(erased_at),
    )


_READERS = {Source.MESSAGE: _read_message, Source.CALL: _read_call}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
