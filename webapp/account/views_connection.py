from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_connection import build_connection
from webapp.smsworks.errors import SmsWorksError
from webapp.store.users import Role
from webapp.web.auth import require
from webapp.web.context import provider
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
        flash(f"The test failed. {error.user_message}", "bad")
    else:
        flash(f"The provider answers. Your customer id is {customer_id}.", "good")
    return redirect(url_for("account.connection"))
