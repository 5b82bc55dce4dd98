"""The record of messages: what the provider's log said, as last read."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlite_utils import Database

from webapp.messaging.charges import is_given_back
from webapp.messaging.status import MessageStatus, is_final
from webapp.store.connection import (
    Parameters,
    insert,
    json_text,
    read_bool_or_none,
    read_decimal_or_none,
    read_time,
    read_time_or_none,
    row,
    rows,
    time_text,
    time_text_or_none,
    transaction,
    write,
)
from webapp.store.json_mapping import JsonMapping
from webapp.store.message_events import StatusChange, add_change
from webapp.store.message_metadata import forget_metadata, keep_metadata


# Tuples, for a page makes a hundred of them: a frozen dataclass of as many fields takes ten times as long.
class MessageReport(NamedTuple):
    """One message as a provider reply described it. Times are aware UTC; numbers are digits.

    Metadata is only looked for: what is read from the record has none.
    """

    message_id: str
    status: str
    sender: str
    destination: str
    content: str
    created_at: datetime
    modified_at: datetime | None = None
    batch_id: str | None = None
    tag: str | None = None
    keyword: str | None = None
    failure_code: str | None = None
    failure_details: str | None = None
    failure_permanent: bool | None = None
    credits: Decimal | None = None
    raw: Mapping[str, Any] | None = None
    metadata: Mapping[str, str] = MappingProxyType({})


class StoredMessage(NamedTuple):
    """A row of the record. `checks` counts how often its status was asked for; `read_at` is the last time.

    `cost` in credits: what the provider charged or, if it has not said, what is expected; None: it came in.
    Deleted: gone at the provider, too. Erased: words and number are gone here, as too old or on request.
    """

    id: int
    outbox_id: int | None
    report: MessageReport
    read_at: datetime
    checks: int
    next_check_at: datetime | None
    deleted_at: datetime | None
    erased_at: datetime | None
    cost: Decimal | None


def record_report(
    db: Database,
    report: MessageReport,
    *,
    now: datetime,
    next_check_at: datetime | None,
    outbox_id: int | None = None,
    expected_credits: Decimal | None = None,
) -> int:
    """Take a report into the record; its row id. A report older than what is known changes nothing.

    `expected_credits`: what it is expected to cost, kept beside what the provider says that it cost.
    """
    with transaction(db):
        known = find_message(db, report.message_id)
        if known is None:
            of_call = {"outbox_id": outbox_id, "our_batch_id": _batch_of(db, outbox_id)}
            first = {**of_call, "expected_credits": _text(expected_credits)}
            return _insert_report(db, report, now=now, next_check_at=next_check_at, first=first)
        if outbox_id is not None and known.outbox_id is None:
            # A report that was posted to us may have come before the answer to the call itself.
            write(db, "UPDATE messages SET outbox_id = ? WHERE id = ?", [outbox_id, known.id])
            _expect(db, known.id, expected_credits)
            if not (known.deleted_at or known.erased_at):
                keep_metadata(db, known.id, {}, outbox_id=outbox_id)
        elif report.content and not known.report.content:
            _expect(db, known.id, expected_credits)
        if not (known.deleted_at or known.erased_at) and not _is_older(report, known.report):
            _update_report(db, known, report, now=now, next_check_at=next_check_at)
        return known.id


def _expect(db: Database, row_id: int, credits: Decimal | None) -> None:
    if credits is not None:
        write(db, "UPDATE messages SET expected_credits = ? WHERE id = ?", [str(credits), row_id])


def _is_older(report: MessageReport, known: MessageReport) -> bool:
    if is_final(known.status) and not is_final(report.status):
        return True
    return bool(report.modified_at and known.modified_at and report.modified_at < known.modified_at)


def _is_refund(report: MessageReport, known: MessageReport) -> bool:
    """Whether the provider says that a text which failed costs less now than it did."""
    before, after = known.credits, report.credits
    is_less = before is not None and after is not None and after < before
    return is_less and is_given_back(report.status, report.destination or known.destination)


def _insert_report(
    db: Database,
    report: MessageReport,
    *,
    now: datetime,
    next_check_at: datetime | None,
    first: Mapping[str, Any],
) -> int:
    columns = {
        **_columns(report),
        "read_at": time_text(now),
        "next_check_at": time_text_or_none(next_check_at),
    }
    row_id = insert(db, "messages", {**columns, **first})
    _add_change(db, row_id, report, now=now)
    if report.status != MessageStatus.INCOMING:
        # What is sent to a list has nobody's own.
        outbox_id = first["outbox_id"] if first["our_batch_id"] is None else None
        keep_metadata(db, row_id, report.metadata, outbox_id=outbox_id)
    return row_id


def _batch_of(db: Database, outbox_id: int | None) -> int | None:
    call = row(db, "SELECT batch_id FROM outbox WHERE id = ?", [outbox_id]) if outbox_id else None
    return call["batch_id"] if call else None


def _update_report(
    db: Database,
    known: StoredMessage,
    report: MessageReport,
    *,
    now: datetime,
    next_check_at: datetime | None,
) -> None:
    columns = {key: value for key, value in _columns(report).items() if value is not None}
    if _is_refund(report, known.report):
        # What it cost stays; that it was given back is told by its status.
        columns.pop("credits", None)
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    write(
        db,
        f"UPDATE messages SET {assignments}, read_at = :now, "  # noqa: S608
        "next_check_at = :next_check_at WHERE id = :id",
        {
            **columns,
            "now": time_text(now),
            "next_check_at": time_text_or_none(next_check_at),
            "id": known.id,
        },
    )
    keep_metadata(db, known.id, report.metadata, outbox_id=None)
    if (report.status, report.failure_code) != (known.report.status, known.report.failure_code):
        _add_change(db, known.id, report, now=now)


def _add_change(db: Database, row_id: int, report: MessageReport, *, now: datetime) -> None:
    at, detail = report.modified_at or now, report.failure_details or ""
    add_change(db, row_id, StatusChange(at, report.status, detail))


def claim_checks(db: Database, *, now: datetime, next_check_at: datetime, limit: int) -> list[StoredMessage]:
    """Messages whose status is due to be read again; each is given to one worker at a time."""
    with transaction(db):
        due = list_messages(db, "next_check_at <= ? ORDER BY next_check_at LIMIT ?", [time_text(now), limit])
        for message in due:
            put_off_check(db, message.id, next_check_at=next_check_at, begun=1)
    return due


def put_off_check(db: Database, row_id: int, *, next_check_at: datetime | None, begun: int = 0) -> None:
    """None: its status will not be asked for again. `begun` counts the checks that this begins."""
    write(
        db,
        "UPDATE messages SET next_check_at = ?, checks = checks + ? WHERE id = ? AND deleted_at IS NULL",
        [time_text_or_none(next_check_at), begun, row_id],
    )


def mark_deleted(db: Database, row_id: int, *, now: datetime) -> None:
    """The provider's record is gone: what it said is erased here too, and a tombstone stays."""
    with transaction(db):
        forget_metadata(db, [row_id])
        write(
            db,
            "UPDATE messages SET deleted_at = ?, content = '', raw = '{}', next_check_at = NULL WHERE id = ?",
            [time_text(now), row_id],
        )


def find_message(db: Database, message_id: str) -> StoredMessage | None:
    """By the provider's message id."""
    found = row(db, f"SELECT {_COLUMNS} FROM messages WHERE message_id = ?", [message_id])  # noqa: S608
    return None if found is None else _read(found)


def find_by_call(db: Database, outbox_id: int) -> StoredMessage | None:
    """The message an outbox row became, the latest if there are several."""
    found = row(db, f"SELECT {_COLUMNS} FROM messages WHERE outbox_id = ? ORDER BY id DESC", [outbox_id])  # noqa: S608
    return None if found is None else _read(found)


def map_by_call(db: Database, outbox_ids: list[int]) -> dict[int, StoredMessage]:
    """The messages of many outbox rows, by outbox id."""
    if not outbox_ids:
        return {}
    places = ", ".join("?" * len(outbox_ids))
    found = list_messages(db, f"outbox_id IN ({places}) ORDER BY id", list(outbox_ids))
    return {message.outbox_id: message for message in found if message.outbox_id is not None}


def list_messages(db: Database, condition: str, parameters: Parameters) -> list[StoredMessage]:
    """`condition` comes from this package, never from input."""
    found = rows(db, f"SELECT {_COLUMNS} FROM messages WHERE {condition}", parameters)  # noqa: S608
    return [_read(each) for each in found]


def _columns(report: MessageReport) -> dict[str, Any]:
    permanent = report.failure_permanent
    return {
        "message_id": report.message_id,
        "status": report.status,
        "sender": report.sender,
        "destination": report.destination,
        "content": report.content,
        "created_at": time_text(report.created_at),
        "modified_at": time_text_or_none(report.modified_at),
        "batch_id": report.batch_id,
        "tag": report.tag,
        "keyword": report.keyword,
        "failure_code": report.failure_code,
        "failure_details": report.failure_details,
        "failure_permanent": None if permanent is None else int(permanent),
        "credits": _text(report.credits),
        "raw": json_text(dict(report.raw or {})),
    }


def _text(credits: Decimal | None) -> str | None:
    return None if credits is None else str(credits)


# In the order of the classes' fields: a page reads fifty rows, and looks no column up by its name.
_OF_REPORT = [name for name in MessageReport._fields if name != "metadata"]
_OF_ROW = ["id", "outbox_id", "read_at", "checks", "next_check_at", "deleted_at", "erased_at", "cost"]
_COLUMNS = ", ".join([*_OF_REPORT, *_OF_ROW])


def _read(found: sqlite3.Row) -> StoredMessage:
    *of_report, row_id, outbox_id, read_at, checks, next_check_at, deleted_at, erased_at, cost = found
    for at, read in _READERS:
        of_report[at] = read(of_report[at])
    return StoredMessage(
        id=row_id,
        outbox_id=outbox_id,
        report=MessageReport(*of_report),
        read_at=read_time(read_at),
        checks=checks,
        next_check_at=read_time_or_none(next_check_at),
        deleted_at=read_time_or_none(deleted_at),
        erased_at=read_time_or_none(erased_at),
        cost=None if cost is None else Decimal(cost) / 1000,
    )


_READERS: list[tuple[int, Callable[[Any], Any]]] = [
    (_OF_REPORT.index("created_at"), read_time),
    (_OF_REPORT.index("modified_at"), read_time_or_none),
    (_OF_REPORT.index("failure_permanent"), read_bool_or_none),
    (_OF_REPORT.index("credits"), read_decimal_or_none),
    (_OF_REPORT.index("raw"), JsonMapping),
]
