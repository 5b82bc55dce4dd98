from datetime import UTC, datetime

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_connection import build_connection
from webapp.services.credentials import Trial, compare_customer
from webapp.smsworks.errors import SmsWorksError
from webapp.store import readings
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
        asked = compare_customer(database(), provider())
    except SmsWorksError as error:
        audit.record("tested the connection", result="failed")
        flash(f"The test failed. {error.user_message}", "bad")
    else:
        audit.record("tested the connection", result="the provider answers")
        readings.record_heartbeat(database(), readings.PROVIDER, now=datetime.now(UTC))
        _say_whose(asked)
    return redirect(url_for("account.connection"))


def _say_whose(asked: Trial) -> None:
    if asked.record_customer_id in (None, asked.customer_id):
        flash(f"The provider answers. Your customer id is {asked.customer_id}.", "good")
    else:
        flash(f"The provider answers, but for another customer: {asked.customer_id}.", "attention")
