"""The desk for a text whose outcome nobody knows: what is known, what the provider has, a person's word."""

from datetime import UTC, datetime

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.failed import blueprint
from webapp.failed.builders_unknown import build_unknown, is_unknown, open_call, page_of
from webapp.services import reconcile
from webapp.services.candidates import ask_provider
from webapp.services.recognising import CannotBeIt, say_sent
from webapp.store import batches
from webapp.store.calls import Call
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require
from webapp.web.context import database, provider
from webapp.web.fragments import render

SETTLED = "This has been settled meanwhile."
DONE = {
    "send": "It is looked for once more, and goes if it is still not there.",
    "forget": "Closed: it will not be sent again.",
}


@blueprint.get("/unknown/<reference>")
def unknown(reference: str) -> Response:
    call = open_call(reference)
    return render(build_unknown(call)) if is_unknown(call) else redirect(page_of(call))


@blueprint.post("/unknown/<reference>/ask")
@require(Role.SENDER)
def ask(reference: str) -> Response:
    """Ask the provider now; what goes wrong is shown by its error page, and nothing is decided by it."""
    call = open_call(reference)
    ask_provider(database(), provider(), call)
    flash("The provider was asked just now. What it has stands below.", "good")
    return redirect(url_for("failed.unknown", reference=reference))


@blueprint.post("/unknown/<reference>/decide")
@require(Role.SENDER)
def decide(reference: str) -> Response:
    """End an unknown outcome by a person's word: it was sent, send it now, or forget it."""
    call = open_call(reference)
    decision, chosen = request.form.get("decision", ""), request.form.get("candidate", "")
    if decision not in ("sent", *DONE):
        abort(400)
    try:
        done = say_sent(database(), provider(), call, chosen) if decision == "sent" else _end(call, decision)
    except CannotBeIt as refusal:
        return render(build_unknown(call, refusal=refusal.user_message), status=422)
    if done is None:
        flash(SETTLED, "attention")
        return redirect(url_for("failed.index"))
    if call.batch_id is not None:
        batches.touch(database(), call.batch_id, now=datetime.now(UTC))
    audit.record("decided an unknown outcome", call.ref, decision=decision, recognised=chosen or None)
    flash(done, "good")
    return redirect(url_for("failed.index"))


def _end(call: Call, decision: str) -> str | None:
    return DONE[decision] if reconcile.decide(database(), call, decision) else None
