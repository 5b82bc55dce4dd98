"""The second pair of eyes: asking for it, withdrawing that, and what the other person decides."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.batches import blueprint
from webapp.batches.approval_builders import build_approve, open_asked
from webapp.batches.builders import open_unsent
from webapp.batches.check_builders import build_check
from webapp.batches.forms import SendBackForm
from webapp.services.batches import approving, files, sending
from webapp.services.batches.sending import SameBatchToday
from webapp.services.refusals import CannotBeSent, DraftChanged, InQuietHours, NotWaiting
from webapp.services.yes import Yes
from webapp.store.batches import Batch
from webapp.store.connection import transaction
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database, settings
from webapp.web.fragments import render
from webapp.web.second_yes import SecondYesForm

GONE_BY = "This does not wait for approval any more: it was decided, changed or withdrawn meanwhile."


@blueprint.post("/<ref>/ask")
@require(Role.SENDER)
def ask(ref: str) -> Response:
    """Have somebody else look at a batch before it goes."""
    batch = open_unsent(ref)
    form = SecondYesForm()
    try:
        _ask(batch, form)
    except CannotBeSent:
        return render(build_check(batch), status=422)
    except (SameBatchToday, InQuietHours):
        return render(build_check(batch, refused=form), status=422)
    except DraftChanged as change:
        return render(build_check(open_unsent(ref), changed=change.message), status=409)
    return redirect(url_for("batches.check", ref=ref))


def _ask(batch: Batch, form: SecondYesForm) -> None:
    with transaction(database()):
        is_first = approving.ask(
            database(), batch, Yes(signed_in_user().id, **form.said()), timezone=settings().timezone
        )
        if is_first:
            audit.record("asked for approval of a batch", batch.ref, recipients=sending.valid_rows(batch))


@blueprint.post("/<ref>/withdraw")
@require(Role.SENDER)
def withdraw(ref: str) -> Response:
    batch = open_unsent(ref)
    try:
        with transaction(database()):
            approving.withdraw(database(), batch, user_id=signed_in_user().id)
            audit.record("withdrew a batch from approval", ref)
    except NotWaiting:
        flash(GONE_BY, "attention")
    return redirect(url_for("batches.check", ref=ref))


@blueprint.get("/<ref>/approve")
@require(Role.SENDER)
def approve(ref: str) -> Response:
    return render(build_approve(open_asked(ref)))


@blueprint.get("/<ref>/send-back", endpoint="approve_again")
@blueprint.get("/<ref>/ask", endpoint="approve_again")
@require(Role.SENDER)
def look_at_request(ref: str) -> Response:
    """Where the address of a refused form leads when it is opened by itself."""
    return redirect(url_for("batches.approve", ref=ref))


@blueprint.post("/<ref>/approve")
@require(Role.SENDER)
def confirm_approval(ref: str) -> Response:
    batch = open_asked(ref)
    form = SecondYesForm()
    try:
        _approve(batch, form)
    except CannotBeSent:
        return render(build_approve(batch), status=422)
    except (SameBatchToday, InQuietHours):
        return render(build_approve(batch, refused=form), status=422)
    except (NotWaiting, DraftChanged):
        return _as_it_is_now(ref)
    files.forget_file(database(), batch, folder=settings().uploads)
    return redirect(url_for("batches.show", ref=ref))


def _approve(batch: Batch, form: SecondYesForm) -> None:
    """Nothing goes without an entry in the audit trail: both are stored, or neither."""
    with transaction(database()):
        approving.approve(
            database(), batch, Yes(signed_in_user().id, **form.said()), timezone=settings().timezone
        )
        audit.record("approved a batch", batch.ref, recipients=sending.valid_rows(batch), **form.audited())


@blueprint.post("/<ref>/send-back")
@require(Role.SENDER)
def send_back(ref: str) -> Response:
    batch = open_asked(ref)
    form = SendBackForm()
    if not form.validate():
        return render(build_approve(batch, back=form), status=422)
    try:
        with transaction(database()):
            approving.send_back(
                database(),
                batch,
                version=form.version.data or 0,
                user_id=signed_in_user().id,
                reason=form.reason.data,
            )
            audit.record("sent a batch back to its author", ref)
    except NotWaiting:
        return _as_it_is_now(ref)
    flash("Sent back: nothing goes, and its author reads why.", "good")
    return redirect(url_for("batches.index"))


def _as_it_is_now(ref: str) -> Response:
    """What was decided about is not what waits now: it has to be read once more."""
    changed = "This was changed after you opened the page"
    return render(build_approve(open_asked(ref), changed=changed), status=409)
