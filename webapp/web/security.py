"""Security headers, cookies and request limits; the threat each answers is named beside it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request, session
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from secure import Secure
from secure.headers import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.config import Settings
from webapp.web.htmx import HTMX_URL

# werkzeug limits the fields of multipart forms only; ours are urlencoded, so one limit holds for both.
MAX_REQUEST_BYTES = 1_000_000
FORM_TOKEN = "csrf_token"  # noqa: S105 - the name under which Flask-WTF keeps it in the session
MOST_SIGNED = 1024

POLICY = "Content-Security-Policy"
COMPRESSED = ["text/css", "text/javascript", "image/svg+xml"]

# Counts per process: with two web processes twice the limit passes, which is still a limit.
View = TypeVar("View", bound=Callable[..., Any])


class RouteLimiter(Limiter):
    """Asks only before a view that declares a limit: there is none for all, and asking costs every poll."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = RouteLimiter(get_remote_address, storage_uri="memory://")
csrf = CSRFProtect()


def form_token() -> str:
    """What Flask-WTF says, which looks into the configuration each time: a list has a dozen forms.

    Tokens do not age here, so one is signed once for each session, not anew for every page.
    """
    if "csrf_token" not in g:
        known = _signed.get((current_app.secret_key, session.get(FORM_TOKEN)))
        g.csrf_token = known or _sign()
    return str(g.csrf_token)


def _sign() -> str:
    token = str(generate_csrf())
    if len(_signed) >= MOST_SIGNED:
        _signed.clear()
    _signed[current_app.secret_key, session[FORM_TOKEN]] = token
    return token


_signed: dict[tuple[object, str | None], str] = {}
"""By the key of the application and the secret of the session, which is in nobody else's."""


def accepts_bytes(most: int) -> Callable[[View], View]:
    """Declare, on a view, that its requests may be larger than others."""

    def declare(view: View) -> View:
        view.max_request_bytes = most  # type: ignore[attr-defined]
        return view

    return declare


def _allow_size() -> None:
    """Before anything reads the form, CSRF protection included."""
    view = current_app.view_functions.get(request.endpoint or "")
    if most := getattr(view, "max_request_bytes", None):
        request.max_content_length = most
        request.max_form_memory_size = most


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # A link that is made from the request must not lead to a host that whoever asks has made up.
        TRUSTED_HOSTS=settings.trusted_hosts and list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        SESSION_COOKIE_NAME="textdesk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https_only,
        # Tokens live as long as the session: staff leave forms open for hours.
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    # Static files only: compressing pages that hold tokens beside typed text would help to guess the tokens.
    app.config.update(COMPRESS_MIMETYPES=COMPRESSED)
    app.config.update(COMPRESS_REGISTER=False)
    compress = Compress(app)
    app.after_request(lambda response: _compressed(compress, response))
    # Runs before compressing, which puts itself in the place of the file it reads and never closes it.
    app.after_request(_close_in_the_end)
    app.before_request(_allow_size)
    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = form_token
    limiter.init_app(app)
    headers = tuple(_headers(settings).headers.items())
    app.after_request(lambda response: _add_headers(headers, response))


def _headers(settings: Settings) -> Secure:
    policy = (
        ContentSecurityPolicy()
        .default_src("'self'")
        .script_src("'self'", HTMX_URL)
        .style_src("'self'")
        .img_src("'self'", "data:")
        .object_src("'none'")
        .base_uri("'none'")
        .form_action("'self'")
        .frame_ancestors("'none'")
    )
    # Over plain HTTP in an office HSTS would lock people out of other services on the same name.
    hsts = StrictTransportSecurity().max_age(31_536_000) if settings.https_only else None
    return Secure(
        csp=policy,
        hsts=hsts,
        xfo=XFrameOptions().deny(),
        xcto=XContentTypeOptions().nosniff(),
        # Flask-WTF checks the Referer over HTTPS, so it must be sent to ourselves.
        referrer=ReferrerPolicy().same_origin(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        permissions=PermissionsPolicy().geolocation("()").camera("()").microphone("()"),
    )


def _close_in_the_end(response: Response) -> Response:
    if close := getattr(response.response, "close", None):
        response.call_on_close(close)
    return response


def _compressed(compress: Compress, response: Response) -> Response:
    return compress.after_request(response) if response.mimetype in COMPRESSED else response


def _add_headers(headers: tuple[tuple[str, str], ...], response: Response) -> Response:
    given = {name.lower() for name, _ in response.headers}
    for name, value in headers:
        if name.lower() not in given:
            response.headers.add(name, value)
        elif name != POLICY:
            response.headers[name] = value
    # Pages hold numbers and texts: a shared computer must not keep them after signing out.
    if "Cache-Control" not in response.headers or response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response
