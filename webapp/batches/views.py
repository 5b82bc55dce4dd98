"""The list of batches, what became of one, its result file, and any batch the provider has."""

from flask import Response as FlaskResponse
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.batches import blueprint
from webapp.batches.builders import build_index, build_lookup, open_batch
from webapp.batches.forms import LookupForm
from webapp.batches.report_builders import EVERYBODY, build_show, show_version
from webapp.services.batches import reports
from webapp.services.batches.provider_batch import look_up
from webapp.smsworks.errors import NotFound
from webapp.store.batches import CONFIRMED, BatchState
from webapp.web import audit
from webapp.web.context import provider
from webapp.web.downloads import csv_download
from webapp.web.fragments import nothing_new, render

LARGEST_ROW_ID = 2**63 - 1


@blueprint.get("")
def index() -> Response:
    before = request.args.get("before", 0, type=int)
    return render(build_index(before if 0 < before <= LARGEST_ROW_ID else None), fragment="batches_list")


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
    after = request.args.get("after", 0, type=int)
    unchanged = nothing_new(show_version(batch))
    return unchanged or render(build_show(batch, shown=shown, after=after), fragment="batch_state")


@blueprint.get("/<ref>/result.csv")
def export_csv(ref: str) -> FlaskResponse:
    batch = open_batch(ref)
    audit.record("exported the result of a batch", ref)
    return csv_download(lambda db: reports.result_file(db, batch), f"result-{ref}")
