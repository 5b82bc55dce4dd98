"""The one-time links with which people set their own password."""

from datetime import UTC, datetime

from flask import flash, redirect, session, url_for
from werkzeug.wrappers import Response

from webapp.auth import blueprint
from webapp.auth.forms import OwnPasswordForm
from webapp.auth.pages import AuthSetOwnPasswordPage
from webapp.store import audit, password_links
from webapp.store.connection import transaction
from webapp.store.users import User
from webapp.web.auth import end_session, forget_session, public
from webapp.web.context import database, settings
from webapp.web.fragments import render
from webapp.web.passwords import hash_password
from webapp.web.security import limiter
from webapp.web.sign_in import GUESSES_FROM_ONE_ADDRESS

LINK_TOKEN = "password_link"  # noqa: S105 - the name under which the session keeps it
# What is answered for a link that leads nowhere; only that counts as a guess.
GONE = 410


def _was_a_guess(response: Response) -> bool:
    return response.status_code == GONE


@blueprint.get("/set-password/<token>")
@public
def open_link(token: str) -> Response:
    """On to an address without the token: no Referer, history or log of what follows holds it."""
    session[LINK_TOKEN] = token
    return redirect(url_for("auth.set_own_password"))


@blueprint.get("/set-password")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=_was_a_guess)
@public
def set_own_password() -> Response:
    """Looking uses nothing up: programs that look at what is sent around open links, too."""
    return _page(OwnPasswordForm(formdata=None, data={"token": session.get(LINK_TOKEN, "")}))


@blueprint.post("/set-password", endpoint="use_link")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=_was_a_guess)
@public
def use_link() -> Response:
    form = OwnPasswordForm()
    is_valid = form.validate()
    if not is_valid or not _is_good(form):
        return _page(form, status=422)
    password_hash = hash_password(form.new_password.data or "", cost=settings().password_cost)
    user = _use(form.token.data or "", password_hash)
    if user is None:
        return _page(form)
    end_session()
    forget_session()
    flash(f"Your password is set. Sign in as {user.name} with it.", "good")
    return redirect(url_for("auth.sign_in"))


def _page(form: OwnPasswordForm, *, status: int = 200) -> Response:
    user = password_links.find_by_link(database(), form.token.data or "", now=datetime.now(UTC))
    return render(AuthSetOwnPasswordPage(form, user.name if user else None), status=status if user else GONE)


def _is_good(form: OwnPasswordForm) -> bool:
    """Asked before the slow hash is made, so that guesses cost us nothing."""
    return password_links.find_by_link(database(), form.token.data or "", now=datetime.now(UTC)) is not None


def _use(token: str, password_hash: str) -> User | None:
    now = datetime.now(UTC)
    with transaction(database()):
        user = password_links.use_link(database(), token, password_hash=password_hash, now=now)
        if user:
            what = "set own password through a link"
            audit.record(
                database(), now=now, user_id=user.id, user_name=user.name, action=what, subject=str(user.id)
            )
    return user
