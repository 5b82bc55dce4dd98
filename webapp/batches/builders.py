"""Building the Batches pages, the same for a whole page and for a fragment of it."""

from datetime import UTC, datetime
from decimal import Decimal

from flask import abort, flash, request, url_for

from webapp.batches.asking import returned_of
from webapp.batches.carrying import carried
from webapp.batches.forms import BatchTextForm, ColumnsForm, LookupForm, NewBatchForm
from webapp.batches.pages import (
    BatchesEditPage,
    BatchesIndexPage,
    BatchesLookupPage,
    BatchesNewPage,
    BatchesRowsPage,
    Sample,
)
from webapp.messaging.content import normalise_line_breaks
from webapp.messaging.counted import MOST_CHARACTERS_COUNTED, count_text
from webapp.messaging.encoding import costly_characters
from webapp.messaging.placeholders import PlaceholderRefused, columns_of, compile_template, renderer
from webapp.messaging.schedule import quick_picks
from webapp.messaging.segments import segment_content
from webapp.messaging.words import plural
from webapp.services.batches import reports
from webapp.services.batches.provider_batch import ProviderBatch
from webapp.store import approvals, batch_choices, batch_rows, batches, senders, users
from webapp.store.batches import CONFIRMED, Batch, BatchState
from webapp.store.calls import LARGEST_ID
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.banners import worker_is_running
from webapp.web.context import database, settings
from webapp.web.fragments import go_to, version_of

BATCHES_A_PAGE = 50
ROWS_A_PAGE = 50
TEXTS_SHOWN = 200


def open_batch(ref: str) -> Batch:
    """A batch that everybody may see, or an unsent one of one's own; 404 otherwise."""
    batch = batches.find_batch(database(), ref)
    if batch is None or (batch.confirmed_at is None and batch.author_id != signed_in_user().id):
        abort(404)
    return batch


def open_unsent(ref: str) -> Batch:
    """A batch that is not confirmed; otherwise leads to what became of it."""
    batch = open_batch(ref)
    if batch.state in CONFIRMED:
        flash("This batch has been confirmed already. Here is what became of it.", "attention")
        abort(go_to(url_for("batches.show", ref=ref)))
    return batch


def page_mark(name: str) -> int:
    """The keyset mark in the address; 0, the beginning, for what no page of ours wrote."""
    mark = request.args.get(name, 0, type=int)
    return mark if 0 < mark <= LARGEST_ID else 0


def build_index(before_id: int | None, lookup_form: LookupForm | None = None) -> BatchesIndexPage:
    found = batches.list_batches(database(), limit=BATCHES_A_PAGE + 1, before_id=before_id)
    user = signed_in_user()
    asked_for = {each.batch.id for each in approvals.list_waiting(database())}
    to_approve = asked_for if user.role.includes(Role.SENDER) else set()
    shown = [
        each
        for each in found[:BATCHES_A_PAGE]
        if each.confirmed_at or each.author_id == user.id or each.id in to_approve
    ]
    now = datetime.now(UTC)
    listed = tuple(
        (
            each,
            reports.describe_batch(each, is_early=_is_early(each, now), is_asked_for=each.id in asked_for),
        )
        for each in shown
    )
    return BatchesIndexPage(
        batches=listed,
        to_approve=frozenset(
            each.id for each in shown if each.id in to_approve and each.author_id != user.id
        ),
        authors=users.names_of(database(), {each.author_id for each in shown}),
        older_than=str(found[BATCHES_A_PAGE - 1].id) if len(found) > BATCHES_A_PAGE else None,
        is_first=before_id is None,
        can_send=user.role.includes(Role.SENDER),
        lookup_form=lookup_form or LookupForm(formdata=None),
        live=before_id is None,
        version=version_of(*((each.id, meaning.word, each.updated_at) for each, meaning in listed)),
    )


def _is_early(batch: Batch, now: datetime) -> bool:
    return batch.text.scheduled_at is not None and batch.text.scheduled_at > now


def build_new(form: NewBatchForm) -> BatchesNewPage:
    return BatchesNewPage(form=form, carried=tuple(carried().items()))


def text_form(batch: Batch) -> BatchTextForm:
    """The form as posted, or as it was typed before."""
    form = BatchTextForm(batch, data=dict(batch.text.typed))
    form.offer_senders(senders.list_senders(database()))
    return form


def columns_form(batch: Batch) -> ColumnsForm:
    form = ColumnsForm()
    form.offer(batch)
    return form


def build_edit(
    batch: Batch, *, form: BatchTextForm | None = None, columns: ColumnsForm | None = None
) -> BatchesEditPage:
    form = form or text_form(batch)
    text = form.text()
    samples, problem = _samples_of(batch, text) if text else ((), None)
    longest = max(samples, key=lambda sample: (len(sample.parts), sum(map(len, sample.parts))), default=None)
    is_reading = batch.state is BatchState.READING
    return BatchesEditPage(
        batch=batch,
        is_reading=is_reading,
        rows_total=int(batch.facts.get("rows", 0)),
        verdicts=verdict_counts(batch),
        columns_form=columns or columns_form(batch),
        form=form,
        quick_picks=quick_picks(datetime.now(UTC), settings().timezone),
        samples=samples,
        counted=count_text("".join(longest.parts) if longest else text),
        costly=costly_characters(text[:MOST_CHARACTERS_COUNTED]),
        problem=problem,
        worker_missing=is_reading and not worker_is_running(),
        returned=returned_of(batch),
        version=version_of(batch.state, batch.rows_read, worker_is_running()),
    )


def verdict_counts(batch: Batch) -> tuple[tuple[str, str, int], ...]:
    counts = batch.tally.get("counts", {})
    return tuple(
        (verdict, words, counts[verdict])
        for verdict, words in reports.VERDICT_WORDS.items()
        if counts.get(verdict)
    )


def _samples_of(batch: Batch, text: str) -> tuple[tuple[Sample, ...], str | None]:
    """What the first people of the list would get, as far as the text can be understood."""
    try:
        template = compile_template(normalise_line_breaks(text))
        columns = columns_of(template, batch.headers)
    except PlaceholderRefused as refusal:
        return (), refusal.message
    render = renderer(template)
    first = batch_rows.list_by_verdict(
        database(), batch.id, [batch_rows.VALID, "missing_placeholder", "too_long"], limit=3
    )
    return tuple(
        Sample(
            number=row.number or "",
            row=row.sheet_row,
            parts=segment_content(render(_cells(columns, row.values))).parts,
            credits=Decimal(0),
        )
        for row in first
    ), None


def _cells(columns: tuple[int, ...], values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(values[at].strip() if at < len(values) else "" for at in columns)


def build_rows(batch: Batch, verdict: str, after: int) -> BatchesRowsPage:
    found = batch_rows.list_by_verdict(database(), batch.id, [verdict], after=after, limit=ROWS_A_PAGE + 1)
    shown = tuple(found[:ROWS_A_PAGE])
    return BatchesRowsPage(
        batch=batch,
        verdict=verdict,
        words=reports.VERDICT_WORDS[verdict],
        rows=shown,
        after=after,
        next_after=shown[-1].position if len(found) > ROWS_A_PAGE else None,
        can_correct=batch.state in (BatchState.DRAFT, BatchState.READY)
        and verdict not in (batch_rows.VALID, "opted_out"),
    )


def option_facts(batch: Batch) -> list[tuple[str, str]]:
    options = batch.text.options
    facts = [
        ("Tag", options.get("tag")),
        ("Try for", plural(options["validity_minutes"], "minute") if "validity_minutes" in options else ""),
        ("Report kept", plural(options["ttl_minutes"], "minute") if "ttl_minutes" in options else ""),
        ("AI Optimiser", "" if options.get("ai") is None else "On" if options["ai"] else "Off"),
    ]
    return [(term, value) for term, value in facts if value]


def build_lookup(found: ProviderBatch) -> BatchesLookupPage:
    recorded = batch_choices.find_by_provider_id(database(), found.batch_id)
    return BatchesLookupPage(found=found, shown=found.texts[:TEXTS_SHOWN], recorded=recorded)
