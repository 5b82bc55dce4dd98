"""The figures of a batch, and its result file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.charges import NEVER_CHARGED, is_given_back
from webapp.messaging.measure import measure
from webapp.messaging.placeholders import compile_template
from webapp.messaging.segments import segment_content
from webapp.messaging.status import FAILED, StatusMeaning, StatusTone, describe_status
from webapp.services.batches.calls import Renderer
from webapp.services.batches.parts import Parts, parts_of
from webapp.services.exports.cells import Cell, csv_chunks, phone_cell, time_cell
from webapp.services.prices import last_known_price
from webapp.store import batch_rows
from webapp.store.batch_outcomes import NO_MESSAGE_YET
from webapp.store.batch_rows import VALID, BatchRow
from webapp.store.batches import Batch, BatchState
from webapp.store.calls import OutboxState
from webapp.store.daily import Sums

VERDICT_WORDS = {
    "valid": "will get the text",
    "invalid": "not a mobile number",
    "empty": "no number in the row",
    "duplicate": "the same number again",
    "opted_out": "opted out",
    "missing_placeholder": "nothing to put in for a placeholder",
    "too_long": "the text would be too long",
    "refused": "the provider does not take the row",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """Numbers of texts by how far their call has come; those that were cancelled are not among the accepted.

    `credits`: what they cost as far as can be told, less what is given back. The provider names no charge for
    a batch, so it is what its texts are expected to cost, and an average for those not in the record yet.
    """

    total: int
    accepted: int
    waiting: int
    sending: int
    refused: int
    cancelled: int
    unknown: int
    delivered: int
    failed: int
    credits: Decimal

    @property
    def underway(self) -> int:
        """Texts of which something more is expected: to be handed over, or to be reported on."""
        reported = self.delivered + self.failed
        return self.waiting + self.sending + max(self.accepted - reported, 0)

    @property
    def not_sent(self) -> int:
        return self.refused + self.cancelled


def progress_of(batch: Batch, parts: Parts, statuses: Mapping[str, int], sums: Sums) -> Progress:
    """How far a confirmed batch has come; `statuses` as `batch_outcomes.count_by_status` gives them.

    `sums`: of its texts that the record shows by now.
    """
    texts = parts.texts_by_state
    failed = sum(statuses.get(status, 0) for status in FAILED)
    accepted = texts.get(OutboxState.ACCEPTED, 0) - parts.cancelled
    credits_each = Decimal(batch.tally.get("credits", "0")) / max(sum(statuses.values()), 1)
    return Progress(
        total=sum(texts.values()),
        accepted=accepted,
        waiting=texts.get(OutboxState.QUEUED, 0),
        sending=texts.get(OutboxState.IN_FLIGHT, 0),
        refused=texts.get(OutboxState.REFUSED, 0),
        cancelled=parts.cancelled,
        unknown=texts.get(OutboxState.UNKNOWN, 0),
        delivered=statuses.get("DELIVERED", 0),
        failed=failed,
        credits=sums.cost + _as_whole_as(batch, credits_each * max(accepted - sums.texts, 0)),
    )


def _as_whole_as(batch: Batch, credits: Decimal) -> Decimal:
    """An average says 4.8 where only whole credits are charged."""
    all_of_it = Decimal(batch.tally.get("credits", "0"))
    return credits.quantize(Decimal(1)) if all_of_it == all_of_it.to_integral_value() else credits


def left_out(db: Database, batch: Batch) -> list[tuple[str, str, int]]:
    """Verdict, its words, and how many rows get no text for it."""
    counts = batch_rows.count_by_verdict(db, batch.id)
    return [
        (verdict, words, counts[verdict]) for verdict, words in VERDICT_WORDS.items() if counts.get(verdict)
    ]


def describe_row(row: BatchRow, parts: Parts) -> StatusMeaning:
    """What became of one row, as every page shows it: its text's status, else how far its call has come."""
    if row.verdict != VALID:
        return StatusMeaning(
            word="Left out",
            tone=StatusTone.NEUTRAL,
            icon="dash-circle",
            meaning=row.reason,
            charged="Not charged.",
            final=True,
        )
    of_call = None if row.status else parts.describe(row)
    return of_call or describe_texts(row.status or NO_MESSAGE_YET, row)


def why(row: BatchRow, meaning: StatusMeaning) -> str:
    """What stands beside the status of a row: why its text failed or does not go; nothing if all is well."""
    troubled = meaning.tone is not StatusTone.WAITING and row.status is None
    return row.failure_details or row.reason or (meaning.meaning if troubled else "")


def describe_texts(status: str, row: BatchRow | None = None) -> StatusMeaning:
    """A status of the texts of a batch."""
    if status == NO_MESSAGE_YET:
        return StatusMeaning(
            word="No report",
            tone=StatusTone.WAITING,
            icon="clock",
            meaning="The provider has not said what became of it, or it was not handed over.",
            charged="Whether it was charged is not known.",
            final=False,
        )
    return describe_status(
        status,
        permanent=row.failure_permanent if row else None,
        failure_details=row.failure_details if row else None,
    )


_BATCH_MEANINGS = {
    BatchState.READING: ("Reading the list", StatusTone.WAITING, "hourglass-split"),
    BatchState.REFUSED: ("File not readable", StatusTone.BAD, "x-circle-fill"),
    BatchState.DRAFT: ("Not sent", StatusTone.NEUTRAL, "pencil-square"),
    BatchState.COUNTING: ("Counting", StatusTone.WAITING, "hourglass-split"),
    BatchState.READY: ("Not sent", StatusTone.NEUTRAL, "pencil-square"),
    BatchState.SENDING: ("Sending", StatusTone.WAITING, "send"),
    BatchState.PAUSED: ("Paused", StatusTone.ATTENTION, "pause-circle"),
    BatchState.STOPPED: ("Stopped", StatusTone.NEUTRAL, "stop-circle"),
    BatchState.SENT: ("Sent", StatusTone.GOOD, "check-circle-fill"),
    BatchState.DISCARDED: ("Discarded", StatusTone.NEUTRAL, "trash"),
}


def describe_batch(batch: Batch, *, is_early: bool = False, is_asked_for: bool = False) -> StatusMeaning:
    """Where a batch stands; `is_early`: its time has not come, `is_asked_for`: it waits for approval."""
    word, tone, icon = _BATCH_MEANINGS[batch.state]
    if is_asked_for:
        word, tone, icon = "Waits for approval", StatusTone.ATTENTION, "hourglass-split"
    if (
        batch.state is BatchState.STOPPED
        and batch.goes_at
        and batch.ended_at
        and batch.ended_at < batch.goes_at
    ):
        word, tone, icon = "Cancelled", StatusTone.NEUTRAL, "calendar-x"
    if is_early and batch.state in (BatchState.SENDING, BatchState.SENT):
        word, tone, icon = "Scheduled", StatusTone.WAITING, "calendar-event"
    is_final = batch.state in (BatchState.SENT, BatchState.STOPPED, BatchState.REFUSED)
    return StatusMeaning(word, tone, icon, batch.problem or "", "", is_final)


RESULT_HEADER = (
    *("Number", "Status", "Reason", "Segments", "Credits (estimate)"),
    *("Handed over", "Handed over (UTC)"),
)


def result_file(db: Database, batch: Batch, *, timezone: ZoneInfo) -> Iterator[str]:
    """The original columns, and what became of each row, as the text of a CSV file."""
    return csv_chunks([*batch.headers, *RESULT_HEADER], _result_rows(db, batch, timezone))


def problems_file(db: Database, batch: Batch) -> Iterator[str]:
    """The rows that get no text with the reason as the last column, to be put right and uploaded again."""
    bad = (row for row in batch_rows.each_row(db, batch.id) if row.verdict != VALID)
    rows = (list[Cell]([*_columns(batch, row), row.sheet_row, row.reason]) for row in bad)
    return csv_chunks([*batch.headers, "Row", "Why it gets no text"], rows)


def _columns(batch: Batch, row: BatchRow) -> list[str]:
    return [*row.values, *[""] * (len(batch.headers) - len(row.values))][: max(len(batch.headers), 1)]


def _result_rows(db: Database, batch: Batch, timezone: ZoneInfo) -> Iterator[list[Cell]]:
    template = compile_template(batch.text.content)
    same = None if template.is_personal else segment_content(batch.text.content).segments
    render, parts = Renderer(batch), parts_of(db, batch)
    for row in batch_rows.each_row(db, batch.id):
        meaning = describe_row(row, parts)
        sent = row.verdict == VALID and batch.erased_at is None
        segments = (same or measure(render.text_for(row.values))[1]) if sent else ""
        reason = why(row, meaning)
        credits = row_credits(db, row, int(segments or 0))
        yield [
            *_columns(batch, row),
            *(phone_cell(row.number or ""), meaning.word, reason, segments, credits),
            *_handed_over(row, parts, timezone),
        ]


def _handed_over(row: BatchRow, parts: Parts, timezone: ZoneInfo) -> tuple[str, str]:
    """When the provider was given it, in both zones."""
    call = parts.call_of(row) if row.verdict == VALID else None
    if call is None or call.state is not OutboxState.ACCEPTED or call.in_flight_at is None:
        return "", ""
    return time_cell(call.in_flight_at, timezone), time_cell(call.in_flight_at, UTC)


def row_credits(db: Database, row: BatchRow, segments: int) -> Decimal | None:
    """What the text of a row costs as far as can be told; None before it was handed over."""
    if row.status is None or row.verdict != VALID:
        return row.credits
    if row.status in NEVER_CHARGED or is_given_back(row.status, row.number or ""):
        return Decimal(0)
    if row.credits is not None:
        return row.credits
    return segments * last_known_price(db, row.number or "")
