from datetime import UTC, datetime
from functools import partial

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.messages import blueprint
from webapp.messages.builders import (
    build_record,
    build_show,
    find_outcome,
    open_message,
    open_outcome,
    other_end,
    show_version,
)
from webapp.messages.forms import DeleteForm
from webapp.messages.forms_search import LookupForm, ProviderForm, SearchForm
from webapp.messages.lists import build_index, build_lookup, read_filter
from webapp.messages.polls import same_rows, unchanged
from webapp.services import reconcile, send
from webapp.services.calls_of_draft import text_to_resend
from webapp.services.cancel_receipts import receipt_words
from webapp.services.cancel_scheduled import cancel as cancel_entry
from webapp.services.change_scheduled import kept_from_cancelling
from webapp.services.delete import delete_message
from webapp.services.exports.messages import messages_csv
from webapp.services.scheduled import find_entry
from webapp.services.search_provider import look_up as look_up_message
from webapp.services.search_provider import search as ask_provider
from webapp.services.sync_messages import refresh_message
from webapp.smsworks.errors import InvalidRequest, NotFound
from webapp.store import drafts
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.downloads import csv_download
from webapp.web.fragments import nothing_new, render


@blueprint.get("")
def index() -> Response:
    if nothing := unchanged():
        return nothing
    form = read_filter()
    page = build_index(form)
    return same_rows(page.version) or render(
        page, fragment="messages_list", status=422 if form.errors else 200
    )


@blueprint.post("")
def search() -> Response:
    """A search is posted: numbers, texts and metadata stay out of addresses, logs and histories."""
    form, search_form = read_filter(), SearchForm()
    if search_form.is_empty:
        return redirect(url_for("messages.index", **form.arguments()))
    is_right = search_form.validate() and not form.errors
    return render(build_index(form, search_form), status=200 if is_right else 422)


@blueprint.post("/export")
def export_csv() -> Response:
    """Everything that the list is about: filtered as in the address, or searched for."""
    form, search_form = read_filter(), SearchForm()
    if form.errors or not search_form.validate():
        return render(build_index(form, None if search_form.is_empty else search_form), status=422)
    audit.record("exported messages")
    read_lines = partial(messages_csv, wanted=form.wanted(search_form), timezone=settings().timezone)
    return csv_download(read_lines, "messages")


@blueprint.get("/provider")
def lookup() -> Response:
    return render(build_lookup())


@blueprint.post("/provider")
def search_provider() -> Response:
    """The whole query of the provider's; what comes is stored and shown. From a list it is only filled in."""
    form = ProviderForm()
    if request.form.get("intent") == "fill":
        return render(build_lookup(form, is_filled=True))
    if not form.validate():
        return render(build_lookup(form), status=422)
    try:
        found = ask_provider(database(), provider(), form.question())
    except InvalidRequest as refusal:
        form.form_errors.append(refusal.user_message)
        return render(build_lookup(form), status=422)
    return render(build_lookup(form, found=found))


@blueprint.post("/provider/id")
def look_up() -> Response:
    """Any message of the account, by the provider's id."""
    form = LookupForm()
    if not form.validate():
        return render(build_lookup(lookup_form=form), status=422)
    try:
        found = look_up_message(database(), provider(), form.id.data)
    except NotFound as missing:
        form.id.errors = [missing.user_message]
        return render(build_lookup(lookup_form=form), status=404)
    return redirect(url_for("messages.show", reference=found.report.message_id))


@blueprint.get("/<reference>")
def show(reference: str) -> Response:
    outcome = find_outcome(reference)
    if outcome is None:
        return render(build_record(open_message(reference)))
    return nothing_new(show_version(outcome)) or render(build_show(outcome), fragment="message_state")


@blueprint.post("/<reference>/refresh")
def refresh(reference: str) -> Response:
    outcome = find_outcome(reference)
    message = open_message(reference) if outcome is None else outcome.message
    if message is not None and message.deleted_at is None:
        refresh_message(database(), provider(), message)
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
    audit.record("composed a text", draft_id)
    return redirect(url_for("compose.check", draft_id=draft_id))


@blueprint.post("/<reference>/withdraw")
@require(Role.SENDER)
def withdraw(reference: str) -> Response:
    outcome = open_outcome(reference)
    if kept := kept_from_cancelling(database(), outcome.call.ref):
        flash(kept, "attention")
    elif send.withdraw(database(), outcome.call):
        audit.record("stopped a text", outcome.call.ref)
    else:
        flash("Too late to stop it: see below what has become of it.", "attention")
    return redirect(url_for("messages.show", reference=reference))


@blueprint.post("/<reference>/cancel")
@require(Role.SENDER)
def cancel(reference: str) -> Response:
    entry = find_entry(database(), open_outcome(reference).call.ref)
    if entry is None or not entry.can_cancel:
        flash("It cannot be cancelled any more: see below where it stands.", "attention")
    elif kept := kept_from_cancelling(database(), entry.reference):
        flash(kept, "attention")
    else:
        receipt = cancel_entry(database(), provider(), entry)
        audit.record("cancelled a scheduled text", entry.reference, result=receipt.result.value)
        flash(*receipt_words(receipt, people=entry.people))
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
    """At the provider first; whoever sent it."""
    outcome = find_outcome(reference)
    message = open_message(reference) if outcome is None else outcome.message
    form = DeleteForm(destination=outcome.call.destination if outcome else other_end(open_message(reference)))
    if not form.validate() or message is None:
        page = build_show(outcome, form) if outcome else build_record(open_message(reference), form)
        return render(page, status=422)
    if message.deleted_at is None:
        delete_message(database(), provider(), message)
        audit.record("deleted a message", outcome.call.ref if outcome else message.report.message_id)
    flash("The record was deleted here and at the provider.", "good")
    return redirect(url_for("messages.show", reference=reference))
