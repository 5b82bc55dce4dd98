import logging

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp.auth import blueprint
from webapp.auth.forms import SignInForm
from webapp.auth.pages import AuthSignInPage
from webapp.messaging.words import plural
from webapp.store.connection import RecordError, transaction
from webapp.web import audit
from webapp.web.addresses import safe_next
from webapp.web.auth import current_user_or_none, end_session, forget_session, public, sign_in, went_idle
from webapp.web.context import database, settings
from webapp.web.fragments import render
from webapp.web.second_step import ask_for_code
from webapp.web.security import limiter
from webapp.web.shell import THEME_COOKIE, THEMES
from webapp.web.sign_in import GUESSES_FROM_ONE_ADDRESS, NotSignedIn, check_sign_in, was_refused

log = logging.getLogger("textdesk.web")


@blueprint.get("/sign-in", endpoint="sign_in")
@public
def show_sign_in() -> BaseResponse:
    if current_user_or_none():
        return redirect(safe_next(request.args.get("next")))
    return _sign_in_page(SignInForm())


@blueprint.post("/sign-in", endpoint="create_session")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=was_refused)
@public
def create_session() -> BaseResponse:
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, status=422)
    try:
        user = check_sign_in(database(), name=form.name.data, password=form.password.data)
    except NotSignedIn as refusal:
        form.form_errors.append(refusal.message)
        return _sign_in_page(form, status=422)
    if user.two_factor_at:
        ask_for_code(user)
        return redirect(url_for("auth.code", next=request.args.get("next")))
    sign_in(user)
    audit.record("signed in")
    return redirect(safe_next(request.args.get("next")))


@blueprint.post("/sign-out", endpoint="sign_out")
@public
def sign_out() -> BaseResponse:
    """Ends the session in this browser even when the record cannot be written."""
    try:
        with transaction(database()):
            if current_user_or_none():
                audit.record("signed out")
            end_session()
    except RecordError as error:
        log.error("a session was ended in its browser only: %s", error)
    forget_session()
    return redirect(url_for("auth.sign_in"))


@blueprint.post("/theme")
@public
def set_theme() -> BaseResponse:
    """Remember light, dark or the system's choice, in this browser."""
    response = redirect(safe_next(_path_of_referrer()))
    theme = request.form.get("theme")
    if theme in THEMES:
        secure = settings().https_only
        response.set_cookie(
            THEME_COOKIE, theme, max_age=31_536_000, httponly=True, samesite="Lax", secure=secure
        )
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


def _path_of_referrer() -> str | None:
    referrer = request.referrer or ""
    return referrer.removeprefix(request.host_url.rstrip("/")) or None


def _sign_in_page(form: SignInForm, *, status: int = 200) -> Response:
    page = AuthSignInPage(form, next=request.args.get("next", ""), notice=_notice())
    return render(page, status=status)


def _notice() -> str | None:
    if went_idle():
        minutes = plural(round(settings().idle_minutes) or 1, "minute")
        return f"You were signed out after {minutes} without activity."
    return "Sign in to go on." if request.args.get("next") else None
