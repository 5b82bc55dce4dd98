"""From a file or a pasted list to judged rows in the store."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, tee
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from webapp.messaging.charges import HOME_PRICE
from webapp.messaging.placeholders import compile_template
from webapp.services.imports.columns import column_names
from webapp.services.imports.judging import JudgedRow, Rules, judge_rows
from webapp.services.imports.limits import FileRefused
from webapp.services.imports.rows import SheetRow
from webapp.services.imports.table import Table, open_pasted, open_table
from webapp.services.imports.tally import Tally
from webapp.store import batch_jobs, batch_rows, optouts
from webapp.store.batch_rows import ROWS_A_CHUNK, BatchRow
from webapp.store.batches import Batch, BatchState
from webapp.store.connection import transaction

# Between two of these many rows are written; whoever is silent for longer has died.
LEASE = timedelta(seconds=10)
# Opening a large spreadsheet may take half a minute before the first row is there.
LEASE_TO_OPEN = timedelta(seconds=40)
MOST_ATTEMPTS = 6
PASTED = ".pasted"
"""How the private file of a pasted list ends."""
# Before anything is written every row counts as one text: only its number matters.
_ANY_TEXT = compile_template("x")
ROWS_SHOWN = 5


class JobTaken(Exception):
    """Somebody else does this job by now, or it is no longer wanted: stop."""


def read_list(db: Database, batch: Batch, *, folder: Path, country: str) -> None:
    """Read and judge the rows of a batch whose job this process has taken. Raises JobTaken."""
    if batch.job_attempts > MOST_ATTEMPTS:
        _refuse(db, batch, "Reading this file failed each time. Save it as CSV and try again.")
        return
    try:
        with _open(batch, folder=folder, country=country) as table:
            _take_rows(db, batch, table, country=country)
    except FileRefused as refused:
        _refuse(db, batch, refused.message)


def rules_of(db: Database, batch: Batch, *, country: str) -> Rules:
    """What rows are judged by before there is a text."""
    return Rules(
        number_column=batch.number_column or 0,
        names=batch.headers,
        template=_ANY_TEXT,
        is_opted_out=optouts.all_numbers(db).__contains__,
        price_of=lambda _number: HOME_PRICE,
        country=country,
    )


def to_sheet_row(row: BatchRow) -> SheetRow:
    return SheetRow(row.sheet_row, row.values, row.problems)


def list_hash(numbers: Iterable[str]) -> str:
    """The same for the same numbers in any order."""
    total = sum(
        int.from_bytes(hashlib.blake2b(number.encode(), digest_size=16).digest()) for number in numbers
    )
    return f"{total % 2**128:032x}"


def tally_of(tally: Tally) -> dict[str, Any]:
    """The sums as the store keeps them."""
    return {
        "counts": {verdict.value: count for verdict, count in tally.counts.items()},
        "clashes": tally.clashes,
        "credits": str(tally.credits),
        "spread": {str(segments): rows for segments, rows in sorted(tally.spread.items())},
        "samples": [_shown(row) for row in tally.samples],
        "longest": [_shown(row) for row in tally.longest],
    }


def _shown(row: JudgedRow) -> dict[str, Any]:
    return {
        "row": row.number,
        "number": row.digits,
        "content": row.content,
        "segments": row.segments,
        "credits": str(row.credits),
    }


def in_chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    """Lists of as many rows as are written at a time."""
    return iter(lambda: list(islice(rows, ROWS_A_CHUNK)), [])


def _open(batch: Batch, *, folder: Path, country: str) -> Table:
    path = folder / (batch.file_name or "")
    if batch.file_name is None or not path.is_file():
        raise FileRefused("The file is no longer there. Upload it again.")
    if batch.file_name.endswith(PASTED):
        return open_pasted(path.read_text(encoding="utf-8", errors="replace"), country=country)
    return open_table(path, filename=batch.name, country=country, sheet=batch.sheet)


def _refuse(db: Database, batch: Batch, problem: str) -> None:
    batch_jobs.refuse_file(db, batch, problem=problem, now=datetime.now(UTC))


def _take_rows(db: Database, batch: Batch, table: Table, *, country: str) -> None:
    batch = _record_facts(db, batch, table)
    batch_rows.clear_rows(db, batch.id)
    tally, position = Tally(), 0
    read, judged = tee(table.rows(after=batch.header_row))
    pairs = zip(read, judge_rows(judged, rules_of(db, batch, country=country)), strict=True)
    for chunk in in_chunks(pairs):
        new = [_new_row(*pair, position=position + at) for at, pair in enumerate(chunk, 1)]
        position += len(chunk)
        for _, row in chunk:
            tally.add(row)
        with transaction(db):
            # First whether the list is still wanted: rows of one that was discarded would stay for ever.
            renew(db, batch, rows_read=position)
            batch_rows.add_rows(db, batch.id, new)
    batch_jobs.end_job(
        db, batch, state=BatchState.DRAFT, now=datetime.now(UTC), tally=tally_of(tally), rows_read=position
    )


def renew(db: Database, batch: Batch, *, rows_read: int) -> None:
    """Keep the job for another while. Raises JobTaken."""
    if not batch_jobs.record_progress(db, batch, rows_read=rows_read, lease_until=datetime.now(UTC) + LEASE):
        raise JobTaken


def _record_facts(db: Database, batch: Batch, table: Table) -> Batch:
    facts = table.facts
    names = facts.guess.names
    rows = facts.rows
    if batch.header_row is not None:
        chosen = next((row for row in facts.first_rows if row.number == batch.header_row), None)
        names = column_names(chosen.values if chosen else (), facts.columns)
        rows = table.count_rows(after=batch.header_row)
    column = facts.guess.number_column if batch.number_column is None else batch.number_column
    return batch_jobs.record_facts(
        db,
        batch,
        headers=names,
        number_column=min(column or 0, max(len(names) - 1, 0)),
        facts={
            "format": facts.format.value,
            "rows": rows,
            "encoding": facts.encoding,
            "separator": facts.separator,
            "sheet": facts.sheet,
            "sheets": list(facts.sheets),
            "header_row": facts.header_row if batch.header_row is None else batch.header_row,
            "number_columns": list(facts.guess.number_columns),
            "notes": list(facts.notes),
            "first_rows": [[row.number, list(row.values)] for row in facts.first_rows[:ROWS_SHOWN]],
        },
    )


def _new_row(read: SheetRow, row: JudgedRow, *, position: int) -> BatchRow:
    return BatchRow(
        position=position,
        sheet_row=row.number,
        values=row.values,
        problems=read.problems,
        number=row.digits,
        verdict=row.verdict.value,
        reason=row.reason or "",
    )
