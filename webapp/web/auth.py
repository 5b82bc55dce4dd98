"""Who is asking, and whether they may: every route declares a role, and one that declares none is closed."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse

from webapp.store import sessions, users
from webapp.store.connection import RecordError
from webapp.store.users import Role, User
from webapp.web.browsers import name_browser
from webapp.web.context import database, settings
from webapp.web.fragments import is_htmx, is_poll
from webapp.web.security import FORM_TOKEN

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
SEEN_AT = "seen_at"
NOTED_EVERY_SECONDS = 30
FORMER_USER = "former_user"
WENT_IDLE = "went_idle"
SESSION_ID = "_user_id"  # the name under which Flask-Login keeps it

log = logging.getLogger("textdesk.web")
login_manager = LoginManager()


class TwoFactorWanted(Forbidden):
    """The organisation wants two-factor sign-in of this person, who has not set it up."""


class StaffMember(UserMixin):
    """The signed-in person, as Flask-Login wants it."""

    def __init__(self, user: User, token: str, *, lacks_two_factor: bool = False) -> None:
        self.user = user
        self.token = token
        self.lacks_two_factor = lacks_two_factor

    def get_id(self) -> str:
        """The token finds the session on the record; the id in front tells who it was, after it has ended."""
        return f"{self.user.id}:{self.token}"


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    login_manager.session_protection = None
    app.before_request(_guard)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_staff_member(session_id: str) -> StaffMember | None:
    if is_record_out_of_reach():
        return None
    _, _, token = session_id.partition(":")
    found = users.find_signed_in(database(), token)
    return StaffMember(found.user, token, lacks_two_factor=found.lacks_two_factor) if found else None


def do_without_record() -> None:
    """For the rest of this request nobody is signed in and nothing is read: it is about to say why."""
    g.record_out_of_reach = True


def is_record_out_of_reach() -> bool:
    return "record_out_of_reach" in g


def signed_in_user() -> User:
    """The person asking; only for routes that need a role."""
    return cast(StaffMember, current_user).user


def current_user_or_none() -> User | None:
    if is_record_out_of_reach() or not current_user.is_authenticated:
        return None
    return signed_in_user()


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


def opens_without_two_factor(view: View) -> View:
    """Declare that a view belongs to setting up two-factor sign-in, which some must do before all else."""
    view.opens_without_two_factor = True  # type: ignore[attr-defined]
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

    Only somebody who comes back after their session ended by itself keeps the token of their open forms,
    so that what they had typed can still be sent.
    """
    end_session()
    token = session.get(FORM_TOKEN) if session.get(FORMER_USER) == user.id else None
    session.clear()
    if token:
        session[FORM_TOKEN] = token
    now = datetime.now(UTC)
    session[SEEN_AT] = now.timestamp()
    started = sessions.start_session(
        database(),
        user_id=user.id,
        now=now,
        address=request.remote_addr or "",
        browser=name_browser(request.user_agent.string),
    )
    login_user(StaffMember(user, started))


def session_token() -> str:
    """What finds the session of the person asking; only for routes that need a role."""
    return cast(StaffMember, current_user).token


def check_again(role: Role) -> None:
    """Inside a transaction, before it changes what only that role may: nobody acts as what they were.

    Answers 401 or 403 if the person asking was signed out, disabled or given another role since the request
    began.
    """
    user = users.find_by_session(database(), session_token())
    if user is None:
        abort(401)
    if not user.role.includes(role):
        abort(403)


def end_session() -> None:
    """On the record: no copy of this session's cookie is good any more."""
    if current_user.is_authenticated:
        sessions.end_session(database(), session_token())


def forget_session() -> None:
    """In this browser; needs no record."""
    session.clear()
    logout_user()


def went_idle() -> bool:
    """Whether this browser's last session ended because nobody did anything."""
    return bool(session.get(WENT_IDLE))


def may_come_back() -> bool:
    """Whether the forms this browser has open can be sent once the same person has signed in again."""
    return FORMER_USER in session and FORM_TOKEN in session


def _guard() -> BaseResponse | None:
    if request.endpoint is None or request.endpoint in ("static", "bootstrap.static"):
        return None
    role = required_role(current_app, request.endpoint)
    if role == PUBLIC:
        return None
    if role is None:
        abort(403)
    is_idle = _has_gone_idle()
    member = current_user._get_current_object()
    if is_idle and member.is_authenticated:
        _end_idle_session()
    if is_idle or not member.is_authenticated:
        _keep_what_leads_back(is_idle=is_idle)
        return _ask_to_sign_in()
    _note_activity()
    if not member.user.role.includes(Role(role)):
        abort(403)
    return _ask_for_two_factor() if member.lacks_two_factor and not _opens_without() else None


def _opens_without() -> bool:
    """Whether the view belongs to setting up two-factor sign-in: a password opens only that."""
    return getattr(current_app.view_functions[request.endpoint or ""], "opens_without_two_factor", False)


def _ask_for_two_factor() -> BaseResponse:
    if request.method not in ("GET", "HEAD") or is_htmx():
        raise TwoFactorWanted
    return redirect(url_for("account.two_factor"))


def _has_gone_idle() -> bool:
    seen_at = session.get(SEEN_AT)
    now = datetime.now(UTC).timestamp()
    return seen_at is not None and now - seen_at > settings().idle_minutes * 60


def _note_activity() -> None:
    """A page that polls keeps itself fresh; only what a person does keeps the session alive."""
    now = datetime.now(UTC)
    if now.timestamp() - session.get(SEEN_AT, 0) <= NOTED_EVERY_SECONDS or is_poll():
        return
    session[SEEN_AT] = now.timestamp()
    try:
        sessions.note_seen(database(), session_token(), now=now)
    except RecordError:
        log.warning("it could not be noted when somebody was last seen")


def _end_idle_session() -> None:
    try:
        end_session()
    except RecordError:
        log.warning("an idle session could not be ended on the record")


def _keep_what_leads_back(*, is_idle: bool) -> None:
    """The session ended by itself: its person may come back and go on with the forms that are open."""
    former_user, _, _ = session.get(SESSION_ID, "").partition(":")
    token = session.get(FORM_TOKEN)
    if not former_user.isdigit():
        return
    forget_session()
    session.update({FORMER_USER: int(former_user), WENT_IDLE: is_idle})
    if token:
        session[FORM_TOKEN] = token


def _ask_to_sign_in() -> BaseResponse:
    if request.method not in ("GET", "HEAD"):
        abort(401)
    if not is_htmx():
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    if here.path != request.path:
        # Not the page itself but what stands around it: the page may hold a form with half a text in it.
        abort(401)
    back = f"{here.path}?{here.query}" if here.query else here.path
    return Response(status=401, headers={"HX-Redirect": url_for("auth.sign_in", next=back)})
