"""Counting what a text makes of every row of a list: who gets it, how long it is, what it costs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from sqlite_utils import Database

from webapp.messaging.content import ContentRefused
from webapp.messaging.placeholders import PlaceholderRefused, Template, columns_of, compile_template
from webapp.services.batches.calls import Renderer
from webapp.services.batches.lists import (
    MOST_ATTEMPTS,
    in_chunks,
    list_hash,
    renew,
    rules_of,
    tally_of,
    to_sheet_row,
)
from webapp.services.imports.judging import JudgedRow, Rules, TakenBy, Verdict, judge_row, judge_rows
from webapp.services.imports.rows import SheetRow
from webapp.services.imports.tally import Tally
from webapp.services.prices import last_known_prices, refresh_prices
from webapp.services.refusals import DraftChanged
from webapp.smsworks.client import SmsWorks
from webapp.store import batch_changes, batch_jobs, batch_rows
from webapp.store.batch_rows import BatchRow
from webapp.store.batches import Batch, BatchState
from webapp.store.connection import transaction


def check_template(batch: Batch, content: str) -> Template:
    """The text, if it can be sent to this list. Raises PlaceholderRefused."""
    template = compile_template(content)
    columns_of(template, batch.headers)
    return template


def count_texts(db: Database, client: SmsWorks, batch: Batch, *, country: str) -> None:
    """Judge the rows with the text of a batch whose job this process has taken. Raises JobTaken."""
    if batch.job_attempts > MOST_ATTEMPTS:
        batch_jobs.end_job(db, batch, state=BatchState.DRAFT, now=datetime.now(UTC), tally=batch.tally)
        return
    prices = Prices(db, client)
    try:
        rules = text_rules(db, batch, prices, country=country)
        _count(db, batch, rules, prices)
    except (PlaceholderRefused, ContentRefused):
        # The form refuses such a text; only a list that was changed underneath it comes here.
        batch_jobs.end_job(db, batch, state=BatchState.DRAFT, now=datetime.now(UTC), tally=batch.tally)


class Prices:
    """Credits of a segment by number; each country is asked for once."""

    def __init__(self, db: Database, client: SmsWorks) -> None:
        self._db, self._client = db, client
        self.is_guess = False

    def of(self, number: str) -> Decimal:
        refresh_prices(self._db, self._client, [number])
        known = last_known_prices(self._db, [number])
        self.is_guess = self.is_guess or number in known.guessed
        return known.by_number[number]


def text_rules(db: Database, batch: Batch, prices: Prices, *, country: str) -> Rules:
    """What rows are judged by with the text. Raises PlaceholderRefused."""
    bare = rules_of(db, batch, country=country)
    return Rules(
        number_column=bare.number_column,
        names=bare.names,
        template=compile_template(batch.text.content),
        is_opted_out=bare.is_opted_out,
        price_of=prices.of,
        country=country,
    )


def _count(db: Database, batch: Batch, rules: Rules, prices: Prices) -> None:
    tally, numbers, done = Tally(), list[str](), 0
    stored, again = _two_readings(db, batch)
    pairs = zip(stored, judge_rows(again, rules), strict=True)
    for chunk in in_chunks(pairs):
        done += len(chunk)
        for _, judged in chunk:
            tally.add(judged)
            if judged.verdict is Verdict.VALID:
                numbers.append(judged.digits or "")
        changed = [_new_verdict(row, judged) for row, judged in chunk if _differs(row, judged)]
        with transaction(db):
            renew(db, batch, rows_read=done)
            batch_rows.record_verdicts(db, batch.id, changed)
    batch_jobs.end_job(
        db,
        batch,
        state=BatchState.READY,
        now=datetime.now(UTC),
        tally={**tally_of(tally), "is_guess": prices.is_guess},
        list_hash=list_hash(numbers),
        rows_read=done,
    )


def _two_readings(db: Database, batch: Batch) -> tuple[Iterator[BatchRow], Iterator[SheetRow]]:
    return batch_rows.each_row(db, batch.id), map(to_sheet_row, batch_rows.each_row(db, batch.id))


def _differs(row: BatchRow, judged: JudgedRow) -> bool:
    return (row.verdict, row.reason, row.number) != (judged.verdict, judged.reason or "", judged.digits)


def _new_verdict(row: BatchRow, judged: JudgedRow) -> batch_rows.Verdict:
    return batch_rows.Verdict(row.position, judged.digits, judged.verdict.value, judged.reason or "")


def correct_row(
    db: Database, client: SmsWorks, batch: Batch, row: BatchRow, *, values: tuple[str, ...], country: str
) -> JudgedRow:
    """Put one row right by hand, before anything is confirmed; how it is judged now.

    The batch goes back to being written: what it costs is another sum now. Raises DraftChanged if it has been
    confirmed, or is being counted, meanwhile.
    """
    rules = _usable_rules(db, client, batch, country=country)

    def taken_by(digits: str) -> TakenBy | None:
        other = batch_rows.find_valid(db, batch.id, digits, other_than=row.position)
        if other is None:
            return None
        text = Renderer(batch).text_for(other.values) if rules and rules.template.is_personal else None
        return TakenBy(other.sheet_row, text)

    judged = judge_row(
        SheetRow(row.sheet_row, values), rules or rules_of(db, batch, country=country), taken_by
    )
    with transaction(db):
        batch_rows.correct_row(
            db,
            batch.id,
            BatchRow(
                position=row.position,
                sheet_row=row.sheet_row,
                values=values,
                problems=None,
                number=judged.digits,
                verdict=judged.verdict.value,
                reason=judged.reason or "",
            ),
        )
        counts = batch_rows.count_by_verdict(db, batch.id)
        if not batch_changes.back_to_draft(db, batch, counts=counts, now=datetime.now(UTC)):
            raise DraftChanged
    return judged


def _usable_rules(db: Database, client: SmsWorks, batch: Batch, *, country: str) -> Rules | None:
    """The rules with the text, if there is one and the list still has its columns."""
    try:
        check_template(batch, batch.text.content)
    except PlaceholderRefused:
        return None
    return text_rules(db, batch, Prices(db, client), country=country) if batch.text.content else None
