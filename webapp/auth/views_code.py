"""The second step of signing in: a code from the phone, or a recovery code in its place."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.auth import blueprint
from webapp.auth.forms import CodeForm
from webapp.auth.pages import AuthCodePage
from webapp.messaging.words import plural
from webapp.store import two_factor
from webapp.store.users import User
from webapp.web import audit
from webapp.web.addresses import safe_next
from webapp.web.auth import current_user_or_none, public, sign_in
from webapp.web.context import database
from webapp.web.fragments import render
from webapp.web.second_step import MINUTES_FOR_CODE, check_code, check_recovery_code, half_signed_in
from webapp.web.security import limiter
from webapp.web.sign_in import GUESSES_FROM_ONE_ADDRESS, NotSignedIn, was_refused


@blueprint.get("/sign-in/code")
@public
def code() -> Response:
    if current_user_or_none():
        return redirect(safe_next(request.args.get("next")))
    user = half_signed_in()
    return _page(CodeForm(), user) if user else _begin_again()


@blueprint.post("/sign-in/code", endpoint="check_code")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=was_refused)
@public
def enter_code() -> Response:
    user = half_signed_in()
    if user is None:
        return _begin_again()
    form = CodeForm()
    if not form.validate():
        return _page(form, user, status=422)
    try:
        _check(form, user)
    except NotSignedIn as refusal:
        field = form.code if form.code.data else form.recovery_code
        field.errors = [refusal.message]
        return _page(form, user, status=422)
    sign_in(user)
    audit.record("signed in", second_step="code" if form.code.data else "recovery code")
    if not form.code.data:
        _say_how_many_are_left(user)
    return redirect(safe_next(request.args.get("next")))


def _check(form: CodeForm, user: User) -> None:
    """Raises NotSignedIn."""
    if form.code.data:
        check_code(database(), user, form.code.data)
    else:
        check_recovery_code(database(), user, form.recovery_code.data or "")


def _say_how_many_are_left(user: User) -> None:
    left = two_factor.count_recovery_codes(database(), user.id)
    flash(
        f"That recovery code is used up: {plural(left, 'code')} left. You get new ones under Account, You.",
        "attention",
    )


def _begin_again() -> Response:
    flash(f"Enter name and password first: a code can follow for {MINUTES_FOR_CODE} minutes.", "attention")
    return redirect(url_for("auth.sign_in", next=request.args.get("next")))


def _page(form: CodeForm, user: User, *, status: int = 200) -> Response:
    page = AuthCodePage(form, name=user.name, next=request.args.get("next", ""))
    return render(page, status=status)
