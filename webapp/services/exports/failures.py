"""What failed as a file for those who phone people instead, read page by page."""

from collections.abc import Iterator
from datetime import UTC
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.services.exports.cells import Cell, csv_chunks, phone_cell, read_sizes, time_cell
from webapp.services.failures import explain
from webapp.store import failures, known_names
from webapp.store.failures import Failure, FailureFilter

HEADER = (
    "Number",
    "Name",
    "Why it failed",
    "Kind",
    "What to do",
    "Text",
    "From",
    "Tag",
    "Sent",
    "Sent (UTC)",
    "Batch",
)


def failures_csv(db: Database, wanted: FailureFilter, *, timezone: ZoneInfo) -> Iterator[str]:
    """Everybody whose text failed, the latest first. Calls for many people stand on their batch's page."""
    return csv_chunks(HEADER, (_row(each, name, timezone) for each, name in _all(db, wanted)))


def _all(db: Database, wanted: FailureFilter) -> Iterator[tuple[Failure, str]]:
    """Each with what they are called, as far as a list has said."""
    before = None
    for limit in read_sizes():
        found = failures.list_failures(db, wanted, limit=limit, before=before)
        if not found:
            return
        people = [failure for failure in found if failure.people == 1 and not failure.erased_at]
        names = known_names.names_of(db, {failure.destination for failure in people})
        yield from ((failure, names.get(failure.destination, "")) for failure in people)
        before = found[-1].place


def _row(failure: Failure, name: str, timezone: ZoneInfo) -> tuple[Cell, ...]:
    reason = explain(failure.status, failure.code, failure.details, failure.permanent)
    at = failure.place.at
    return (
        phone_cell(failure.destination),
        name,
        reason.words,
        reason.lasts,
        reason.advice,
        failure.content,
        failure.sender,
        failure.tag,
        time_cell(at, timezone),
        time_cell(at, UTC),
        failure.batch_ref or "",
    )
