from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.scheduled import blueprint
from webapp.scheduled.builders import build_index, build_show, index_version, open_entry
from webapp.scheduled.receipts import receipt_words
from webapp.services.cancel_scheduled import cancel as cancel_entry
from webapp.services.scheduled import ASKED_NOW_EVERY, ask_provider
from webapp.store import scheduled
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.addresses import safe_next
from webapp.web.auth import require
from webapp.web.context import database, provider
from webapp.web.fragments import is_htmx, nothing_new, render


@blueprint.get("")
def index() -> Response:
    """Whoever looks, the provider is asked every half minute at most."""
    # While the provider makes trouble only polls wait for it, not people.
    if is_htmx() or not scheduled.read_state(database()).trouble:
        ask_provider(database(), provider())
    state = scheduled.read_state(database())
    return nothing_new(index_version(state)) or render(build_index(state), fragment="scheduled_list")


@blueprint.post("/ask")
def ask() -> Response:
    if not ask_provider(database(), provider(), every=ASKED_NOW_EVERY):
        flash("The provider is being asked at this moment, or was a second ago.", "neutral")
    return redirect(safe_next(request.form.get("next")))


@blueprint.get("/<reference>")
def show(reference: str) -> Response:
    return render(build_show(open_entry(reference)))


@blueprint.post("/<reference>/cancel")
@require(Role.SENDER)
def cancel(reference: str) -> Response:
    entry = open_entry(reference)
    if not entry.can_cancel:
        flash("It cannot be cancelled any more: see below where it stands.", "attention")
        return redirect(url_for("scheduled.show", reference=reference))
    receipt = cancel_entry(database(), provider(), entry)
    action = "cancelled a scheduled batch" if entry.batch else "cancelled a scheduled text"
    audit.record(action, entry.reference, result=receipt.result.value)
    flash(*receipt_words(receipt, people=entry.people))
    return redirect(url_for("scheduled.show", reference=reference))
