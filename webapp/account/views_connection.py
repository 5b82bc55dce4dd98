from datetime import UTC, datetime

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_connection import build_connection
from webapp.smsworks.errors import SmsWorksError
from webapp.store import provider_tokens, readings
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require
from webapp.web.context import database, provider
from webapp.web.fragments import render


@blueprint.get("/connection")
def connection() -> Response:
    return render(build_connection())


@blueprint.post("/connection/test")
@require(Role.ADMIN)
def test_connection() -> Response:
    """Ask the provider who we are: that it does not answer is an answer too."""
    try:
        customer_id = provider().get_customer_id()
    except SmsWorksError as error:
        audit.record("tested the connection", result="failed")
        flash(f"The test failed. {error.user_message}", "bad")
    else:
        audit.record("tested the connection", result="the provider answers")
        _say_whose(customer_id)
    return redirect(url_for("account.connection"))


def _say_whose(customer_id: str) -> None:
    now = datetime.now(UTC)
    readings.record_heartbeat(database(), readings.PROVIDER, now=now)
    of_record = provider_tokens.known_customer(database())
    if of_record in (None, customer_id):
        provider_tokens.record_customer(database(), customer_id, now=now)
        flash(f"The provider answers. Your customer id is {customer_id}.", "good")
    else:
        flash(
            f"The provider answers, for customer {customer_id}. The texts here are of customer {of_record}: "
            "if that is not meant, enter a token of that account below.",
            "attention",
        )
