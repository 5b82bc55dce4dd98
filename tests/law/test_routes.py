"""Every route is guarded, on the server, whatever the page shows."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.routing import IntegerConverter, Rule

from tests.conftest import signed_in
from tests.law.role_matrix import UNGUARDED, role_matrix, written_matrix
from webapp.app import create_app
from webapp.config import Settings
from webapp.store import users
from webapp.store.users import Role
from webapp.web.auth import PUBLIC, required_role

OPEN_TO_ALL = {
    "auth.sign_in",
    "auth.create_session",
    "auth.sign_out",
    "auth.set_theme",
    "auth.code",
    "auth.check_code",
    "auth.open_link",
    "auth.set_own_password",
    "auth.use_link",
    "home.healthz",
    "webhooks.delivery",
    "webhooks.inbound",
}
# The provider knows no session and no form of ours, but a secret.
POSTED_BY_THE_PROVIDER = {"webhooks.delivery", "webhooks.inbound"}
PEOPLE = {"ada": Role.ADMIN, "sam": Role.SENDER, "vic": Role.VIEWER}


def _routes(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, address) of every route, with made-up ids."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint in UNGUARDED:
                continue
            url = rule.build({name: _made_up(rule, name) for name in rule.arguments}) or ("", "")
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                found.append((rule.endpoint, method, url[1]))
    return found


def _made_up(rule: Rule, name: str) -> str | int:
    return 7 if isinstance(rule._converters[name], IntegerConverter) else "no-such-id"


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    undeclared = [endpoint for endpoint, _, _ in _routes(app) if required_role(app, endpoint) is None]
    assert undeclared == []


def test_only_sign_in_and_health_are_open_to_all(app: Flask) -> None:
    public = {endpoint for endpoint, _, _ in _routes(app) if required_role(app, endpoint) == PUBLIC}
    assert public == OPEN_TO_ALL


def test_a_route_that_declares_nothing_is_closed(settings: Settings) -> None:
    app = create_app(settings)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert signed_in(app, "ada").get("/forgotten").status_code == 403


def test_mallory_is_sent_to_sign_in_everywhere_else(app: Flask, mallory: FlaskClient) -> None:
    for endpoint, method, url in _routes(app):
        if endpoint not in OPEN_TO_ALL:
            response = mallory.open(url, method=method)
            if method == "GET":
                assert response.status_code == 302, endpoint
                assert response.location.startswith("/sign-in"), endpoint
            else:
                assert response.status_code == 401, endpoint


def test_somebody_disabled_is_as_good_as_signed_out(app: Flask, db: Database) -> None:
    client = signed_in(app, "sam")
    sam = users.find_user(db, "sam")
    assert sam is not None
    users.disable_user(db, sam.id, now=datetime.now(UTC))
    for endpoint, method, url in _routes(app):
        if endpoint not in OPEN_TO_ALL:
            assert client.open(url, method=method).status_code in (302, 401), endpoint


def test_the_documented_matrix_is_that_of_the_code(app: Flask) -> None:
    assert written_matrix() == role_matrix(app), "python -m tests.law.role_matrix writes it anew"


@pytest.mark.parametrize("name", PEOPLE)
def test_a_role_is_refused_what_it_may_not_do(app: Flask, name: str) -> None:
    client = signed_in(app, name)
    for endpoint, method, url in _routes(app):
        needed = required_role(app, endpoint)
        if isinstance(needed, Role):
            refused = client.open(url, method=method).status_code == 403
            assert refused is not PEOPLE[name].includes(needed), (endpoint, method, name)


def test_every_post_wants_the_csrf_token(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    for endpoint, method, url in _routes(app):
        if method != "GET" and endpoint not in POSTED_BY_THE_PROVIDER:
            client = signed_in(app, "ada")
            assert client.open(url, method=method).status_code == 400, endpoint


def test_nothing_changes_on_a_get(app: Flask) -> None:
    reads = {"index", "show", "new", "edit", "check", "check_again", "sign_in", "status", "healthz"}
    reads |= {"export_csv", "export_problems", "sample", "lookup", "rows", "week"}
    reads |= {"opt_outs", "opt_out", "plot", "unknown"}
    reads |= {"senders", "connection", "errors", "you", "audit"}
    reads |= {"erasing", "spend", "rules", "approve", "approve_again"}
    reads |= {"staff", "member", "open_link", "set_own_password", "code", "two_factor"}
    with_get = {endpoint.partition(".")[2] for endpoint, method, _ in _routes(app) if method == "GET"}
    assert with_get <= reads
