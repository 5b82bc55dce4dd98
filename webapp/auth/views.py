from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp.auth import blueprint
from webapp.auth.forms import SignInForm
from webapp.auth.pages import AuthSignInPage
from webapp.auth.sign_in import NotSignedIn, check_sign_in
from webapp.web import audit
from webapp.web.auth import current_user_or_none, public, safe_next, sign_in, sign_out
from webapp.web.context import database, settings
from webapp.web.fragments import render
from webapp.web.security import limiter
from webapp.web.shell import THEME_COOKIE, THEMES


@blueprint.get("/sign-in", endpoint="sign_in")
@public
def show_sign_in() -> BaseResponse:
    if current_user_or_none():
        return redirect(safe_next(request.args.get("next")))
    return _sign_in_page(SignInForm())


@blueprint.post("/sign-in", endpoint="create_session")
@limiter.limit("30 per minute")
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
    sign_in(user)
    audit.record("signed in")
    return redirect(safe_next(request.args.get("next")))


@blueprint.post("/sign-out", endpoint="sign_out")
@public
def end_session() -> BaseResponse:
    if current_user_or_none():
        audit.record("signed out")
    sign_out()
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
    notice = "Sign in to go on." if request.args.get("next") else None
    return render(AuthSignInPage(form, next=request.args.get("next", ""), notice=notice), status=status)
