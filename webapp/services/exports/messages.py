"""Messages of the record as a file, read page by page: a file of any length keeps nothing in memory."""

from collections.abc import Iterator
from datetime import UTC
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.status import MessageStatus
from webapp.services.exports.cells import Cell, csv_chunks, number_cell, read_sizes, time_cell
from webapp.services.outcomes import describe_entry
from webapp.store import record, users
from webapp.store.record import RecordEntry, Source
from webapp.store.record_conditions import RecordFilter

HEADER = (
    *(
        "Direction",
        "From",
        "To",
        "Text",
        "Status",
        "Reason",
        "Credits",
        "Credits, estimated",
        "Tag",
        "Keyword",
        "By",
    ),
    *("Time", "Time (UTC)", "Provider’s id"),
)


def messages_csv(db: Database, wanted: RecordFilter, *, timezone: ZoneInfo) -> Iterator[str]:
    """Everything that matches, the latest first."""
    names = {user.id: user.name for user in users.list_users(db)}
    return csv_chunks(HEADER, (_row(entry, names, timezone) for entry in _all(db, wanted)))


def _all(db: Database, wanted: RecordFilter) -> Iterator[RecordEntry]:
    before = None
    for limit in read_sizes():
        found = record.list_record(db, wanted, limit=limit, before=before)
        if not found:
            return
        yield from found
        before = found[-1].place
        if wanted.is_search and before.source is Source.CALL:
            return


def _row(entry: RecordEntry, names: dict[int, str], timezone: ZoneInfo) -> tuple[Cell, ...]:
    call, report = entry.call, entry.message.report if entry.message else None
    payload = call.payload if call else {}
    sender = report.sender if report else str(payload.get("sender", ""))
    destination = report.destination if report else (call.destination if call else "")
    credits = report.credits if report and report.credits is not None else call.credits_used if call else None
    at = entry.place.at
    return (
        "in" if report and report.status == MessageStatus.INCOMING else "out",
        *(number_cell(sender), number_cell(destination)),
        report.content if report else str(payload.get("content", "")),
        describe_entry(entry).word,
        (report.failure_details if report else call.error_message if call else "") or "",
        credits,
        entry.message.cost if entry.message and credits is None else None,
        (report.tag if report else payload.get("tag")) or "",
        (report.keyword if report else "") or "",
        names.get(call.created_by, "") if call else "",
        time_cell(at, timezone),
        time_cell(at, UTC),
        (report.message_id if report else call.message_id if call else "") or "",
    )
