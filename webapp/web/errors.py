"""What a person sees when something did not work; `error_pages` holds the words."""

import logging
from dataclasses import replace

from flask import Flask, Response, current_app, make_response, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError, Unauthorized

from webapp.smsworks.errors import BadCredentials, Refused, SmsWorksError
from webapp.store.connection import is_record_trouble
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
    FAULT_IN_LOOKING,
    FORM_EXPIRED,
    MESSAGES,
    NO_ANSWER_FROM_PROVIDER,
    RECORD_TROUBLE,
    REFUSED_BY_PROVIDER,
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
    if status >= 500:  # the others say all there is to say
        page = replace(page, error=replace(page.error, reference=request_id()))
    if is_htmx():
        page = ErrorPage(page.error)
    try:
        response = render(page, fragment="error_alert", status=status)
    except Exception as error:
        # What stands around every page reads the record too, and may be what is broken: then without it.
        log.error("fault id=%s: %s around the page", request_id(), type(error).__name__, exc_info=error)
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
    if error.code == 403:
        message = _name_role(message)
    if error.code == 429:
        message = replace(message, action_label="Try again", action_url=nearest_page(request.path))
    return show_error(message, status=error.code)


def _name_role(message: ErrorMessage) -> ErrorMessage:
    user = current_user_or_none()
    return replace(message, happened=f"Your role, {user.role}, does not allow it.") if user else message


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
    """What no view could put beside a field; the error says itself whether anything was sent."""
    message = ErrorMessage(
        REFUSED_BY_PROVIDER if isinstance(error, Refused) else NO_ANSWER_FROM_PROVIDER,
        error.what_happened,
        error.what_was_done,
        error.what_next,
        action_label="Try again" if request.method == "GET" else "Back to the page",
        action_url=nearest_page(request.path),
        tone="bad",
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


def _fault() -> ErrorMessage:
    if request.method == "POST" and _needs_somebody():
        return MESSAGES[500]
    return replace(FAULT_IN_LOOKING, action_url=nearest_page(request.path))


def _show_fault(error: Exception) -> Response:
    kind = type(error).__name__
    log.error("fault id=%s: %s in %s", request_id(), kind, request.endpoint, exc_info=error)
    if not is_record_trouble(error):
        return show_error(_fault(), status=500)
    do_without_record()
    return _show(_unfinished(RECORD_TROUBLE, keeps_token=False), status=503)
