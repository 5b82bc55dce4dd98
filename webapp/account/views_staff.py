"""The staff: who may sign in, and adding a colleague, who gets a link to set their own password."""

from datetime import UTC, datetime

from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_staff import build_link, build_staff
from webapp.account.forms_staff import AddMemberForm
from webapp.store import password_links, users
from webapp.store.connection import transaction
from webapp.store.users import NO_PASSWORD, NameTaken, Role, User
from webapp.web import audit
from webapp.web.auth import check_again, require
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


def _add(name: str, role: Role, now: datetime) -> tuple[User, str]:
    """The new member, and their link's token. Raises NameTaken."""
    with transaction(database()):
        check_again(Role.ADMIN)
        member = users.add_user(database(), name=name, role=role, password_hash=NO_PASSWORD, now=now)
        audit.record("added a member of staff", str(member.id), name=member.name, role=role)
        return member, password_links.make_link(database(), member.id, now=now)
