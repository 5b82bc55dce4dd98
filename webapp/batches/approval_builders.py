"""Building the page on which somebody else's batch is approved."""

from dataclasses import fields

from flask import abort, flash, redirect, url_for

from webapp.batches.builders import ROWS_A_PAGE, page_mark
from webapp.batches.check_builders import build_check
from webapp.batches.forms import SendBackForm
from webapp.batches.pages import BatchesApprovePage
from webapp.store import approvals, batch_rows, batches, users
from webapp.store.batch_rows import BatchRow
from webapp.store.batches import CONFIRMED, Batch
from webapp.web.auth import signed_in_user
from webapp.web.context import database
from webapp.web.second_yes import SecondYesForm

DECIDED = "Somebody has decided about this batch already. Here is what became of it."
GONE = "That batch does not wait for approval: it was withdrawn, changed or sent back."


def open_asked(ref: str) -> Batch:
    """A batch that waits for the yes of the person asking; leads elsewhere if it waits no more.

    Its author is led to their own page of it.
    """
    batch = batches.find_batch(database(), ref)
    waiting = batch and approvals.find_waiting(database(), batch.id)
    if waiting is None:
        # Perhaps decided about between the two reads: the batch as it is since then.
        batch = batches.find_batch(database(), ref)
    if batch is None:
        abort(404)
    if batch.state in CONFIRMED:
        flash(DECIDED, "attention")
        abort(redirect(url_for("batches.show", ref=ref)))
    if batch.author_id == signed_in_user().id:
        abort(redirect(url_for("batches.check", ref=ref)))
    if waiting is None:
        # Nobody else's unsent batch is shown; one that was never asked about is not even known of.
        if approvals.find_last(database(), batch.id) is None:
            abort(404)
        flash(GONE, "attention")
        abort(redirect(url_for("batches.index")))
    return batch


def _others(batch: Batch, row: BatchRow) -> str:
    """What the list says of somebody besides the number."""
    values = (value for at, value in enumerate(row.values) if at != batch.number_column)
    return " · ".join(filter(None, values))


def build_approve(
    batch: Batch,
    *,
    refused: SecondYesForm | None = None,
    back: SendBackForm | None = None,
    changed: str | None = None,
) -> BatchesApprovePage:
    check = build_check(batch, refused=refused, changed=changed)
    approval = approvals.find_waiting(database(), batch.id)
    after = page_mark("after")
    found = batch_rows.list_by_verdict(
        database(), batch.id, [batch_rows.VALID], after=after, limit=ROWS_A_PAGE + 1
    )
    return BatchesApprovePage(
        **{each.name: getattr(check, each.name) for each in fields(check)},
        approval=approval,
        author=users.names_of(database(), {batch.author_id}).get(batch.author_id, ""),
        back_form=back or SendBackForm(formdata=None, version=batch.version),
        rows=tuple((row, _others(batch, row)) for row in found[:ROWS_A_PAGE]),
        after=after,
        next_after=found[ROWS_A_PAGE - 1].position if len(found) > ROWS_A_PAGE else None,
    )
