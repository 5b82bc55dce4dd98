from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import PASSWORD, signed_in
from tests.pages.conftest import form_data
from tests.pages.page import ReadPage
from webapp.store import users
from webapp.store.sign_ins import FAILURES_BEFORE_LOCK

SIGN_IN = {"name": "sam", "password": PASSWORD}


def test_sign_in_leads_home(mallory: FlaskClient) -> None:
    response = mallory.post("/sign-in", data=SIGN_IN)
    assert response.location == "/"
    assert "Needs a person" in mallory.get("/").text


def test_sign_in_leads_back_to_the_page_that_was_wanted(mallory: FlaskClient) -> None:
    asked = mallory.get("/messages?before=7").location
    assert mallory.post(asked, data=SIGN_IN).location == "/messages?before=7"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "http:evil.example",
        " //evil.example",
        "/%0d%0aSet-Cookie:x=1\r\n",
    ],
)
def test_sign_in_leads_to_no_other_site(mallory: FlaskClient, target: str) -> None:
    response = mallory.post("/sign-in", query_string={"next": target}, data=SIGN_IN)
    assert response.location in ("/", "/%0d%0aSet-Cookie:x=1")


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "sam", "password": "wrong"},
        {"name": "nobody", "password": PASSWORD},
        {"name": "' OR 1=1 --", "password": "x"},
        {"name": "sam", "password": "x" * 300},
    ],
)
def test_a_wrong_name_or_password_lets_nobody_in_and_tells_neither(
    mallory: FlaskClient, typed: dict[str, str]
) -> None:
    page = ReadPage(mallory.post("/sign-in", data=typed))
    assert page.status == 422
    assert mallory.get("/").status_code == 302


def test_many_wrong_passwords_lock_the_name_for_a_while(mallory: FlaskClient) -> None:
    for _ in range(FAILURES_BEFORE_LOCK):
        mallory.post("/sign-in", data={"name": "sam", "password": "wrong"})
    page = ReadPage(mallory.post("/sign-in", data=SIGN_IN))
    assert "Too many wrong passwords" in page.text
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        assert mallory.post("/sign-in", data=SIGN_IN).status_code == 302


def test_one_address_may_not_try_for_ever(mallory: FlaskClient) -> None:
    answers = [mallory.post("/sign-in", data={"name": "", "password": ""}).status_code for _ in range(31)]
    assert answers[-1] == 429


def test_a_disabled_person_is_out_at_once(app: Flask, db: Database, sam: FlaskClient) -> None:
    user = users.find_user(db, "sam")
    assert user is not None
    users.disable_user(db, user.id, now=datetime.now(UTC))
    assert sam.get("/").status_code == 302
    assert app.test_client().post("/sign-in", data=SIGN_IN).status_code == 422


def test_signing_out_ends_the_session(sam: FlaskClient) -> None:
    assert sam.post("/sign-out").location == "/sign-in"
    assert sam.get("/").status_code == 302


def test_a_session_is_new_after_signing_in(mallory: FlaskClient) -> None:
    with mallory.session_transaction() as session:
        session["planted"] = "by someone else"
    mallory.post("/sign-in", data=SIGN_IN)
    with mallory.session_transaction() as session:
        assert "planted" not in session


def test_a_new_password_signs_out_everywhere_else(app: Flask, sam: FlaskClient) -> None:
    elsewhere = signed_in(app, "sam")
    typed = {"current_password": PASSWORD, "new_password": "another good password"}
    assert sam.post("/account/password", data=typed).location == "/account"
    assert sam.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_an_idle_session_ends_though_its_page_polls(sam: FlaskClient) -> None:
    start = datetime.now(UTC)
    for minutes in (20, 40):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert sam.get("/?version=x", headers={"HX-Request": "true"}).status_code == 200
    with time_machine.travel(start + timedelta(minutes=61)):
        assert sam.get("/").status_code == 302


def test_what_a_person_does_keeps_the_session(sam: FlaskClient) -> None:
    start = datetime.now(UTC)
    for minutes in (40, 80, 120):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert sam.get("/").status_code == 200


def test_what_was_typed_before_the_session_ended_can_be_sent_on_after_signing_in(
    app: Flask, sam: FlaskClient
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    form = ReadPage(sam.get("/compose/new"))
    typed = form_data(content="Half a morning's work", csrf_token=form.value("csrf_token"))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        page = ReadPage(sam.post("/compose/new", data=typed))
        assert page.status == 401
        assert page.value("content") == "Half a morning's work"
        sign_in_form = ReadPage(sam.get("/sign-in"))
        sam.post("/sign-in", data={**SIGN_IN, "csrf_token": sign_in_form.value("csrf_token")})
        again = {field["name"]: field["value"] for field in page.soup.select("form input[type=hidden]")}
        assert "Half a morning" in sam.get(sam.post("/compose/new", data=again).location).text


def test_a_password_is_never_handed_back(mallory: FlaskClient) -> None:
    typed = {"current_password": PASSWORD, "new_password": "another good password"}
    assert PASSWORD not in mallory.post("/account/password", data=typed).text


def test_a_form_of_someone_elses_session_is_not_taken_over(app: Flask, sam: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    token = ReadPage(sam.get("/compose/new")).value("csrf_token")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        sam.get("/")
        sign_in_token = ReadPage(sam.get("/sign-in")).value("csrf_token")
        sam.post("/sign-in", data={"name": "ada", "password": PASSWORD, "csrf_token": sign_in_token})
        assert sam.post("/compose/new", data=form_data(csrf_token=token)).status_code == 400


def test_a_poll_of_someone_signed_out_leads_to_sign_in_and_back(mallory: FlaskClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/messages"}
    response = mallory.get("/?version=x", headers=headers)
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in?next=/messages"


def test_the_theme_is_remembered(mallory: FlaskClient) -> None:
    mallory.post("/theme", data={"theme": "dark"})
    assert 'data-bs-theme="dark"' in mallory.get("/sign-in").text
    mallory.post("/theme", data={"theme": "system"})
    assert "data-bs-theme" not in mallory.get("/sign-in").text


def test_security_headers_stand_on_every_answer(mallory: FlaskClient) -> None:
    headers = mallory.get("/sign-in").headers
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_the_session_cookie_cannot_be_read_by_scripts(mallory: FlaskClient) -> None:
    cookie = mallory.post("/sign-in", data=SIGN_IN).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
