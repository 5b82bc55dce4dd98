"""What a person sees when something did not work; `error_pages` holds the words."""

import logging
from dataclasses import replace

from flask import Flask, Response, current_app, make_response, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError, Unauthorized

from webapp.smsworks.errors import BadCredentials, SmsWorksError
from webapp.store.connection import RecordError, is_record_trouble
from webapp.store.users import Role
from webapp.web.addresses import nearest_page, page_at
from webapp.web.auth import (
    PUBLIC,
    TwoFactorWanted,
    current_user_or_none,
    do_without_record,
    may_come_back,
    required_role,
)
from webapp.web.error_pages import (
    FORM_EXPIRED,
    MESSAGES,
    RECORD_TROUBLE,
    SIGNED_OUT,
    SIGNED_OUT_ALERT,
    SIGNED_OUT_FOR_GOOD,
    TWO_FACTOR_WANTED,
    ErrorMessage,
    ErrorPage,
    UnfinishedPage,
)
from webapp.web.fragments import is_htmx, is_poll, render
from webapp.web.request_log import request_id

log = logging.getLogger("textdesk.web")

# What no person types, and what is never shown again.
NOT_TYPED = {"csrf_token", "version", "intent"}
MOST_SHOWN = 60
# Statuses that say all there is to say; the others carry the number under which the log has more.
EXPLAINED = {401, 404, 413, 429}
# Endpoint names of pages that are a form; sending one of them sends no text.
FORM_PAGES = {"new", "edit"}


def init_app(app: Flask) -> None:
    app.register_error_handler(SecurityError, _refuse_host)
    app.register_error_handler(Unauthorized, _show_signed_out)
    app.register_error_handler(TwoFactorWanted, _show_two_factor_wanted)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(CSRFError, _show_form_expired)
    app.register_error_handler(SmsWorksError, _show_provider_error)
    app.register_error_handler(Exception, _show_fault)


def show_error(message: ErrorMessage, *, status: int) -> Response:
    """The error page; for htmx only its alert."""
    return _show(ErrorPage(message), status=status)


def _show(page: ErrorPage, *, status: int) -> Response:
    """For htmx the alert alone: what was typed still stands in the page that asked."""
    if status not in EXPLAINED:
        page = replace(page, error=replace(page.error, reference=request_id()))
    if is_htmx():
        page = ErrorPage(page.error)
    try:
        response = render(page, fragment="error_alert", status=status)
    except RecordError:
        # The shell around the page reads the record too: then the page stands without it.
        do_without_record()
        response = render(page, fragment="error_alert", status=status)
    # A poll that fails for a while says "Not updating" where it stands; more would be said every few seconds.
    if is_htmx() and not (is_poll() and status >= 500):
        response.headers["HX-Retarget"] = "#alerts"
        response.headers["HX-Reswap"] = "innerHTML"
        response.headers["HX-Reselect"] = "#error_alert"
    return response


def _refuse_host(_error: SecurityError) -> Response:
    """Asked for under a name that is not ours. No page: its links could not be made either."""
    words = "Textdesk is not known under this name. An administrator adds it to TEXTDESK_HOSTS.\n"
    return Response(words, status=400, mimetype="text/plain")


def _show_http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    message = MESSAGES.get(error.code) or MESSAGES[500 if error.code >= 500 else 400]
    return show_error(message, status=error.code)


def _show_signed_out(_error: Unauthorized) -> Response:
    """From somebody signed out: what they typed is handed back, to be sent on or copied after signing in."""
    if is_htmx():
        return show_error(SIGNED_OUT_ALERT, status=401)
    page = _unfinished(SIGNED_OUT, keeps_token=may_come_back())
    return _show(page if page.hidden else replace(page, error=SIGNED_OUT_FOR_GOOD), status=401)


def _show_two_factor_wanted(_error: TwoFactorWanted) -> Response:
    return _show(_unfinished(TWO_FACTOR_WANTED, keeps_token=False), status=403)


def _show_form_expired(_error: CSRFError) -> Response:
    """The token is not this session's: nothing is offered to be sent, it may be another site's form."""
    if current_user_or_none() is None and _needs_somebody():
        message = SIGNED_OUT_ALERT if is_htmx() else SIGNED_OUT_FOR_GOOD
    else:
        message = FORM_EXPIRED
    return _show(_unfinished(message, keeps_token=False), status=400)


def _unfinished(message: ErrorMessage, *, keeps_token: bool) -> UnfinishedPage:
    """What was typed into a form, and the form itself if it may be sent again as it is.

    It may if it posts to the page it stands on; what acts (a confirmation, say) is looked at again first.
    """
    posted = _posted() if _needs_somebody() else ()
    return UnfinishedPage(
        message,
        typed=tuple(each for each in posted if each[0] not in NOT_TYPED and each[1].strip())[:MOST_SHOWN],
        action=nearest_page(request.path),
        hidden=posted if keeps_token and page_at(request.path) in FORM_PAGES else (),
    )


def _posted() -> tuple[tuple[str, str], ...]:
    """Every field by name, but for passwords and the provider's credentials."""
    fields = request.form.lists()
    return tuple(
        (name, value)
        for name, values in fields
        for value in values
        if "password" not in name and not name.startswith("api_")
    )


def _needs_somebody() -> bool:
    return request.endpoint is not None and required_role(current_app, request.endpoint) != PUBLIC


def _show_provider_error(error: SmsWorksError) -> Response:
    """What no view could put beside a field. `user_message` says itself whether anything was sent."""
    message = ErrorMessage(
        "The SMS provider did not do that",
        error.user_message,
        None,
        "If it goes on, tell an administrator; the check command shows more.",
        action_label="Try again" if request.method == "GET" else "Back to the page",
        action_url=nearest_page(request.path),
    )
    user = current_user_or_none()
    if isinstance(error, BadCredentials) and user is not None and user.role is Role.ADMIN:
        message = replace(
            message,
            next_step="Then do this again.",
            action_label="Enter the provider’s token",
            action_url=url_for("account.connection"),
        )
    return show_error(message, status=502)


def _show_fault(error: Exception) -> Response:
    kind = type(error).__name__
    log.error("fault id=%s: %s in %s", request_id(), kind, request.endpoint, exc_info=error)
    if not is_record_trouble(error):
        return show_error(MESSAGES[500], status=500)
    do_without_record()
    return _show(_unfinished(RECORD_TROUBLE, keeps_token=False), status=503)
