"""Building the page of a confirmed batch."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from webapp.batches.builders import option_facts
from webapp.batches.pages import BatchesShowPage, Deeds, Share, ShownRow
from webapp.messaging.status import FAILED as NEVER_ARRIVED
from webapp.services.batches import reports
from webapp.services.batches.parts import Parts, parts_of
from webapp.services.batches.reports import Progress
from webapp.services.follow_scheduled import SCHEDULED
from webapp.store import approvals, batch_outcomes, batch_rows, calls, daily, users
from webapp.store.approvals import ApprovalState
from webapp.store.batch_outcomes import NO_MESSAGE_YET
from webapp.store.batch_rows import BatchRow
from webapp.store.batches import Batch, BatchState
from webapp.store.calls import FORGOTTEN, Call, OutboxState
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.banners import worker_is_running
from webapp.web.context import database
from webapp.web.fragments import version_of
from webapp.web.remembered import address

ROWS_A_PAGE = 50
MOST_REASONS = 10
MOST_QUESTIONS = 10
EVERYBODY = "all"
NOT_YET = "waiting"
"""What the address calls rows of which no report is known."""
FAILED = "failed"
# Reports come for three days; after that a page has no reason to ask again.
FOLLOWED_FOR = timedelta(hours=73)
LIVELY = timedelta(minutes=10)


def show_version(batch: Batch) -> str:
    """Everything in which the page can change while nobody does anything; costs two indexed reads."""
    texts = calls.count_of_batch(database(), batch.id)
    return version_of(
        batch.state, batch.updated_at, sorted(texts.items()), _poll_seconds(batch), worker_is_running()
    )


def build_show(batch: Batch, *, shown: str, after: int, version: str) -> BatchesShowPage:
    in_parts = parts_of(database(), batch)
    parts = in_parts.calls
    statuses = batch_outcomes.count_by_status(database(), batch.id)
    sums = daily.sum_of_batch(database(), batch.id)
    progress = reports.progress_of(batch, in_parts, statuses, sums)
    temporary, failed = batch_outcomes.count_failed(database(), batch.id) if progress.failed else (0, 0)
    rows = _rows(batch, shown, after)
    now = datetime.now(UTC)
    is_early = batch.text.scheduled_at is not None and batch.text.scheduled_at > now
    is_called_off = in_parts.is_called_off
    live = not is_called_off and _is_live(batch, parts, statuses)
    author = batch.confirmed_by or batch.author_id
    return BatchesShowPage(
        batch=batch,
        meaning=reports.describe_batch(batch, is_early=is_early),
        author=users.names_of(database(), {author}).get(author, ""),
        approver=_approver(batch),
        progress=progress,
        shares=_shares(batch, progress),
        is_early=is_early and not is_called_off,
        statuses=_filters(statuses, progress, is_early=is_early),
        left_out=tuple(each for each in reports.left_out(database(), batch) if each[0] != batch_rows.VALID),
        credits=_all_credits(batch) if is_early and not is_called_off else progress.credits,
        option_facts=option_facts(batch),
        provider_ids=tuple(call.provider_batch_id for call in parts if call.provider_batch_id),
        refusals=_refusals(parts),
        needs_person=tuple(call for call in parts if call.needs_person)[:MOST_QUESTIONS],
        temporary=temporary,
        failed=failed,
        rows=tuple(_described(batch, rows[:ROWS_A_PAGE], in_parts)),
        shown=shown,
        after=after,
        next_after=rows[ROWS_A_PAGE - 1].position if len(rows) > ROWS_A_PAGE else None,
        can=_deeds(batch, parts, is_early=is_early, failed=failed),
        worker_missing=live and not worker_is_running(),
        live=live,
        poll_seconds=_poll_seconds(batch),
        version=version,
    )


def _approver(batch: Batch) -> str:
    """Whoever else said yes to it; empty if nobody had to."""
    last = approvals.find_last(database(), batch.id)
    if last is None or last.state is not ApprovalState.APPROVED or last.decided_by is None:
        return ""
    return users.names_of(database(), {last.decided_by}).get(last.decided_by, "")


def _described(batch: Batch, rows: list[BatchRow], parts: Parts) -> Iterator[ShownRow]:
    for row in rows:
        meaning = reports.describe_row(row, parts)
        yield ShownRow(row, _beside_number(batch, row), meaning, reports.why(row, meaning))


def _beside_number(batch: Batch, row: BatchRow) -> str:
    """What else the list says of somebody: mostly their name."""
    column = batch.number_column or 0
    return " · ".join(value for at, value in enumerate(row.values) if value and at != column)


def _filters(
    statuses: Mapping[str, int], progress: Progress, *, is_early: bool
) -> tuple[tuple[str, str, int], ...]:
    """What the list can be narrowed to: the word of the address, the words of the link, how many."""
    return tuple(
        (
            status or NOT_YET,
            reports.describe_texts(status).word
            if status
            else _without_report(progress, count, is_early=is_early),
            count,
        )
        for status, count in sorted(statuses.items())
    )


def _without_report(progress: Progress, count: int, *, is_early: bool) -> str:
    if progress.not_sent:
        return "Not sent" if progress.not_sent >= count else "No report or not sent"
    if progress.unknown >= count:
        return "Outcome unknown"
    if is_early and progress.accepted >= count:
        return "Scheduled"
    return "No report yet" if progress.accepted or progress.unknown else "Waiting to go"


def _deeds(batch: Batch, parts: tuple[Call, ...], *, is_early: bool, failed: int) -> Deeds:
    may_send = signed_in_user().role.includes(Role.SENDER)
    is_open = batch.state in (BatchState.SENDING, BatchState.PAUSED)
    waits = is_open and any(call.state is OutboxState.QUEUED for call in parts)
    is_scheduled = any(call.schedule_status == SCHEDULED for call in parts)
    return Deeds(
        pause=may_send and waits and batch.state is BatchState.SENDING,
        resume=may_send and batch.state is BatchState.PAUSED,
        stop=may_send and waits and not is_early,
        cancel=may_send and is_early and (is_scheduled or waits),
        retry=may_send and failed > 0,
        decide=may_send,
    )


def _shares(batch: Batch, progress: Progress) -> tuple[Share, ...]:
    """The delivery plot: every text of the batch in one of five stretches."""
    counts = (
        ("delivered", "delivered", progress.delivered, "DELIVERED"),
        ("failed", "failed", progress.failed, FAILED),
        ("waiting", "waiting", progress.underway, NOT_YET),
        ("unknown", "outcome unknown", progress.unknown, None),
        ("unsent", "not sent", progress.not_sent, None),
    )
    total = sum(count for _, _, count, _ in counts) or 1
    shares, start = [], 0.0
    for name, words, count, shown in counts:
        if name == "unknown" and not count:
            continue
        url = address("batches.show", ref=batch.ref, show=shown) if shown and count else None
        width = round(100 * count / total, 3)
        shares.append(Share(name, words, count, round(start, 3), width, url))
        start += width
    return tuple(shares)


def _all_credits(batch: Batch) -> Decimal:
    return Decimal(batch.tally.get("credits", "0"))


def _refusals(parts: tuple[Call, ...]) -> tuple[tuple[str, int], ...]:
    """Each reason of the provider once, with how many texts it kept back; what people stopped is none."""
    texts: Counter[str] = Counter()
    for call in parts:
        if call.state is OutboxState.REFUSED and call.error_code not in ("withdrawn", FORGOTTEN):
            texts[call.error_message or "The provider refused them."] += call.message_count
    return tuple(texts.most_common(MOST_REASONS))


def _rows(batch: Batch, shown: str, after: int) -> list[BatchRow]:
    limit = ROWS_A_PAGE + 1
    if shown == EVERYBODY:
        return batch_rows.list_rows(database(), batch.id, after=after, limit=limit)
    if shown in reports.VERDICT_WORDS:
        return batch_rows.list_by_verdict(database(), batch.id, [shown], after=after, limit=limit)
    statuses = {FAILED: NEVER_ARRIVED, NOT_YET: (NO_MESSAGE_YET,)}.get(shown, (shown,))
    return batch_outcomes.list_by_status(database(), batch.id, statuses, after=after, limit=limit)


def _is_live(batch: Batch, parts: tuple[Call, ...], statuses: dict[str, int]) -> bool:
    """Whether anything more is expected to happen."""
    if batch.state is BatchState.SENDING or any(call.state is OutboxState.UNKNOWN for call in parts):
        return True
    is_young = batch.goes_at is None or datetime.now(UTC) - batch.goes_at < FOLLOWED_FOR
    unfinished = statuses.keys() - {"DELIVERED", *NEVER_ARRIVED}
    return is_young and bool(unfinished) and any(call.state is OutboxState.ACCEPTED for call in parts)


def _poll_seconds(batch: Batch) -> int:
    since = datetime.now(UTC) - (batch.goes_at or batch.updated_at)
    return 2 if timedelta() <= since < LIVELY else 15
