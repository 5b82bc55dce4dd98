from datetime import UTC, datetime

from flask import flash, redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.forms import MobileForm, PasswordForm, SenderForm
from webapp.account.pages import AccountIndexPage
from webapp.messaging.numbers import format_number
from webapp.messaging.senders import parse_sender
from webapp.store import readings, senders, users
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, sign_in, signed_in_user
from webapp.web.context import database, provider, settings
from webapp.web.fragments import render
from webapp.web.passwords import hash_password


@blueprint.get("")
def index() -> Response:
    return render(_build())


@blueprint.post("/mobile")
def set_mobile() -> Response:
    form = MobileForm()
    if not form.validate():
        return render(_build(mobile_form=form), status=422)
    users.set_mobile(database(), signed_in_user().id, mobile=form.number())
    audit.record("changed own mobile number")
    flash("Your number is saved." if form.number() else "Your number is removed.", "good")
    return redirect(url_for("account.index"))


@blueprint.post("/password")
def set_password() -> Response:
    form = PasswordForm()
    if not form.validate():
        return render(_build(password_form=form), status=422)
    user = signed_in_user()
    users.set_password(database(), user.id, password_hash=hash_password(form.new_password.data))
    audit.record("changed own password")
    sign_in(users.get_user(database(), user.id) or user)
    flash("Your password is changed. You are signed out everywhere else.", "good")
    return redirect(url_for("account.index"))


@blueprint.post("/senders")
@require(Role.ADMIN)
def add_sender() -> Response:
    form = SenderForm()
    if not form.validate():
        return render(_build(sender_form=form), status=422)
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
    """Ask the provider who we are; what goes wrong is shown by the provider's error page."""
    customer_id = provider().get_customer_id()
    flash(f"The provider answers. Your customer id is {customer_id}.", "good")
    return redirect(url_for("account.index"))


def _build(
    *,
    mobile_form: FlaskForm | None = None,
    password_form: FlaskForm | None = None,
    sender_form: FlaskForm | None = None,
) -> AccountIndexPage:
    user = signed_in_user()
    return AccountIndexPage(
        mobile_form=mobile_form
        or MobileForm(formdata=None, data={"mobile": format_number(user.mobile or "")}),
        password_form=password_form or PasswordForm(formdata=None),
        sender_form=sender_form or SenderForm(formdata=None),
        senders=tuple(parse_sender(sender) for sender in senders.list_senders(database())),
        balance=readings.last_credits(database()),
        provider=readings.last_heartbeat(database(), readings.PROVIDER),
        provider_url=settings().smsworks_url,
        is_admin=user.role is Role.ADMIN,
    )
