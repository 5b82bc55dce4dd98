"""A batch on its way: confirm, pause, resume, stop, cancel, send the failed ones again."""

from datetime import UTC, datetime

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.batches import blueprint
from webapp.batches.builders import open_batch, open_unsent
from webapp.batches.check_builders import build_check
from webapp.batches.list_views import COUNTED_AT_ONCE_ROWS
from webapp.messaging.words import plural
from webapp.services import rules
from webapp.services.batches import files, retrying, sending
from webapp.services.batches.jobs import do_own_job
from webapp.services.batches.sending import SameBatchToday
from webapp.services.reconcile import decide as decide_call
from webapp.services.refusals import CannotBeSent, DraftChanged, InQuietHours, NeedsApproval
from webapp.services.waiting import WAITS, let_batch_wait
from webapp.services.yes import Yes
from webapp.store import batches, calls
from webapp.store.batches import CONFIRMED, Batch
from webapp.store.connection import transaction
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.fragments import render
from webapp.web.second_yes import SecondYesForm


@blueprint.post("/<ref>/confirm")
@require(Role.SENDER)
def confirm(ref: str) -> Response:
    batch = open_batch(ref)
    form = SecondYesForm()
    try:
        is_first = _confirm(batch, form)
    except (CannotBeSent, NeedsApproval):
        return render(build_check(batch), status=422)
    except (SameBatchToday, InQuietHours):
        return render(build_check(batch, refused=form), status=422)
    except DraftChanged as change:
        return _changed(ref, change)
    if is_first:
        files.forget_file(database(), batch, folder=settings().uploads)
    return redirect(url_for("batches.show", ref=ref))


@blueprint.post("/<ref>/wait")
@require(Role.SENDER)
def wait(ref: str) -> Response:
    """Let a batch wait until the quiet hours end; it is checked again as it is then."""
    batch = open_unsent(ref)
    zone = settings().timezone
    quiet = rules.quiet_when(database(), batch.text.scheduled_at, zone)
    if quiet is None:
        flash("The quiet hours are over: it can go as it is.", "neutral")
    elif let_batch_wait(database(), batch, until=quiet.ends_at, timezone=zone, now=datetime.now(UTC)):
        audit.record("wrote the text of a batch", ref, waits_for="end of quiet hours")
        flash(WAITS, "neutral")
        _count(batches.get_batch(database(), batch.id) or batch)
    return redirect(url_for("batches.check", ref=ref))


def _count(batch: Batch) -> None:
    """At once if it is short; else the worker does."""
    if batch.facts.get("rows", 0) <= COUNTED_AT_ONCE_ROWS:
        do_own_job(database(), provider(), batch, folder=settings().uploads, country=settings().country)


def _confirm(batch: Batch, form: SecondYesForm) -> bool:
    """Nothing goes without an entry in the audit trail: both are stored, or neither."""
    with transaction(database()):
        is_first = sending.confirm(
            database(), batch, Yes(signed_in_user().id, **form.said()), timezone=settings().timezone
        )
        if is_first:
            recipients = sending.valid_rows(batch)
            audit.record("confirmed a batch", batch.ref, recipients=recipients, **form.audited())
        return is_first


def _changed(ref: str, change: DraftChanged) -> Response:
    batch = open_batch(ref)
    if batch.state in CONFIRMED:
        return redirect(url_for("batches.show", ref=ref))
    return render(build_check(batch, changed=change.message), status=409)


@blueprint.post("/<ref>/pause")
@require(Role.SENDER)
def pause(ref: str) -> Response:
    batch = open_batch(ref)
    if sending.pause(database(), batch):
        audit.record("paused a batch", ref)
    else:
        flash("It was not being sent any more: see below.", "attention")
    return redirect(url_for("batches.show", ref=ref))


@blueprint.post("/<ref>/resume")
@require(Role.SENDER)
def resume(ref: str) -> Response:
    batch = open_batch(ref)
    if sending.resume(database(), batch):
        audit.record("resumed a batch", ref)
    else:
        flash("It was not paused any more: see below.", "attention")
    return redirect(url_for("batches.show", ref=ref))


@blueprint.post("/<ref>/stop")
@require(Role.SENDER)
def stop(ref: str) -> Response:
    batch = open_batch(ref)
    kept = sending.stop(database(), batch)
    if kept:
        audit.record("stopped a batch", ref, texts=kept)
        flash(f"Stopped: {plural(kept, 'text')} will not go. What was handed over before goes on.", "good")
    else:
        flash("Too late: nothing was left to stop.", "attention")
    return redirect(url_for("batches.show", ref=ref))


@blueprint.post("/<ref>/cancel")
@require(Role.SENDER)
def cancel(ref: str) -> Response:
    """Keep a scheduled batch from going; the receipt says the truth about each part."""
    batch = open_batch(ref)
    done = sending.cancel(database(), provider(), batch)
    if done.cancelled:
        audit.record("cancelled a batch", ref, texts=done.cancelled)
        words = plural(done.cancelled, "text")
        flash(f"Cancelled: {words} will not be sent, and nothing is charged for them.", "good")
    if done.too_late:
        flash(f"Too late for {plural(done.too_late, 'text')}: the provider has processed them.", "attention")
    if done.unknown:
        flash(
            f"No clear answer came for {plural(done.unknown, 'text')}. Textdesk is finding out.", "attention"
        )
    if done.not_asked:
        flash(
            f"The provider could not be asked: {plural(done.not_asked, 'text')} are still scheduled. "
            "Cancel again in a minute.",
            "bad",
        )
    if not (done.cancelled or done.too_late or done.unknown or done.not_asked):
        flash("Too late: nothing was left to cancel. See below what became of it.", "attention")
    return redirect(url_for("batches.show", ref=ref))


@blueprint.post("/<ref>/retry")
@require(Role.SENDER)
def retry(ref: str) -> Response:
    """A new batch of those whose text failed; it goes through the check page."""
    batch = open_batch(ref)
    which = request.form.get("which", retrying.TEMPORARY)
    again, got_it = retrying.retry(
        database(), batch, author_id=signed_in_user().id, temporary_only=which == retrying.TEMPORARY
    )
    if got_it:
        flash(f"Left out: {plural(got_it, 'person', 'people')} who got the same text since.", "attention")
    if again is None:
        flash("There is nobody to send it to again.", "attention")
        return redirect(url_for("batches.show", ref=ref))
    audit.record("sends a batch again", ref, to=again.ref)
    _count(again)
    return redirect(url_for("batches.check", ref=again.ref))


@blueprint.post("/<ref>/decide/<int(max=9223372036854775807):call_id>")
@require(Role.SENDER)
def decide(ref: str, call_id: int) -> Response:
    """End the unknown outcome of a part by a person's word."""
    batch = open_batch(ref)
    call = calls.get_call(database(), call_id)
    decision = request.form.get("decision", "")
    if call is not None and call.batch_id == batch.id and decide_call(database(), call, decision):
        batches.touch(database(), batch.id, now=datetime.now(UTC))
        audit.record("decided an unknown outcome of a batch", ref, decision=decision)
    else:
        flash("This has been settled meanwhile: see below.", "attention")
    return redirect(url_for("batches.show", ref=ref))
