from datetime import timedelta
from functools import partial

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.inbox import blueprint
from webapp.inbox.alerts import remember_alerts
from webapp.inbox.builders import build_show, open_conversation, show_version
from webapp.inbox.forms import SearchForm
from webapp.inbox.lists import build_index, build_search, list_version, wanted_texts
from webapp.inbox.searching import searches_of
from webapp.messaging.words import plural
from webapp.services.exports.inbox import inbox_csv
from webapp.services.sync_inbox import LEAST_SECONDS, sync_inbox
from webapp.store import inbox_state
from webapp.web import audit
from webapp.web.addresses import safe_next
from webapp.web.context import database, provider, settings
from webapp.web.downloads import csv_download
from webapp.web.fragments import is_htmx, nothing_new, render, renewing_menu


@blueprint.get("")
def index() -> Response:
    state = inbox_state.read_state(database())
    unchanged = nothing_new(list_version(state))
    return unchanged or renewing_menu(render(build_index(state), fragment="inbox_list"))


@blueprint.post("")
def search() -> Response:
    """A search is posted: numbers and texts stay out of addresses, logs and histories."""
    form = SearchForm()
    if not form.q.data:
        return redirect(url_for("inbox.index"))
    return render(build_search(inbox_state.read_state(database()), form))


@blueprint.post("/check")
def check_now() -> Response:
    """Fetch at once, unless somebody just has; what goes wrong is shown by the provider's error page."""
    every = timedelta(seconds=LEAST_SECONDS)
    new = sync_inbox(database(), provider(), every=every, lease_seconds=settings().lease_seconds)
    if new is None:
        flash("Replies are being fetched at this moment, or were a second ago.", "neutral")
    else:
        words = plural(new, "new reply", "new replies")
        flash(f"{words}." if new else "No new replies.", "good" if new else "neutral")
    return redirect(safe_next(request.form.get("next")))


@blueprint.post("/export")
def export_csv() -> Response:
    """Every text that the list is about, one a row: filtered as in the address, or searched for."""
    audit.record("exported the inbox")
    form = SearchForm()
    read_lines = partial(
        inbox_csv,
        wanted=wanted_texts(),
        timezone=settings().timezone,
        searches=searches_of(form) if form.q.data else (),
    )
    return csv_download(read_lines, "inbox")


@blueprint.post("/alerts")
def set_alerts() -> Response:
    """Remember, in this browser, whether new replies count in the title and are heard."""
    response = redirect(url_for("inbox.index"))
    remember_alerts(response, request.form.getlist("alert"))
    return response


@blueprint.get("/<conversation_id>")
def show(conversation_id: str) -> Response:
    return render(build_show(open_conversation(conversation_id)))


@blueprint.get("/<conversation_id>/status")
def status(conversation_id: str) -> Response:
    """Only what the poll of a conversation renews."""
    if not is_htmx():
        return redirect(url_for("inbox.show", conversation_id=conversation_id))
    conversation = open_conversation(conversation_id)
    unchanged = nothing_new(show_version(conversation))
    return unchanged or renewing_menu(render(build_show(conversation), fragment="conversation_texts"))
