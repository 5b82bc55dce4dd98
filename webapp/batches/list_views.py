"""A new batch: its list, its columns, its rows, its text."""

from datetime import UTC, datetime

from flask import Response as FlaskResponse
from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.batches import blueprint
from webapp.batches.builders import (
    build_edit,
    build_new,
    build_rows,
    columns_form,
    open_unsent,
    page_mark,
    text_form,
)
from webapp.batches.carrying import carried, say_what_is_left_behind
from webapp.batches.check_builders import build_check
from webapp.batches.forms import BatchTextForm, NewBatchForm, RowForm
from webapp.messaging.encoding import with_plain_characters
from webapp.messaging.schedule import quick_picks
from webapp.services.batches import files, reports, texts
from webapp.services.batches.jobs import do_own_job
from webapp.services.exports.sample import sample_csv
from webapp.services.imports.limits import FileRefused
from webapp.services.refusals import DraftChanged
from webapp.store import batch_changes, batch_rows, batches, drafts
from webapp.store.batches import Batch, BatchState
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.downloads import csv_download
from webapp.web.fragments import render
from webapp.web.security import accepts_bytes
from webapp.web.text_form import pick_time

# A little more than the largest file, so that one just over it is told so beside its field.
MOST_UPLOADED_BYTES = 12 * 1024 * 1024
BEING_COUNTED = "The list is being counted with the text as it was. Wait until that is done, then try again."
PASTED_NAME = "Pasted list"
# A list this short is counted while the person waits.
COUNTED_AT_ONCE_ROWS = 1000


@blueprint.get("/new")
@require(Role.SENDER)
def new() -> Response:
    return render(build_new(NewBatchForm()))


@blueprint.post("/new")
@require(Role.SENDER)
@accepts_bytes(MOST_UPLOADED_BYTES)
def create() -> Response:
    form = NewBatchForm()
    if not form.validate():
        return render(build_new(form), status=422)
    try:
        batch = _add_batch(form)
    except FileRefused as refused:
        form.file.errors = [refused.message]
        return render(build_new(form), status=422)
    audit.record("uploaded a list", batch.ref)
    if batch.file_name and files.is_small(batch.file_name, folder=settings().uploads):
        _do_now(batch)
    return redirect(url_for("batches.edit", ref=batch.ref))


def _add_batch(form: NewBatchForm) -> Batch:
    """Raises FileRefused."""
    folder, upload = settings().uploads, form.upload()
    if upload is not None:
        name, file_name = upload.filename or "", files.keep_file(upload.stream, folder=folder)
    else:
        name, file_name = PASTED_NAME, files.keep_pasted(form.recipients.data or "", folder=folder)
    batch = files.add_batch(
        database(), author_id=signed_in_user().id, name=name[:200], file_name=file_name, now=datetime.now(UTC)
    )
    if typed := carried():
        batch_changes.carry_typed(database(), batch, typed=typed)
        say_what_is_left_behind()
    return batch


def _do_now(batch: Batch) -> None:
    do_own_job(database(), provider(), batch, folder=settings().uploads, country=settings().country)


@blueprint.get("/sample.csv")
@require(Role.SENDER)
def sample() -> FlaskResponse:
    return csv_download(lambda _db: sample_csv(), "textdesk-sample")


@blueprint.get("/<ref>/edit")
@require(Role.SENDER)
def edit(ref: str) -> Response:
    return render(build_edit(open_unsent(ref)), fragment="batch_list")


@blueprint.post("/<ref>/columns")
@require(Role.SENDER)
def change_columns(ref: str) -> Response:
    batch = open_unsent(ref)
    form = columns_form(batch)
    if not form.validate():
        return render(build_edit(batch, columns=form), status=422)
    # Of another sheet nothing is known yet: its headings and its numbers are found anew.
    same_sheet = form.sheet.data == (batch.facts.get("sheet") or "")
    changed = batch_changes.change_list(
        database(),
        batch,
        number_column=form.number_column.data if same_sheet else None,
        header_row=form.header_row.data if same_sheet else None,
        sheet=form.sheet.data or None,
        now=datetime.now(UTC),
    )
    again = batches.get_batch(database(), batch.id)
    if changed:
        audit.record("changed how a list is read", batch.ref)
    if not changed:
        flash("The list is being counted just now. Change how it is read when that is done.", "attention")
    elif again and again.file_name and files.is_small(again.file_name, folder=settings().uploads):
        _do_now(again)
    return redirect(url_for("batches.edit", ref=ref))


@blueprint.get("/<ref>/columns", endpoint="check_again")
@blueprint.get("/<ref>/confirm", endpoint="check_again")
@require(Role.SENDER)
def look_again(ref: str) -> Response:
    """Where the address of a refused form leads when it is opened by itself."""
    return redirect(url_for("batches.show", ref=ref))


@blueprint.post("/<ref>/edit")
@require(Role.SENDER)
def update(ref: str) -> Response:
    batch = open_unsent(ref)
    form = text_form(batch)
    intent = request.form.get("intent", "")
    if intent == "preview":
        return render(build_edit(batch, form=form), fragment="batch_preview")
    if intent == "plain":
        form.content.data = with_plain_characters(form.text())
        return render(build_edit(batch, form=form))
    if intent.startswith("pick-"):
        _pick(form, intent.removeprefix("pick-"))
        return render(build_edit(batch, form=form))
    if not form.validate():
        return render(build_edit(batch, form=form), status=422)
    text = form.to_text()
    hashed = drafts.content_hash(text.content)
    if not batch_changes.change_text(database(), batch, text, content_hash=hashed, now=datetime.now(UTC)):
        form.form_errors = [BEING_COUNTED]
        return render(build_edit(batch, form=form), status=409)
    audit.record("wrote the text of a batch", batch.ref)
    again = batches.get_batch(database(), batch.id)
    if again is not None and again.facts.get("rows", 0) <= COUNTED_AT_ONCE_ROWS:
        _do_now(again)
    return redirect(url_for("batches.check", ref=ref))


def _pick(form: BatchTextForm, position: str) -> None:
    picks = quick_picks(datetime.now(UTC), settings().timezone)
    if position.isdigit() and int(position) < len(picks):
        pick_time(form, picks[int(position)].at)


@blueprint.get("/<ref>/rows")
@require(Role.SENDER)
def rows(ref: str) -> Response:
    batch = open_unsent(ref)
    verdict = request.args.get("verdict", "invalid")
    if verdict not in batch.tally.get("counts", {}):
        return redirect(url_for("batches.edit", ref=ref))
    return render(build_rows(batch, verdict, page_mark("after")))


@blueprint.post("/<ref>/rows/<int(max=9223372036854775807):position>")
@require(Role.SENDER)
def correct_row(ref: str, position: int) -> Response:
    batch = open_unsent(ref)
    row = batch_rows.get_row(database(), batch.id, position)
    if row is None or row.verdict in (batch_rows.VALID, "opted_out"):
        flash("This row is not one to be corrected.", "attention")
        return redirect(url_for("batches.edit", ref=ref))
    form = RowForm(batch.headers, row.values)
    if problem := form.problem():
        flash(f"Row {row.sheet_row}: {problem}", "attention")
        return _back_to_rows(ref)
    try:
        judged = texts.correct_row(
            database(), provider(), batch, row, values=form.values(), country=settings().country
        )
    except DraftChanged:
        flash("The list is being counted or has been confirmed meanwhile: the row is as it was.", "attention")
        return redirect(url_for("batches.show", ref=ref))
    audit.record("corrected a row of a list", batch.ref, row=row.sheet_row)
    if judged.reason:
        flash(f"Row {row.sheet_row}: {judged.reason}", "attention")
    else:
        flash(f"Row {row.sheet_row} is right now and gets the text.", "good")
    return _back_to_rows(ref)


def _back_to_rows(ref: str) -> Response:
    verdict, after = request.form.get("verdict", "invalid"), request.form.get("after", 0, type=int)
    return redirect(url_for("batches.rows", ref=ref, verdict=verdict, after=after or None))


@blueprint.get("/<ref>/problems.csv")
@require(Role.SENDER)
def export_problems(ref: str) -> FlaskResponse:
    batch = open_unsent(ref)
    audit.record("exported the problems of a list", batch.ref)
    return csv_download(lambda db: reports.problems_file(db, batch), "to-correct")


@blueprint.post("/<ref>/discard")
@require(Role.SENDER)
def discard(ref: str) -> Response:
    batch = open_unsent(ref)
    if files.discard(database(), batch, folder=settings().uploads):
        audit.record("discarded a list", batch.ref)
        flash("The list was discarded. Nothing was sent, and its file is deleted.", "neutral")
    return redirect(url_for("batches.index"))


@blueprint.get("/<ref>/check")
@require(Role.SENDER)
def check(ref: str) -> Response:
    batch = open_unsent(ref)
    if batch.state not in (BatchState.COUNTING, BatchState.READY):
        return redirect(url_for("batches.edit", ref=ref))
    page = build_check(batch)
    if page.asking.is_needed and not page.asking.waiting:
        # Perhaps approved since it was read.
        open_unsent(ref)
    return render(page, fragment="batch_check")
