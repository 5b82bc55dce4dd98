"""What failed: messages that did not arrive, and calls of ours that the provider did not take."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from webapp.store.calls import LARGEST_ID
from webapp.store.connection import read_bool_or_none, read_time, row, rows, time_text, write
from webapp.store.record import Source

REFUSED = "REFUSED"
"""Stands for the status of a call that became no message."""
MOST_COUNTED = 999

_FAILED = "messages.status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED') AND messages.deleted_at IS NULL"
# Opted out, stopped by staff, closed without knowing: decided here, and no failure.
_NOT_TAKEN = "outbox.state = 'refused' AND outbox.error_code NOT IN ('opted_out', 'withdrawn', 'forgotten')"


@dataclass(frozen=True, slots=True)
class FailureFilter:
    """`since` is included, `until` is not. Empty or None: whatever it is; the code "" is "none was given"."""

    since: datetime
    until: datetime
    status: str = ""
    code: str | None = None
    sender: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a failure stands in the list (keyset paging); `key` names it in forms."""

    at: datetime
    source: Source
    id: int

    @property
    def key(self) -> str:
        return f"{self.source.name[0].lower()}{self.id}"


@dataclass(frozen=True, slots=True)
class Failure:
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


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many failed for one reason; `details` are those of the latest."""

    status: str
    code: str
    details: str
    permanent: bool | None
    texts: int


def list_failures(
    db: Database, wanted: FailureFilter, *, limit: int, before: Place | None = None
) -> list[Failure]:
    """The latest first. `before`: the last one of the page before."""
    bound = before or Place(wanted.until, Source.MESSAGE, -1)
    found: list[Failure] = []
    for source in Source:
        if _may_hold(source, wanted):
            last_id = bound.id if source == bound.source else (LARGEST_ID if source < bound.source else -1)
            place = "(created_at, id) < (:at, :last_id)"
            values = {"at": time_text(bound.at), "last_id": last_id, "limit": limit}
            found += _select(
                db, source, f"{_conditions(source, wanted)} AND {place}", {**_values(wanted), **values}
            )
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


def count_reasons(db: Database, wanted: FailureFilter) -> list[ReasonCount]:
    """By reason, the most frequent first; the reason that `wanted` names is not heeded."""
    counted: list[ReasonCount] = []
    for source in Source:
        any_reason = FailureFilter(wanted.since, wanted.until, sender=wanted.sender, tag=wanted.tag)
        found = rows(
            db,
            f"{_COUNT[source]} AND {_conditions(source, any_reason)} GROUP BY 1, 2",
            _values(any_reason),
        )
        counted += [_count(db, source, each) for each in found]
    return sorted(counted, key=lambda each: -each.texts)


def count_news(db: Database, *, since: datetime) -> int:
    """How many failed since then, as far as we have heard; 999 at the most.

    It stands on every page. SQLite only: told which index to use, as it would take the one of all statuses.
    """
    found = row(
        db,
        "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM messages INDEXED BY messages_failed_lately "  # noqa: S608
        "WHERE status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED') AND read_at > :since LIMIT :most)) "
        "+ (SELECT COUNT(*) FROM (SELECT 1 FROM outbox "
        f"WHERE {_NOT_TAKEN} AND ended_at > :since LIMIT :most)) AS news",
        {"since": time_text(since), "most": MOST_COUNTED},
    )
    return min(int(found["news"]), MOST_COUNTED) if found else 0


def last_look(db: Database, user_id: int, page: str) -> datetime | None:
    """When that person last opened that page."""
    found = row(db, "SELECT at FROM last_looks WHERE user_id = ? AND page = ?", [user_id, page])
    return read_time(found["at"]) if found else None


def record_look(db: Database, user_id: int, page: str, *, now: datetime) -> None:
    write(
        db,
        "INSERT INTO last_looks (user_id, page, at) VALUES (?, ?, ?) "
        "ON CONFLICT (user_id, page) DO UPDATE SET at = excluded.at",
        [user_id, page, time_text(now)],
    )


_FROM = {Source.MESSAGE: "messages", Source.CALL: "outbox"}
_IS_FAILED = {Source.MESSAGE: _FAILED, Source.CALL: _NOT_TAKEN}
_COUNT = {
    Source.MESSAGE: "SELECT status, COALESCE(failure_code, '') AS code, COUNT(*) AS texts, "  # noqa: S608
    f"MAX(id) AS latest FROM messages INDEXED BY messages_failed WHERE {_FAILED}",
    Source.CALL: f"SELECT '{REFUSED}' AS status, error_code AS code, SUM(message_count) AS texts, "  # noqa: S608
    f"MAX(id) AS latest FROM outbox WHERE {_NOT_TAKEN}",
}
_SENDER = {Source.MESSAGE: "sender", Source.CALL: "json_extract(payload, '$.sender')"}
_TAG = {Source.MESSAGE: "tag", Source.CALL: "json_extract(payload, '$.tag')"}
_CODE = {Source.MESSAGE: "COALESCE(failure_code, '')", Source.CALL: "error_code"}


def _may_hold(source: Source, wanted: FailureFilter) -> bool:
    return not wanted.status or (wanted.status == REFUSED) is (source is Source.CALL)


def _conditions(source: Source, wanted: FailureFilter) -> str:
    table = _FROM[source]
    chosen = {
        f"{table}.status = :status": wanted.status and source is Source.MESSAGE,
        f"{_CODE[source]} = :code": wanted.code is not None,
        f"{_SENDER[source]} = :sender": wanted.sender,
        f"{_TAG[source]} = :tag": wanted.tag,
        f"{table}.created_at >= :since": True,
        f"{table}.created_at < :until": True,
    }
    return " AND ".join(condition for condition, is_wanted in chosen.items() if is_wanted)


def _values(wanted: FailureFilter) -> dict[str, Any]:
    return {
        **{"status": wanted.status, "code": wanted.code, "sender": wanted.sender, "tag": wanted.tag},
        **{"since": time_text(wanted.since), "until": time_text(wanted.until)},
    }


def _select(db: Database, source: Source, condition: str, values: dict[str, Any]) -> list[Failure]:
    """`condition` is about the one table, so that its index is used; the rest is joined to what is found."""
    table = _FROM[source]
    joins = {
        Source.MESSAGE: "LEFT JOIN outbox AS call ON call.id = found.outbox_id",
        Source.CALL: "LEFT JOIN outbox AS call ON call.id = found.id",
    }
    listed = rows(
        db,
        "SELECT found.*, call.id AS call_id, call.ref AS call_ref, call.batch_id AS our_batch_id, "  # noqa: S608
        "batches.ref AS batch_ref, call.operation AS call_operation, batches.content AS batch_content, "
        f"batches.sender AS batch_sender FROM (SELECT {table}.* FROM {table} "
        f"WHERE {_IS_FAILED[source]} AND {condition} "
        "ORDER BY created_at DESC, id DESC LIMIT :limit) AS found "
        f"{joins[source]} LEFT JOIN batches ON batches.id = call.batch_id",
        values,
    )
    return [_READERS[source](each) for each in listed]


def _read_message(found: sqlite3.Row) -> Failure:
    return Failure(
        place=Place(read_time(found["created_at"]), Source.MESSAGE, found["id"]),
        status=found["status"],
        code=found["failure_code"] or "",
        details=found["failure_details"] or "",
        permanent=read_bool_or_none(found["failure_permanent"]),
        destination=found["destination"],
        sender=found["sender"],
        content=found["content"],
        tag=found["tag"] or "",
        people=1,
        reference=found["message_id"],
        call_id=None if found["our_batch_id"] is not None else found["call_id"],
        batch_ref=found["batch_ref"],
    )


def _read_call(found: sqlite3.Row) -> Failure:
    payload = json.loads(found["payload"])
    return Failure(
        place=Place(read_time(found["created_at"]), Source.CALL, found["id"]),
        status=REFUSED,
        code=found["error_code"] or "",
        details=found["error_message"] or "",
        permanent=None,
        destination=found["destination"],
        sender=str(payload.get("sender") or found["batch_sender"] or ""),
        content=str(payload.get("content") or found["batch_content"] or ""),
        tag=str(payload.get("tag") or ""),
        people=found["message_count"],
        reference=found["ref"],
        call_id=found["id"] if found["batch_ref"] is None else None,
        batch_ref=found["batch_ref"],
    )


_READERS = {Source.MESSAGE: _read_message, Source.CALL: _read_call}


def _count(db: Database, source: Source, found: sqlite3.Row) -> ReasonCount:
    (latest,) = _select(db, source, f"{_FROM[source]}.id = :id", {"id": found["latest"], "limit": 1})
    return ReasonCount(found["status"], found["code"], latest.details, latest.permanent, found["texts"])


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
