from datetime import UTC, datetime

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_you import build_you
from webapp.account.forms_you import MobileForm, PasswordForm
from webapp.messaging.words import plural
from webapp.store import sessions, users
from webapp.web import audit
from webapp.web.auth import session_token, sign_in, signed_in_user
from webapp.web.context import database, settings
from webapp.web.fragments import render
from webapp.web.passwords import hash_password
from webapp.web.row_ids import read_row_id
from webapp.web.security import limiter
from webapp.web.sign_in import GUESSES_FROM_ONE_ADDRESS, was_refused


@blueprint.get("/you")
def you() -> Response:
    return render(build_you())


@blueprint.post("/you/mobile")
def set_mobile() -> Response:
    form = MobileForm()
    if not form.validate():
        return render(build_you(mobile_form=form), status=422)
    users.set_mobile(database(), signed_in_user().id, mobile=form.number())
    audit.record("changed own mobile number")
    flash("Your number is saved." if form.number() else "Your number is removed.", "good")
    return redirect(url_for("account.you"))


@blueprint.post("/you/password")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=was_refused)
def set_password() -> Response:
    form = PasswordForm()
    if not form.validate():
        return render(build_you(password_form=form), status=422)
    user = signed_in_user()
    password_hash = hash_password(form.new_password.data or "", cost=settings().password_cost)
    users.set_password(database(), user.id, password_hash=password_hash, now=datetime.now(UTC))
    audit.record("changed own password")
    sign_in(users.get_user(database(), user.id) or user)
    flash("Your password is changed. You are signed out everywhere else.", "good")
    return redirect(url_for("account.you"))


@blueprint.post("/you/sessions/end")
def end_own_session() -> Response:
    session_id = read_row_id(request.form, "session")
    if session_id and sessions.end_session_of(database(), signed_in_user().id, session_id):
        audit.record("ended an own session")
    flash("That session has ended.", "good")
    return redirect(url_for("account.you"))


@blueprint.post("/you/sessions/end-others")
def end_own_other_sessions() -> Response:
    ended = sessions.end_sessions_of(database(), signed_in_user().id, but=session_token())
    audit.record("ended all other own sessions", sessions=ended)
    flash(f"You are signed out everywhere else: {plural(ended, 'session')} ended.", "good")
    return redirect(url_for("account.you"))
