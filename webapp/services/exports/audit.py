"""The audit trail as a file, read page by page."""

from collections.abc import Iterator
from datetime import UTC
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.services.audit_words import changes_of, facts_of, what, who
from webapp.services.exports.cells import Cell, csv_chunks, time_cell
from webapp.store.audit import AuditEntry, AuditFilter, each_entry

HEADER = ("Entry", "When", "When (UTC)", "Who", "What", "About", "Before", "After", "Details", "Hash")


def audit_csv(db: Database, wanted: AuditFilter, *, timezone: ZoneInfo) -> Iterator[str]:
    """Every entry, the latest first, with its hash."""
    return csv_chunks(HEADER, (_row(entry, timezone) for entry in each_entry(db, wanted)))


def _row(entry: AuditEntry, timezone: ZoneInfo) -> tuple[Cell, ...]:
    changes = changes_of(entry)
    return (
        entry.id,
        time_cell(entry.at, timezone),
        time_cell(entry.at, UTC),
        who(entry),
        what(entry.action),
        entry.subject,
        "; ".join(f"{change.name}: {change.before}" for change in changes),
        "; ".join(f"{change.name}: {change.after}" for change in changes),
        "; ".join(f"{fact.name}: {fact.value}" for fact in facts_of(entry)),
        entry.hash,
    )
