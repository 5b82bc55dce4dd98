"""The list of batches, what became of one, its result file, and any batch the provider has."""

from flask import redirect, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from webapp.batches import blueprint
from webapp.batches.builders import build_index, build_lookup, open_batch, page_mark
from webapp.batches.forms import LookupForm
from webapp.batches.report_builders import EVERYBODY, build_show, show_version
from webapp.services.batches import reports
from webapp.services.batches.provider_batch import look_up
from webapp.smsworks.errors import NotFound
from webapp.store.batches import CONFIRMED, BatchState
from webapp.web import audit
from webapp.web.context import provider, settings
from webapp.web.downloads import csv_download
from webapp.web.error_pages import NOTHING_SENT, ErrorMessage
from webapp.web.errors import show_error
from webapp.web.fragments import nothing_new, render

TOO_LARGE = ErrorMessage(
    "That file is too large",
    "A list can have 10 MB and 100,000 rows; what you sent is larger than that.",
    NOTHING_SENT,
    "Save a spreadsheet as CSV, delete the columns you do not need, or split the list into several files.",
    action_label="New batch",
    action_url="/batches/new",
)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    return show_error(TOO_LARGE, status=413)


@blueprint.get("")
def index() -> Response:
    return render(build_index(page_mark("before") or None), fragment="batches_list")


@blueprint.get("/lookup")
def lookup() -> Response:
    """A batch of the provider's, ours or not. Its id is neither number nor text: addresses may hold it."""
    form = LookupForm(request.args)
    if not form.id.data or not form.validate():
        return render(build_index(None, form), status=422 if form.errors else 200)
    try:
        found = look_up(provider(), form.id.data.strip())
    except NotFound as missing:
        form.id.errors = [missing.user_message]
        return render(build_index(None, form), status=404)
    return render(build_lookup(found))


@blueprint.get("/<ref>")
def show(ref: str) -> Response:
    batch = open_batch(ref)
    if batch.state not in CONFIRMED:
        unread = batch.state in (BatchState.READING, BatchState.REFUSED, BatchState.DRAFT)
        return redirect(url_for("batches.edit" if unread else "batches.check", ref=ref))
    shown = request.args.get("show", EVERYBODY)
    after = page_mark("after")
    version = show_version(batch)
    unchanged = nothing_new(version)
    return unchanged or render(
        build_show(batch, shown=shown, after=after, version=version), fragment="batch_state"
    )


@blueprint.get("/<ref>/result.csv")
def export_csv(ref: str) -> Response:
    batch = open_batch(ref)
    if batch.state not in CONFIRMED:
        return redirect(url_for("batches.show", ref=ref))
    audit.record("exported the result of a batch", ref)
    timezone = settings().timezone
    return csv_download(lambda db: reports.result_file(db, batch, timezone=timezone), f"result-{ref}")
