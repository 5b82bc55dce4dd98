"""What a person sees when something did not work: what happened, whether anything was sent, what to do."""

import logging
import secrets
from dataclasses import dataclass, replace
from typing import ClassVar

from flask import Flask, Response, make_response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, Unauthorized

from webapp.smsworks.errors import SmsWorksError
from webapp.web.fragments import is_htmx, render

log = logging.getLogger("textdesk.web")


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """`happened`, whether anything was `charged` (None where nobody could think so), and what to do next.

    `reference` finds the fault in the log.
    """

    title: str
    happened: str
    charged: str | None
    next_step: str
    action_label: str = "Home"
    action_url: str = "/"
    reference: str | None = None


@dataclass(frozen=True)
class ErrorPage:
    template: ClassVar[str] = "errors/error.html"
    error: ErrorMessage


@dataclass(frozen=True)
class SignedOutPage(ErrorPage):
    """`typed` is what was posted to `action`, name by name, to be posted again."""

    template: ClassVar[str] = "errors/signed_out.html"
    action: str
    typed: list[tuple[str, str]]


NOTHING_SENT = "Nothing was sent or charged."

MESSAGES = {
    400: ErrorMessage(
        "That request could not be read",
        "Your browser sent something that Textdesk does not understand.",
        NOTHING_SENT,
        "Go back, reload the page and try again.",
    ),
    403: ErrorMessage(
        "You may not do that",
        "Your role does not allow it.",
        NOTHING_SENT,
        "Ask an administrator if you need it.",
    ),
    404: ErrorMessage(
        "There is nothing here",
        "The address is wrong, or what it led to has been removed.",
        None,
        "Use the menu to find what you were looking for.",
    ),
    405: ErrorMessage(
        "That address works differently",
        "It was opened in a way it is not made for.",
        NOTHING_SENT,
        "Use the menu to start again.",
    ),
    409: ErrorMessage(
        "This has changed since you looked",
        "Somebody, perhaps you in another tab, has changed it meanwhile.",
        NOTHING_SENT,
        "Go back, reload the page and look again.",
    ),
    413: ErrorMessage(
        "That is too long",
        "What you sent is larger than Textdesk takes at once.",
        NOTHING_SENT,
        "Go back in your browser: what you typed is still there. Shorten it, then try again.",
    ),
    429: ErrorMessage(
        "Too many attempts",
        "Textdesk has been asked too often from here.",
        NOTHING_SENT,
        "Wait a minute, then try again.",
    ),
    500: ErrorMessage(
        "Something went wrong in Textdesk",
        "This is a fault of ours, not of what you did.",
        "A text that was being sent is looked up before it could ever be sent again.",
        "Look under Messages to see what was sent before you repeat anything.",
    ),
}
CSRF_MESSAGE = ErrorMessage(
    "This form has expired",
    "You signed in or out since the page was opened.",
    NOTHING_SENT,
    "Go back in your browser, copy what you typed, reload the page and try again.",
)


SIGNED_OUT = ErrorMessage(
    "You are signed out",
    "You were away for a while, or signed out in another tab.",
    f"{NOTHING_SENT} What you typed is still here.",
    "Sign in in a new tab, come back to this one, and go on.",
    action_label="Sign in in a new tab",
    action_url="/sign-in",
)


def init_app(app: Flask) -> None:
    app.register_error_handler(Unauthorized, _show_signed_out)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(CSRFError, _show_csrf_error)
    app.register_error_handler(SmsWorksError, _show_provider_error)
    app.register_error_handler(Exception, _show_fault)


def show_error(message: ErrorMessage, *, status: int) -> Response:
    """The error page; for htmx only its alert."""
    return _show(ErrorPage(message), status=status)


def _show(page: ErrorPage, *, status: int) -> Response:
    response = render(page, fragment="error_alert", status=status)
    if is_htmx():
        response.headers["HX-Retarget"] = "#alerts"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _show_http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    message = MESSAGES.get(error.code) or MESSAGES[500 if error.code >= 500 else 400]
    return show_error(message, status=error.code)


def _show_signed_out(_error: Unauthorized) -> Response:
    """A form from somebody signed out: what they typed is handed back, to be sent on after signing in."""
    kept = [(name, values) for name, values in request.form.lists() if "password" not in name]
    typed = [(name, value) for name, values in kept for value in values]
    page = SignedOutPage(SIGNED_OUT, action=request.full_path.rstrip("?"), typed=typed)
    return _show(page, status=401)


def _show_csrf_error(_error: CSRFError) -> Response:
    return show_error(CSRF_MESSAGE, status=400)


def _show_provider_error(error: SmsWorksError) -> Response:
    """What no view could put beside a field. `user_message` says itself whether anything was sent."""
    message = ErrorMessage(
        "The SMS provider did not do that",
        error.user_message,
        None,
        "If it goes on, tell an administrator; the check command shows more.",
        action_label="Try again",
        action_url=request.path if request.method == "GET" else "/",
    )
    return show_error(message, status=502)


def _show_fault(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.error("fault %s: %s in %s", reference, type(error).__name__, request.endpoint, exc_info=error)
    return show_error(replace(MESSAGES[500], reference=reference), status=500)
