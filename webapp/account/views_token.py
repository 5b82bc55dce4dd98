"""Entering, fetching, testing and forgetting the provider's token, which is never shown or logged."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_connection import build_connection
from webapp.account.forms_connection import KeyForm, TokenForm
from webapp.services import credentials
from webapp.services.credentials import BeingChanged, NotTested, Trial
from webapp.smsworks.errors import BadCredentials, OutcomeUnknown, SmsWorksError
from webapp.store import provider_tokens
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require, signed_in_user
from webapp.web.context import database, keyring, provider, settings
from webapp.web.fragments import render

NOTHING_CHANGED = "Nothing was changed."


@blueprint.post("/connection/token")
@require(Role.ADMIN)
def enter_token() -> Response:
    form = TokenForm()
    if form.validate():
        try:
            return _answer(
                credentials.enter_token(
                    database(),
                    provider(),
                    keyring(),
                    token=form.api_token.data,
                    entered_by=signed_in_user().name,
                ),
                how="pasted",
            )
        except BadCredentials:
            form.api_token.errors = [f"The provider does not accept this token. {NOTHING_CHANGED}"]
        except (NotTested, BeingChanged) as trouble:
            return _say_trouble(trouble)
    return render(build_connection(token_form=form), status=422)


@blueprint.post("/connection/key")
@require(Role.ADMIN)
def fetch_token() -> Response:
    form = KeyForm()
    if form.validate():
        try:
            return _answer(
                credentials.fetch_token(
                    database(),
                    provider(),
                    keyring(),
                    key=form.api_key.data,
                    secret=form.api_secret.data,
                    customer_id=form.customer_id.data or None,
                    entered_by=signed_in_user().name,
                ),
                how="fetched with key and secret",
            )
        except BadCredentials:
            form.api_key.errors = [f"The provider does not accept this key and secret. {NOTHING_CHANGED}"]
        except (NotTested, BeingChanged, OutcomeUnknown) as trouble:
            return _say_trouble(trouble)
        except SmsWorksError as error:
            form.api_key.errors = [error.user_message]
    return render(build_connection(key_form=form), status=422)


@blueprint.post("/connection/candidate")
@require(Role.ADMIN)
def try_token() -> Response:
    """Test the token that waits; `customer_id` is the second yes to one of another account."""
    try:
        trial = credentials.try_candidate(
            database(),
            provider(),
            keyring(),
            ref=request.form.get("ref", ""),
            second_yes=request.form.get("customer_id"),
        )
    except (NotTested, BeingChanged) as trouble:
        return _say_trouble(trouble)
    return _answer(trial, how="tested again")


@blueprint.post("/connection/discard")
@require(Role.ADMIN)
def discard_token() -> Response:
    if provider_tokens.discard(database(), request.form.get("ref", "")):
        audit.record("discarded a provider token")
        flash("It is discarded. The token in use stays in use.", "good")
    return redirect(url_for("account.connection"))


@blueprint.post("/connection/remove")
@require(Role.ADMIN)
def remove_token() -> Response:
    if provider_tokens.remove_token(database()):
        audit.record("removed the provider token")
        if settings().smsworks_token:
            flash("The stored token is removed. The one in the settings is in use again.", "good")
        else:
            flash("The stored token is removed. Nothing can be sent until another is entered.", "attention")
    return redirect(url_for("account.connection"))


def _answer(trial: Trial | None, *, how: str) -> Response:
    if trial is None:
        flash("That token is no longer there: somebody else has used or discarded it.", "attention")
    elif trial.in_use:
        audit.record(
            "changed the provider token",
            how=how,
            before={"customer": trial.record_customer_id},
            after={"customer": trial.customer_id},
        )
        flash(f"The provider accepts the token. It is in use, for customer {trial.customer_id}.", "good")
    else:
        flash("The provider accepts the token, but it is of another customer. It is not in use.", "attention")
    return redirect(url_for("account.connection"))


def _say_trouble(trouble: NotTested | BeingChanged | OutcomeUnknown) -> Response:
    if isinstance(trouble, BeingChanged):
        flash(trouble.message, "attention")
    elif isinstance(trouble, NotTested):
        audit.record("entered a provider token that is not tested yet")
        flash("The token is kept, but it could not be tested and is not in use.", "attention")
    else:
        audit.record("asked for a provider token and got no answer")
        flash("The provider gave no clear answer.", "bad")
    return redirect(url_for("account.connection"))
