"""The staff: who may sign in, and adding a colleague, who gets a link to set their own password."""

from datetime import UTC, datetime

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_staff import build_link, build_staff
from webapp.account.forms_staff import AddMemberForm, TwoFactorRuleForm
from webapp.store import password_links, users
from webapp.store.connection import transaction
from webapp.store.organisation import change_organisation, read_organisation
from webapp.store.users import NO_PASSWORD, NameTaken, Role, User
from webapp.web import audit
from webapp.web.auth import check_again, require, signed_in_user
from webapp.web.context import database
from webapp.web.fragments import render


@blueprint.get("/staff")
@require(Role.ADMIN)
def staff() -> Response:
    return render(build_staff())


@blueprint.post("/staff")
@require(Role.ADMIN)
def add_member() -> Response:
    """Answers with the link itself, not with a way to it: it is shown once and stored nowhere."""
    form = AddMemberForm()
    if not form.validate():
        return render(build_staff(add_form=form), status=422)
    now = datetime.now(UTC)
    try:
        member, token = _add(form.name.data or "", Role(form.role.data), now)
    except NameTaken:
        form.name.errors = ["Somebody on the staff has this name already (capitals do not matter)."]
        return render(build_staff(add_form=form), status=422)
    return render(build_link(member, token, made_at=now))


@blueprint.post("/staff/two-factor")
@require(Role.ADMIN)
def set_two_factor_rule() -> Response:
    form = TwoFactorRuleForm()
    if not form.validate():
        return render(build_staff(rule_form=form), status=422)
    least = Role(form.least.data) if form.least.data else None
    by, now = signed_in_user().name, datetime.now(UTC)
    with transaction(database()):
        check_again(Role.ADMIN)
        before = read_organisation(database()).two_factor_from
        change_organisation(database(), {"two_factor_from": least}, changed_by=by, now=now)
        audit.record(
            "changed who must use two-factor sign-in",
            before={"two_factor_from": before},
            after={"two_factor_from": least},
        )
    flash("Saved. Whoever must use two-factor sign-in sets it up at their next click.", "good")
    return redirect(url_for("account.staff"))


def _add(name: str, role: Role, now: datetime) -> tuple[User, str]:
    """The new member, and their link's token. Raises NameTaken."""
    with transaction(database()):
        check_again(Role.ADMIN)
        member = users.add_user(database(), name=name, role=role, password_hash=NO_PASSWORD, now=now)
        audit.record("added a member of staff", str(member.id), name=member.name, role=role)
        return member, password_links.make_link(database(), member.id, now=now)
