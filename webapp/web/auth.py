"""Who is asking, and whether they may: every route declares a role, and one that declares none is closed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from webapp.store import users
from webapp.store.users import Role, User
from webapp.web.context import database, settings
from webapp.web.fragments import is_htmx, is_poll

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
SEEN_AT = "seen_at"
WENT_IDLE = "went_idle"
FORM_TOKEN = "csrf_token"  # noqa: S105 - the name under which Flask-WTF keeps it

login_manager = LoginManager()


class StaffMember(UserMixin):
    """The signed-in person, as Flask-Login wants it."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        """Holds the session epoch: when that grows, every session opened before it ends."""
        return f"{self.user.id}:{self.user.session_epoch}"


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    login_manager.session_protection = None
    app.before_request(_guard)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_staff_member(session_id: str) -> StaffMember | None:
    user_id, _, epoch = session_id.partition(":")
    user = users.get_user(database(), int(user_id)) if user_id.isdigit() else None
    if user is None or user.disabled_at or str(user.session_epoch) != epoch:
        return None
    return StaffMember(user)


def signed_in_user() -> User:
    """The person asking; only for routes that need a role."""
    return cast(StaffMember, current_user).user


def current_user_or_none() -> User | None:
    return signed_in_user() if current_user.is_authenticated else None


def require(role: Role) -> Callable[[View], View]:
    """Declare, on a view, the least role that may use it."""

    def declare(view: View) -> View:
        view.required_role = role  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """Declare that a view needs nobody to be signed in."""
    view.required_role = PUBLIC  # type: ignore[attr-defined]
    return view


def require_in_blueprint(blueprint: Blueprint, role: Role) -> None:
    """Declare the least role for all of an area's views that declare none themselves."""
    blueprint.required_role = role  # type: ignore[attr-defined]


def required_role(app: Flask, endpoint: str) -> Role | str | None:
    """The role an endpoint declares, itself or through its blueprint; None if nobody thought of it."""
    view = app.view_functions[endpoint]
    blueprint = app.blueprints.get(endpoint.partition(".")[0])
    declared = getattr(view, "required_role", None) or getattr(blueprint, "required_role", None)
    return cast("Role | str | None", declared)


def sign_in(user: User) -> None:
    """Start a session of its own: nothing of the one before it survives.

    Only somebody who went idle and comes back keeps the token of their open forms, so that what they had
    typed can still be sent.
    """
    token = session.get(FORM_TOKEN) if session.get(WENT_IDLE) == user.id else None
    session.clear()
    if token:
        session[FORM_TOKEN] = token
    session[SEEN_AT] = datetime.now(UTC).timestamp()
    login_user(StaffMember(user))


def sign_out() -> None:
    logout_user()
    session.clear()


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a page of ours, whatever the link said."""
    target = (target or "").strip()
    parts = urlsplit(target.replace("\\", "/"))
    local = target.startswith("/") and not parts.scheme and not parts.netloc and target.isprintable()
    return target if local else url_for("home.index")


def _guard() -> BaseResponse | None:
    if request.endpoint is None or request.endpoint in ("static", "bootstrap.static"):
        return None
    role = required_role(current_app, request.endpoint)
    if role == PUBLIC:
        return None
    if role is None:
        abort(403)
    if _has_gone_idle() and current_user.is_authenticated:
        _sign_out_idle()
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if not signed_in_user().role.includes(Role(role)):
        abort(403)
    return None


def _has_gone_idle() -> bool:
    """A page that polls keeps itself fresh; only what a person does keeps the session alive."""
    now = datetime.now(UTC).timestamp()
    seen_at = session.get(SEEN_AT)
    if seen_at is None:
        return False
    if now - seen_at > settings().idle_minutes * 60:
        return True
    if not is_poll() and now - seen_at > 30:
        session[SEEN_AT] = now
    return False


def _sign_out_idle() -> None:
    kept = {WENT_IDLE: signed_in_user().id, FORM_TOKEN: session.get(FORM_TOKEN)}
    sign_out()
    session.update(kept)


def _ask_to_sign_in() -> BaseResponse:
    if request.method == "POST":
        abort(401)
    if is_htmx():
        back = urlsplit(request.headers.get("HX-Current-URL", ""))
        target = url_for("auth.sign_in", next=back.path or None)
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
