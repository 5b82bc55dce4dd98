from datetime import UTC, datetime

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.messages import blueprint
from webapp.messages.builders import LARGEST_ROW_ID, build_index, build_show, open_outcome, show_version
from webapp.messages.forms import DeleteForm
from webapp.services import follow_scheduled, reconcile, send
from webapp.services.calls_of_draft import text_to_resend
from webapp.services.delete import delete_message
from webapp.services.sync_messages import refresh_message
from webapp.smsworks.errors import OutcomeUnknown, Refused
from webapp.store import drafts
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database, provider
from webapp.web.fragments import nothing_new, render


@blueprint.get("")
def index() -> Response:
    before = request.args.get("before", 0, type=int)
    is_row_id = 0 < before <= LARGEST_ROW_ID
    return render(build_index(before if is_row_id else None), fragment="messages_list")


@blueprint.get("/<reference>")
def show(reference: str) -> Response:
    outcome = open_outcome(reference)
    return nothing_new(show_version(outcome)) or render(build_show(outcome), fragment="message_state")


@blueprint.post("/<reference>/refresh")
def refresh(reference: str) -> Response:
    outcome = open_outcome(reference)
    if outcome.message is not None and outcome.message.deleted_at is None:
        refresh_message(database(), provider(), outcome.message)
    return redirect(url_for("messages.show", reference=reference))


@blueprint.post("/<reference>/resend")
@require(Role.SENDER)
def resend(reference: str) -> Response:
    """Start a new draft of the same text to the same number: it goes through the check page."""
    outcome = open_outcome(reference)
    text = text_to_resend(outcome.call) if outcome.can_be_resent else None
    if text is None:
        flash("This text cannot be sent again now: it may still go, or it was deleted.", "attention")
        return redirect(url_for("messages.show", reference=reference))
    author_id = signed_in_user().id
    draft_id = drafts.add_draft(database(), author_id=author_id, text=text, now=datetime.now(UTC))
    return redirect(url_for("compose.check", draft_id=draft_id))


@blueprint.post("/<reference>/withdraw")
@require(Role.SENDER)
def withdraw(reference: str) -> Response:
    outcome = open_outcome(reference)
    if send.withdraw(database(), outcome.call):
        audit.record("stopped a text", outcome.call.ref)
    else:
        flash("Too late to stop it: see below what has become of it.", "attention")
    return redirect(url_for("messages.show", reference=reference))


@blueprint.post("/<reference>/cancel")
@require(Role.SENDER)
def cancel(reference: str) -> Response:
    outcome = open_outcome(reference)
    try:
        follow_scheduled.cancel(database(), provider(), outcome.call)
    except Refused as refusal:
        flash(f"It could not be cancelled: {refusal.user_message}", "bad")
    except OutcomeUnknown:
        flash("No clear answer came, so nobody knows yet whether it is cancelled. See below.", "attention")
    else:
        audit.record("cancelled a scheduled text", outcome.call.ref)
        flash("Cancelled. It will not be sent, and nothing is charged.", "good")
    return redirect(url_for("messages.show", reference=reference))


@blueprint.post("/<reference>/decide")
@require(Role.SENDER)
def decide(reference: str) -> Response:
    """End an unknown outcome by a person's word: send it now, or leave it at that."""
    outcome = open_outcome(reference)
    decision = request.form.get("decision", "")
    if reconcile.decide(database(), outcome.call, decision):
        audit.record("decided an unknown outcome", outcome.call.ref, decision=decision)
    else:
        flash("This has been settled meanwhile: see below.", "attention")
    return redirect(url_for("messages.show", reference=reference))


@blueprint.post("/<reference>/delete")
@require(Role.ADMIN)
def delete(reference: str) -> Response:
    outcome = open_outcome(reference)
    form = DeleteForm(destination=outcome.call.destination)
    if not form.validate() or outcome.message is None:
        return render(build_show(outcome, form), status=422)
    delete_message(database(), provider(), outcome.message)
    audit.record("deleted a message", outcome.call.ref)
    flash("The record was deleted here and at the provider.", "good")
    return redirect(url_for("messages.show", reference=reference))
