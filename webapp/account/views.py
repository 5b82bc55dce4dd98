from datetime import UTC, datetime

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders import build_index
from webapp.account.forms import MobileForm, PasswordForm, SenderForm
from webapp.messaging.senders import parse_sender
from webapp.smsworks.errors import SmsWorksError
from webapp.store import senders, users
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, sign_in, signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.fragments import render
from webapp.web.passwords import hash_password
from webapp.web.security import limiter
from webapp.web.sign_in import GUESSES_FROM_ONE_ADDRESS, was_refused


@blueprint.get("")
def index() -> Response:
    return render(build_index())


@blueprint.post("/mobile")
def set_mobile() -> Response:
    form = MobileForm()
    if not form.validate():
        return render(build_index(mobile_form=form), status=422)
    users.set_mobile(database(), signed_in_user().id, mobile=form.number())
    audit.record("changed own mobile number")
    flash("Your number is saved." if form.number() else "Your number is removed.", "good")
    return redirect(url_for("account.index"))


@blueprint.post("/password")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=was_refused)
def set_password() -> Response:
    form = PasswordForm()
    if not form.validate():
        return render(build_index(password_form=form), status=422)
    user = signed_in_user()
    password_hash = hash_password(form.new_password.data, cost=settings().password_cost)
    users.set_password(database(), user.id, password_hash=password_hash, now=datetime.now(UTC))
    audit.record("changed own password")
    sign_in(users.get_user(database(), user.id) or user)
    flash("Your password is changed. You are signed out everywhere else.", "good")
    return redirect(url_for("account.index"))


@blueprint.post("/senders")
@require(Role.ADMIN)
def add_sender() -> Response:
    form = SenderForm()
    if not form.validate():
        return render(build_index(sender_form=form), status=422)
    sender = parse_sender(form.sender.data).sender
    if senders.add_sender(database(), sender=sender, added_by=signed_in_user().name, now=datetime.now(UTC)):
        audit.record("added a sender", sender=sender)
    flash(f"{sender} can be chosen as the sender.", "good")
    return redirect(url_for("account.index"))


@blueprint.post("/senders/remove")
@require(Role.ADMIN)
def remove_sender() -> Response:
    sender = request.form.get("sender", "")
    if senders.remove_sender(database(), sender):
        audit.record("removed a sender", sender=sender)
        flash(f"{sender} can no longer be chosen.", "good")
    return redirect(url_for("account.index"))


@blueprint.post("/test")
@require(Role.ADMIN)
def test_connection() -> Response:
    """Ask the provider who we are: that it does not answer is an answer too."""
    try:
        customer_id = provider().get_customer_id()
    except SmsWorksError as error:
        flash(f"The test failed. {error.user_message}", "bad")
    else:
        flash(f"The provider answers. Your customer id is {customer_id}.", "good")
    return redirect(url_for("account.index"))
