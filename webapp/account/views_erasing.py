from datetime import UTC, datetime

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_erasing import build_erasing
from webapp.account.forms_erasing import EraseNumberForm, RetentionForm
from webapp.messaging.words import plural
from webapp.services.erasing import older_than
from webapp.store import erasing as erasing_store
from webapp.store import erasing_requests, optouts
from webapp.store.organisation import change_organisation, read_organisation
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database
from webapp.web.fragments import render

ASKED = "It is erased within a minute; what is not settled yet, as soon as it is. See below."
STAYS_OPTED_OUT = (
    "This number has opted out, and stays on the list of opt-outs: else it would be texted again."
)


@blueprint.get("/erasing")
def erasing() -> Response:
    return render(build_erasing())


@blueprint.post("/erasing/retention")
@require(Role.ADMIN)
def set_retention() -> Response:
    form = RetentionForm()
    if not form.validate():
        return render(build_erasing(retention_form=form), status=422)
    before, days = read_organisation(database()).retention_days, form.days.data
    if days and not form.sure.data and (messages := erasing_store.count(database(), older_than(days))[0]):
        form.ask_whether_sure(messages)
        return render(build_erasing(retention_form=form), status=422)
    changes = {"retention_days": days}
    change_organisation(database(), changes, changed_by=signed_in_user().name, now=datetime.now(UTC))
    audit.record(
        "changed how long texts are kept",
        before={"retention_days": before},
        after={"retention_days": days},
    )
    kept = (
        f"Texts and numbers are erased after {plural(days, 'day')}, once a day." if days else "All is kept."
    )
    flash(kept, "good")
    return redirect(url_for("account.erasing"))


@blueprint.post("/erasing/number")
@require(Role.ADMIN)
def erase_number() -> Response:
    """The worker does it: it may take a while in a large record."""
    form = EraseNumberForm()
    if not form.validate():
        return render(build_erasing(number_form=form), status=422)
    number, now = form.digits(), datetime.now(UTC)
    request_id = erasing_requests.add_request(database(), number, asked_by=signed_in_user().name, now=now)
    audit.record("asked to erase a number", f"erasing request {request_id}")
    flash(ASKED, "good")
    if optouts.is_opted_out(database(), number):
        flash(STAYS_OPTED_OUT, "attention")
    return redirect(url_for("account.erasing"))
