from datetime import UTC, datetime, time

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_rules import build_rules
from webapp.account.forms_rules import RulesForm
from webapp.store.organisation import change_organisation, read_organisation
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database
from webapp.web.fragments import render


@blueprint.get("/rules")
def rules() -> Response:
    return render(build_rules())


@blueprint.post("/rules")
@require(Role.ADMIN)
def set_rules() -> Response:
    form = RulesForm()
    if not form.validate():
        return render(build_rules(form), status=422)
    before, changes = read_organisation(database()), form.changes()
    change_organisation(database(), changes, changed_by=signed_in_user().name, now=datetime.now(UTC))
    audit.record(
        "changed the sending rules",
        before={name: _told(getattr(before, name)) for name in changes},
        after={name: _told(value) for name, value in changes.items()},
    )
    flash("The rules were saved. They apply from now on.", "good")
    return redirect(url_for("account.rules"))


def _told(value: object) -> str | None:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return None if value is None else str(value)
