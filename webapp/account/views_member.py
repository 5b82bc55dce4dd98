"""What an administrator changes about one member of the staff; the member's sessions follow at once."""

from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_staff import build_link, build_member, open_member
from webapp.account.forms_staff import LinkForm, RoleForm
from webapp.messaging.words import plural
from webapp.store import password_links, sessions, staff, two_factor, users
from webapp.store.connection import transaction
from webapp.store.staff import LastAdmin
from webapp.store.users import Role, User
from webapp.web import audit
from webapp.web.auth import check_again, require, signed_in_user
from webapp.web.context import database
from webapp.web.fragments import render
from webapp.web.row_ids import read_row_id

LAST_ADMIN = "Nothing was changed: {} is the only administrator who can sign in. Make another first."
NOT_ONESELF = "Nothing was changed: ask another administrator to do this to your own account."


@blueprint.get("/staff/<int:user_id>")
@require(Role.ADMIN)
def member(user_id: int) -> Response:
    return render(build_member(open_member(user_id)))


@blueprint.post("/staff/<int:user_id>/role")
@require(Role.ADMIN)
def set_role(user_id: int) -> Response:
    found, form = open_member(user_id), RoleForm()
    if not form.validate():
        return render(build_member(found, role_form=form), status=422)
    if _is_oneself(found):
        return _back(found, NOT_ONESELF, "bad")
    role = Role(form.role.data)
    try:
        with transaction(database()):
            check_again(Role.ADMIN)
            before = open_member(user_id).role
            staff.change_role(database(), found, role)
            _record("changed a role", found, before={"role": before}, after={"role": role})
    except LastAdmin:
        return _back(found, LAST_ADMIN.format(found.name), "bad")
    return _back(found, f"{found.name} is {_a(role)} from now on.", "good")


@blueprint.post("/staff/<int:user_id>/disable")
@require(Role.ADMIN)
def disable_member(user_id: int) -> Response:
    found = open_member(user_id)
    if _is_oneself(found):
        return _back(found, NOT_ONESELF, "bad")
    try:
        with transaction(database()):
            check_again(Role.ADMIN)
            staff.disable_member(database(), found, now=datetime.now(UTC))
            _record("disabled a member of staff", found)
    except LastAdmin:
        return _back(found, LAST_ADMIN.format(found.name), "bad")
    return _back(found, f"{found.name} is signed out and can no longer sign in.", "good")


@blueprint.post("/staff/<int:user_id>/enable")
@require(Role.ADMIN)
def enable_member(user_id: int) -> Response:
    found = open_member(user_id)
    with transaction(database()):
        check_again(Role.ADMIN)
        users.enable_user(database(), found.id)
        _record("enabled a member of staff", found)
    words = "with the password they had" if found.has_password else "once a link has let them set a password"
    return _back(found, f"{found.name} can sign in again {words}.", "good")


@blueprint.post("/staff/<int:user_id>/link")
@require(Role.ADMIN)
def make_link(user_id: int) -> Response:
    """Answers with the link itself, as `add_member` does."""
    found, form = open_member(user_id), LinkForm()
    if _is_oneself(found):
        return _back(found, NOT_ONESELF, "bad")
    if found.disabled_at:
        return _back(found, f"Nothing was made: {found.name} is disabled. Enable them first.", "bad")
    now = datetime.now(UTC)
    with transaction(database()):
        check_again(Role.ADMIN)
        if form.sign_out.data:
            users.take_password(database(), found.id)
        token = password_links.make_link(database(), found.id, now=now)
        _record("made a link to set a password", found, signed_out=bool(form.sign_out.data))
    return render(build_link(found, token, made_at=now))


@blueprint.post("/staff/<int:user_id>/two-factor/reset")
@require(Role.ADMIN)
def reset_two_factor(user_id: int) -> Response:
    """For somebody who has lost their phone and their recovery codes."""
    found = open_member(user_id)
    if _is_oneself(found):
        return _back(found, NOT_ONESELF, "bad")
    with transaction(database()):
        check_again(Role.ADMIN)
        two_factor.switch_off(database(), found.id)
        _record("switched two-factor sign-in off", found)
    return _back(found, f"{found.name} signs in with the password alone from now on.", "good")


@blueprint.post("/staff/<int:user_id>/sessions/end")
@require(Role.ADMIN)
def end_member_session(user_id: int) -> Response:
    found = open_member(user_id)
    session_id = read_row_id(request.form, "session")
    with transaction(database()):
        check_again(Role.ADMIN)
        if session_id and sessions.end_session_of(database(), found.id, session_id):
            _record("ended a session", found)
    return _back(found, "That session has ended.", "good")


@blueprint.post("/staff/<int:user_id>/sessions/end-all")
@require(Role.ADMIN)
def end_member_sessions(user_id: int) -> Response:
    found = open_member(user_id)
    with transaction(database()):
        check_again(Role.ADMIN)
        ended = sessions.end_sessions_of(database(), found.id)
        _record("ended all sessions", found, sessions=ended)
    return _back(found, f"{found.name} is signed out everywhere: {plural(ended, 'session')} ended.", "good")


def _record(action: str, member: User, **details: Any) -> None:
    audit.record(action, str(member.id), name=member.name, **details)


def _is_oneself(member: User) -> bool:
    return member.id == signed_in_user().id


def _back(member: User, words: str, tone: str) -> Response:
    flash(words, tone)
    return redirect(url_for("account.member", user_id=member.id))


def _a(role: Role) -> str:
    return "an administrator" if role is Role.ADMIN else f"a {role}"
