"""Building the page of a confirmed batch."""

from datetime import UTC, datetime, timedelta

from webapp.batches.pages import BatchesShowPage
from webapp.services.batches import reports
from webapp.services.follow_scheduled import SCHEDULED
from webapp.store import batch_outcomes, batch_rows, calls, users
from webapp.store.batch_outcomes import NO_MESSAGE_YET
from webapp.store.batch_rows import BatchRow
from webapp.store.batches import Batch, BatchState
from webapp.store.calls import Call, OutboxState
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database
from webapp.web.fragments import version_of
from webapp.web.shell import worker_is_running

ROWS_A_PAGE = 50
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


def build_show(batch: Batch, *, shown: str, after: int) -> BatchesShowPage:
    parts = tuple(calls.list_of_batch(database(), batch.id))
    statuses = batch_outcomes.count_by_status(database(), batch.id)
    temporary, failed = batch_outcomes.count_failed(database(), batch.id)
    rows = _rows(batch, shown, after)
    now = datetime.now(UTC)
    is_early = batch.text.scheduled_at is not None and batch.text.scheduled_at > now
    may_send = signed_in_user().role.includes(Role.SENDER)
    is_open = batch.state in (BatchState.SENDING, BatchState.PAUSED)
    scheduled = any(call.schedule_status == SCHEDULED for call in parts)
    waiting = any(call.state is OutboxState.QUEUED for call in parts)
    author = batch.confirmed_by or batch.author_id
    return BatchesShowPage(
        batch=batch,
        meaning=reports.describe_batch(batch, is_early=is_early),
        author=users.names_of(database(), {author}).get(author, ""),
        progress=reports.progress_of(database(), batch),
        statuses=tuple(
            (status or NOT_YET, reports.describe_texts(status), count)
            for status, count in sorted(statuses.items())
        ),
        left_out=tuple(each for each in reports.left_out(database(), batch) if each[0] != batch_rows.VALID),
        parts=parts,
        needs_person=tuple(call for call in parts if call.needs_person),
        temporary=temporary,
        failed=failed,
        rows=tuple((row, reports.describe_row(row)) for row in rows[:ROWS_A_PAGE]),
        shown=shown,
        next_after=rows[ROWS_A_PAGE - 1].position if len(rows) > ROWS_A_PAGE else None,
        can_pause=may_send and batch.state is BatchState.SENDING and waiting,
        can_resume=may_send and batch.state is BatchState.PAUSED,
        can_stop=may_send and is_open and waiting and not is_early,
        can_cancel=may_send and is_early and (scheduled or (is_open and waiting)),
        can_retry=may_send and failed > 0,
        worker_missing=not worker_is_running() and _is_live(batch, parts, statuses),
        live=_is_live(batch, parts, statuses),
        poll_seconds=_poll_seconds(batch),
        version=show_version(batch),
    )


def _rows(batch: Batch, shown: str, after: int) -> list[BatchRow]:
    limit = ROWS_A_PAGE + 1
    if shown == EVERYBODY:
        return batch_rows.list_rows(database(), batch.id, after=after, limit=limit)
    if shown in reports.VERDICT_WORDS:
        return batch_rows.list_by_verdict(database(), batch.id, [shown], after=after, limit=limit)
    statuses = {FAILED: reports.FAILED, NOT_YET: (NO_MESSAGE_YET,)}.get(shown, (shown,))
    return batch_outcomes.list_by_status(database(), batch.id, statuses, after=after, limit=limit)


def _is_live(batch: Batch, parts: tuple[Call, ...], statuses: dict[str, int]) -> bool:
    """Whether anything more is expected to happen."""
    if batch.state is BatchState.SENDING or any(call.state is OutboxState.UNKNOWN for call in parts):
        return True
    is_young = batch.goes_at is None or datetime.now(UTC) - batch.goes_at < FOLLOWED_FOR
    unfinished = statuses.keys() - {"DELIVERED", *reports.FAILED}
    return is_young and bool(unfinished) and any(call.state is OutboxState.ACCEPTED for call in parts)


def _poll_seconds(batch: Batch) -> int:
    begun = batch.goes_at or batch.updated_at
    return 2 if datetime.now(UTC) - begun < LIVELY else 15
