from functools import partial

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.scheduled import blueprint
from webapp.scheduled.builders import build_index, build_show, index_version, open_entry
from webapp.scheduled.builders_week import asked_monday, asked_stretch, build_week
from webapp.services import change_scheduled
from webapp.services.cancel_receipts import receipt_words
from webapp.services.cancel_scheduled import cancel as cancel_entry
from webapp.services.change_scheduled import CannotBeChanged
from webapp.services.exports.scheduled import scheduled_csv
from webapp.services.scheduled import ASKED_NOW_EVERY, ask_provider
from webapp.store import scheduled
from webapp.store.scheduled import ListState
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.addresses import safe_next
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.downloads import csv_download
from webapp.web.fragments import is_htmx, nothing_new, render


@blueprint.get("")
def index() -> Response:
    """Whoever looks, the provider is asked every half minute at most."""
    state = _fresh_state()
    return nothing_new(index_version(state)) or render(build_index(state), fragment="scheduled_list")


@blueprint.get("/week")
def week() -> Response:
    state = _fresh_state()
    return nothing_new(index_version(state)) or render(
        build_week(state, asked_monday()), fragment="scheduled_week"
    )


def _fresh_state() -> ListState:
    # While the provider makes trouble only polls wait for it, not people.
    if is_htmx() or not scheduled.read_state(database()).trouble:
        ask_provider(database(), provider())
    return scheduled.read_state(database())


@blueprint.post("/export")
def export_csv() -> Response:
    """What the list, or the week, is about; the whole of it, not one page."""
    audit.record("exported what is scheduled")
    read_lines = partial(scheduled_csv, wanted=asked_stretch(), timezone=settings().timezone)
    return csv_download(read_lines, "scheduled")


@blueprint.post("/ask")
def ask() -> Response:
    if not ask_provider(database(), provider(), every=ASKED_NOW_EVERY):
        flash("The provider is being asked at this moment, or was a second ago.", "neutral")
    return redirect(safe_next(request.form.get("next")))


@blueprint.get("/<reference>")
def show(reference: str) -> Response:
    return render(build_show(open_entry(reference)))


@blueprint.post("/<reference>/change")
@require(Role.SENDER)
def change(reference: str) -> Response:
    """Keep the wish, and lead to the form; nothing is asked of the provider before the check page."""
    entry = open_entry(reference)
    try:
        draft_id = change_scheduled.start(
            database(), entry, author_id=signed_in_user().id, timezone=settings().timezone
        )
    except CannotBeChanged as refusal:
        flash(refusal.message, "attention")
        return redirect(url_for("scheduled.show", reference=reference))
    audit.record("began to change a scheduled text", entry.reference, draft=draft_id)
    return redirect(url_for("compose.edit", draft_id=draft_id))


@blueprint.post("/<reference>/cancel")
@require(Role.SENDER)
def cancel(reference: str) -> Response:
    entry = open_entry(reference)
    if kept := change_scheduled.kept_from_cancelling(database(), entry.reference):
        flash(kept, "attention")
        return redirect(url_for("scheduled.show", reference=reference))
    if not entry.can_cancel:
        flash("It cannot be cancelled any more: see below where it stands.", "attention")
        return redirect(url_for("scheduled.show", reference=reference))
    receipt = cancel_entry(database(), provider(), entry)
    action = "cancelled a scheduled batch" if entry.batch else "cancelled a scheduled text"
    audit.record(action, entry.reference, result=receipt.result.value)
    flash(*receipt_words(receipt, people=entry.people))
    return redirect(url_for("scheduled.show", reference=reference))
