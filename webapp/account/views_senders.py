from datetime import UTC, datetime

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_senders import build_senders
from webapp.account.forms_senders import SenderForm
from webapp.messaging.senders import parse_sender
from webapp.store import senders as sender_ids
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database
from webapp.web.fragments import render


@blueprint.get("/senders")
def senders() -> Response:
    return render(build_senders())


@blueprint.post("/senders")
@require(Role.ADMIN)
def add_sender() -> Response:
    form = SenderForm()
    if not form.validate():
        return render(build_senders(sender_form=form), status=422)
    sender = parse_sender(form.sender.data or "").sender
    added_by = signed_in_user().name
    if sender_ids.add_sender(database(), sender=sender, added_by=added_by, now=datetime.now(UTC)):
        audit.record("added a sender", sender=sender)
    flash(f"{sender} can be chosen as the sender.", "good")
    return redirect(url_for("account.senders"))


@blueprint.post("/senders/default")
@require(Role.ADMIN)
def make_default_sender() -> Response:
    sender = request.form.get("sender", "")
    before = sender_ids.make_default(database(), sender)
    if before is not None:
        audit.record(
            "changed the sender that is suggested", before={"sender": before}, after={"sender": sender}
        )
        flash(f"{sender} is suggested from now on.", "good")
    return redirect(url_for("account.senders"))


@blueprint.post("/senders/remove")
@require(Role.ADMIN)
def remove_sender() -> Response:
    sender = request.form.get("sender", "")
    if sender_ids.remove_sender(database(), sender):
        audit.record("removed a sender", sender=sender)
        flash(f"{sender} can no longer be chosen.", "good")
    return redirect(url_for("account.senders"))
