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
        "////evil.example",
        "/\\/evil.example",
        "/.//evil.example",
        "/..\\\\evil.example",
        "\x00//evil.example",
        "/\u00a0/evil.example",
        "\u2003//evil.example",
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


@pytest.mark.parametrize("name", ["", "/account/you/mobile", "/no/such/page"])
def test_sign_in_leads_only_where_a_page_can_be_opened(mallory: FlaskClient, name: str) -> None:
    location = mallory.post("/sign-in", query_string={"next": name}, data=SIGN_IN).location
    assert mallory.get(location).status_code == 200


def test_many_wrong_passwords_lock_the_name_for_a_while(mallory: FlaskClient) -> None:
    guess(mallory, "sam")
    page = ReadPage(mallory.post("/sign-in", data=SIGN_IN))
    assert "Too many wrong passwords" in page.text
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=14)):
        assert mallory.post("/sign-in", data=SIGN_IN).status_code == 422
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        assert mallory.post("/sign-in", data=SIGN_IN).status_code == 302


def test_wrong_passwords_far_apart_lock_nobody_out(mallory: FlaskClient) -> None:
    start = datetime.now(UTC)
    for hour in range(FAILURES_BEFORE_LOCK):
        with time_machine.travel(start + timedelta(hours=hour)):
            mallory.post("/sign-in", data={"name": "sam", "password": "wrong"})
    with time_machine.travel(start + timedelta(hours=FAILURES_BEFORE_LOCK - 1, minutes=1)):
        assert mallory.post("/sign-in", data=SIGN_IN).status_code == 302


def test_the_lock_does_not_tell_which_names_exist(app: Flask, db: Database) -> None:
    gone = users.find_user(db, "vic")
    assert gone is not None
    users.disable_user(db, gone.id, now=datetime.now(UTC))
    answers = []
    for place, (first, then) in enumerate([("sam", "SAM"), ("nobody", "NOBODY"), ("vic", "Vic")]):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"127.0.0.{place + 1}"
        guess(client, first, times=FAILURES_BEFORE_LOCK - 1)
        for password in ("wrong", PASSWORD):
            answer = client.post("/sign-in", data={"name": then, "password": password})
            answers.append((answer.status_code, str(ReadPage(answer).soup.select_one(".summary"))))
    assert len(set(answers[0::2])) == len(set(answers[1::2])) == 1
    assert "do not belong together" in answers[0][1]
    assert "Too many wrong passwords" in answers[1][1]


def test_a_password_typed_as_the_name_is_not_kept(mallory: FlaskClient, db: Database) -> None:
    mallory.post("/sign-in", data={"name": PASSWORD, "password": "sam"})
    kept = [tuple(row) for row in db.execute("SELECT * FROM sign_ins").fetchall()]
    assert len(kept) == 1
    assert PASSWORD not in str(kept)


def test_a_new_password_ends_the_lock(mallory: FlaskClient, db: Database) -> None:
    guess(mallory, "sam")
    user = users.find_user(db, "sam")
    assert user is not None
    users.set_password(db, user.id, password_hash=user.password_hash, now=datetime.now(UTC))
    assert mallory.post("/sign-in", data=SIGN_IN).status_code == 302


def test_one_address_may_not_guess_for_ever(mallory: FlaskClient) -> None:
    answers = [mallory.post("/sign-in", data={"name": "", "password": ""}).status_code for _ in range(31)]
    assert answers[-2:] == [422, 429]


def test_a_whole_office_may_sign_in_from_one_address(app: Flask) -> None:
    answers = {app.test_client().post("/sign-in", data=SIGN_IN).status_code for _ in range(35)}
    assert answers == {302}


def test_a_disabled_person_is_out_at_once(app: Flask, db: Database, sam: FlaskClient) -> None:
    user = users.find_user(db, "sam")
    assert user is not None
    users.disable_user(db, user.id, now=datetime.now(UTC))
    assert sam.get("/").status_code == 302
    assert app.test_client().post("/sign-in", data=SIGN_IN).status_code == 422


def test_signing_out_ends_the_session(sam: FlaskClient) -> None:
    assert sam.post("/sign-out").location == "/sign-in"
    assert sam.get("/").status_code == 302


def test_signing_out_ends_every_copy_of_the_cookie(app: Flask, sam: FlaskClient) -> None:
    cookie = sam.get_cookie("textdesk")
    assert cookie is not None
    sam.post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("textdesk", cookie.value)
    assert thief.get("/").status_code == 302


def test_signing_out_here_leaves_other_browsers_signed_in(app: Flask, sam: FlaskClient) -> None:
    elsewhere = signed_in(app, "sam")
    sam.post("/sign-out")
    assert elsewhere.get("/").status_code == 200


def test_signing_out_works_though_the_record_cannot_be_written(sam: FlaskClient, db: Database) -> None:
    db.execute("DROP TABLE audit")
    assert sam.post("/sign-out").location == "/sign-in"
    assert sam.get("/").status_code == 302


def test_a_made_up_session_is_nobodys(app: Flask) -> None:
    client = app.test_client()
    for made_up in ("1:", "1:1", "1", "", "x:y"):
        with client.session_transaction() as session:
            session["_user_id"] = made_up
        assert client.get("/").status_code == 302


def test_a_session_is_new_after_signing_in(mallory: FlaskClient) -> None:
    with mallory.session_transaction() as session:
        session["planted"] = "by someone else"
    mallory.post("/sign-in", data=SIGN_IN)
    with mallory.session_transaction() as session:
        assert "planted" not in session


def test_a_new_password_signs_out_everywhere_else(app: Flask, sam: FlaskClient) -> None:
    elsewhere = signed_in(app, "sam")
    typed = {"current_password": PASSWORD, "new_password": "another good password"}
    assert sam.post("/account/you/password", data=typed).location == "/account/you"
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


def test_signing_in_after_idling_says_why(sam: FlaskClient) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        assert "60 minutes without activity" in ReadPage(sam.get("/", follow_redirects=True)).text


def test_signing_in_after_idling_works_though_no_form_was_open(app: Flask, sam: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        sam.get("/")
        token = ReadPage(sam.get("/sign-in")).value("csrf_token")
        assert sam.post("/sign-in", data={**SIGN_IN, "csrf_token": token}).status_code == 302


def test_a_form_of_someone_elses_session_is_not_taken_over(app: Flask, sam: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    token = ReadPage(sam.get("/compose/new")).value("csrf_token")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        sam.get("/")
        sign_in_token = ReadPage(sam.get("/sign-in")).value("csrf_token")
        sam.post("/sign-in", data={"name": "ada", "password": PASSWORD, "csrf_token": sign_in_token})
        assert sam.post("/compose/new", data=form_data(csrf_token=token)).status_code == 400


def test_a_page_that_polls_leads_to_sign_in_and_back(mallory: FlaskClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/messages?before=7"}
    response = mallory.get("/messages?version=x", headers=headers)
    assert response.status_code == 401
    back = response.headers["HX-Redirect"]
    assert mallory.post(back, data=SIGN_IN).location == "/messages?before=7"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_stands_around_a_form_never_leaves_it(sam: FlaskClient, method: str) -> None:
    url = "/status?version=" if method == "GET" else "/compose/new"
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/compose/new"}
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        response = sam.open(url, method=method, headers=headers, data=form_data(intent="preview"))
    assert response.status_code == 401
    assert "HX-Redirect" not in response.headers
    assert response.headers["HX-Retarget"] == "#alerts"
    assert response.headers["HX-Reselect"] == "#error_alert"
    assert "nothing typed is lost" in ReadPage(response, whole=False).text


def test_the_theme_is_remembered(mallory: FlaskClient) -> None:
    mallory.post("/theme", data={"theme": "dark"})
    assert 'data-bs-theme="dark"' in mallory.get("/sign-in").text
    mallory.post("/theme", data={"theme": "system"})
    assert "data-bs-theme" not in mallory.get("/sign-in").text


@pytest.mark.parametrize("url", ["/account/you/mobile", "/compose/new"])
def test_the_theme_can_be_chosen_where_a_form_was_refused(sam: FlaskClient, url: str) -> None:
    response = sam.post("/theme", data={"theme": "dark"}, headers={"Referer": f"http://localhost{url}"})
    assert sam.get(response.location).status_code == 200


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


def guess(client: FlaskClient, name: str, *, times: int | None = None) -> None:
    """As often as locks a name, if not said otherwise."""
    for _ in range(FAILURES_BEFORE_LOCK if times is None else times):
        client.post("/sign-in", data={"name": name, "password": "wrong"})
