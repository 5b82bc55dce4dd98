import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import PASSWORD, SECRET_KEY, signed_in
from tests.pages.page import ReadPage
from tests.two_factor import RECOVERY_CODE, Phone, switch_on
from webapp.store import audit, password_links, two_factor, users
from webapp.store.sign_ins import FAILURES_BEFORE_LOCK
from webapp.store.users import User

SIGN_IN = {"name": "sam", "password": PASSWORD}
CODE_URL = "/sign-in/code"


@pytest.fixture
def phone(db: Database) -> Phone:
    """Sam has switched two-factor sign-in on."""
    return switch_on(db, "sam", secret_key=SECRET_KEY)


@pytest.fixture
def half(phone: Phone, mallory: FlaskClient) -> FlaskClient:
    """Whoever knows Sam's password, and has not entered a code yet."""
    assert mallory.post("/sign-in", data=SIGN_IN).location == CODE_URL
    return mallory


def sam_of(db: Database) -> User:
    sam = users.find_user(db, "sam")
    assert sam is not None
    return sam


def test_the_code_leads_home(half: FlaskClient, phone: Phone, db: Database) -> None:
    assert half.post(CODE_URL, data={"code": phone.code()}).location == "/"
    assert half.get("/").status_code == 200
    assert audit.list_entries(db, audit.AuditFilter(), limit=1)[0].details == {"second_step": "code"}


def test_the_code_may_be_typed_with_a_space(half: FlaskClient, phone: Phone) -> None:
    code = phone.code()
    assert half.post(CODE_URL, data={"code": f" {code[:3]} {code[3:]}"}).status_code == 302


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_code_of_a_clock_that_is_half_a_minute_off_is_right(
    half: FlaskClient, phone: Phone, steps: int
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        assert half.post(CODE_URL, data={"code": phone.code(steps_ahead=steps)}).status_code == 302


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_a_code_of_another_time_is_wrong(half: FlaskClient, phone: Phone, steps: int) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        assert half.post(CODE_URL, data={"code": phone.code(steps_ahead=steps)}).status_code == 422


@pytest.mark.parametrize("next", ["/messages?before=7", "//evil.example", "https://evil.example/"])
def test_the_page_that_was_wanted_is_kept_over_both(mallory: FlaskClient, phone: Phone, next: str) -> None:
    second = mallory.post("/sign-in", query_string={"next": next}, data=SIGN_IN).location
    [form] = ReadPage(mallory.get(second)).soup.select("form.sign-in")
    location = mallory.post(str(form["action"]), data={"code": phone.code()}).location
    assert location == (next if next.startswith("/m") else "/")


@pytest.mark.parametrize("path", ["/", "/messages", "/account/you", "/account/you/two-factor", "/status"])
def test_a_right_password_alone_opens_nothing(half: FlaskClient, path: str) -> None:
    assert half.get(path).location.startswith("/sign-in?")
    assert half.post("/account/you/two-factor/off", data={"current_password": PASSWORD}).status_code == 401


def test_a_right_password_alone_is_no_session_on_the_record(half: FlaskClient, db: Database) -> None:
    assert db["sessions"].count == 0
    assert [row["outcome"] for row in db["sign_ins"].rows] == ["code asked"]


def test_a_code_works_once(app: Flask, half: FlaskClient, phone: Phone) -> None:
    """Whoever reads it over a shoulder comes too late."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        code = phone.code()
        half.post(CODE_URL, data={"code": code})
        thief = app.test_client()
        thief.post("/sign-in", data=SIGN_IN)
        assert thief.post(CODE_URL, data={"code": code}).status_code == 422
        assert thief.post(CODE_URL, data={"code": phone.code(steps_ahead=-1)}).status_code == 422
        assert thief.post(CODE_URL, data={"code": phone.code(steps_ahead=1)}).status_code == 302


def test_a_recovery_code_works_once_and_says_how_many_are_left(app: Flask, half: FlaskClient) -> None:
    typed = "ABCD-efgh-ijkm npqr"
    assert half.post(CODE_URL, data={"recovery_code": typed}).status_code == 302
    assert any("0 codes left" in alert for alert in ReadPage(half.get("/")).alerts())
    again = app.test_client()
    again.post("/sign-in", data=SIGN_IN)
    page = ReadPage(again.post(CODE_URL, data={"recovery_code": typed}))
    assert any("was used already" in error for error in page.errors())


def test_a_recovery_code_is_nobody_elses(half: FlaskClient, db: Database) -> None:
    vic = users.find_user(db, "vic")
    assert vic is not None
    assert not two_factor.use_recovery_code(db, vic.id, RECOVERY_CODE, now=datetime.now(UTC))
    assert half.post(CODE_URL, data={"recovery_code": RECOVERY_CODE}).status_code == 302


@pytest.mark.parametrize(
    "typed",
    [{}, {"code": ""}, {"code": "12345"}, {"code": "abcdef"}, {"code": "１２３４５６"}, {"code": "x" * 200}],
)
def test_what_is_no_code_is_refused_beside_its_field(half: FlaskClient, typed: dict[str, str]) -> None:
    page = ReadPage(half.post(CODE_URL, data=typed))
    assert page.status == 422
    assert page.errors()
    assert half.get("/").status_code == 302


def test_wrong_codes_lock_the_name_as_wrong_passwords_do(app: Flask, half: FlaskClient, phone: Phone) -> None:
    """Also over many sign-ins: a right password between them changes nothing."""
    for _ in range(FAILURES_BEFORE_LOCK):
        half.post("/sign-in", data=SIGN_IN)
        half.post(CODE_URL, data={"code": "000000"})
    page = ReadPage(half.post(CODE_URL, data={"code": phone.code()}))
    assert any("Too many wrong tries" in error for error in page.errors())
    assert app.test_client().post("/sign-in", data=SIGN_IN).status_code == 422
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        later = app.test_client()
        later.post("/sign-in", data=SIGN_IN)
        assert later.post(CODE_URL, data={"code": phone.code()}).status_code == 302


def test_one_address_may_not_guess_codes_for_ever(half: FlaskClient) -> None:
    answers = [half.post(CODE_URL, data={}).status_code for _ in range(31)]
    assert answers[-2:] == [422, 429]


def test_a_code_must_follow_within_five_minutes(half: FlaskClient, phone: Phone) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5, seconds=1)):
        answer = half.post(f"{CODE_URL}?next=/messages", data={"code": phone.code()})
        assert answer.location == "/sign-in?next=/messages"
        assert any(
            "name and password first" in alert for alert in ReadPage(half.get(answer.location)).alerts()
        )


@pytest.mark.parametrize("what", ["disabled", "new password", "switched off"])
def test_a_code_is_asked_for_no_longer_when_things_have_changed(
    half: FlaskClient, phone: Phone, db: Database, what: str
) -> None:
    if what == "disabled":
        users.disable_user(db, sam_of(db).id, now=datetime.now(UTC))
    elif what == "new password":
        users.set_password(db, sam_of(db).id, password_hash="other", now=datetime.now(UTC))
    else:
        two_factor.switch_off(db, sam_of(db).id)
    assert half.post(CODE_URL, data={"code": phone.code()}).location == "/sign-in"
    assert half.get("/").status_code == 302


def test_the_second_step_alone_lets_nobody_in(mallory: FlaskClient, phone: Phone) -> None:
    assert mallory.get(CODE_URL).location == "/sign-in"
    assert mallory.post(CODE_URL, data={"code": phone.code()}).location == "/sign-in"


def test_a_session_is_new_after_both_steps(mallory: FlaskClient, phone: Phone) -> None:
    with mallory.session_transaction() as session:
        session["planted"] = "by someone else"
    mallory.post("/sign-in", data=SIGN_IN)
    mallory.post(CODE_URL, data={"code": phone.code()})
    with mallory.session_transaction() as session:
        assert not {"planted", "half_signed_in"} & set(session)


def test_a_copy_of_the_half_open_door_is_closed_by_the_code_that_was_used(
    app: Flask, half: FlaskClient, phone: Phone
) -> None:
    cookie = half.get_cookie("textdesk")
    assert cookie is not None
    with time_machine.travel(datetime.now(UTC), tick=False):
        code = phone.code()
        half.post(CODE_URL, data={"code": code})
        thief = app.test_client()
        thief.set_cookie("textdesk", cookie.value)
        assert thief.post(CODE_URL, data={"code": code}).status_code == 422


def test_open_forms_can_be_sent_after_coming_back_with_a_code(app: Flask, db: Database) -> None:
    phone = switch_on(db, "sam", secret_key=SECRET_KEY)
    app.config["WTF_CSRF_ENABLED"] = True
    sam = signed_in(app, "sam")
    token = ReadPage(sam.get("/account/you")).value("csrf_token")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        sam.get("/")
        sign_in_token = ReadPage(sam.get("/sign-in")).value("csrf_token")
        sam.post("/sign-in", data={**SIGN_IN, "csrf_token": sign_in_token})
        code_token = ReadPage(sam.get(CODE_URL)).value("csrf_token")
        sam.post(CODE_URL, data={"code": phone.code(), "csrf_token": code_token})
        answer = sam.post("/account/you/mobile", data={"mobile": "07400 123401", "csrf_token": token})
    assert answer.location == "/account/you"


def test_a_link_to_set_a_password_does_not_go_round_the_code(
    mallory: FlaskClient, db: Database, phone: Phone
) -> None:
    token = password_links.make_link(db, sam_of(db).id, now=datetime.now(UTC))
    new = "another good password"
    mallory.post("/set-password", data={"token": token, "new_password": new, "repeated": new})
    assert mallory.post("/sign-in", data={"name": "sam", "password": new}).location == CODE_URL


def test_a_lost_key_is_said_and_a_recovery_code_still_works(mallory: FlaskClient, db: Database) -> None:
    phone = switch_on(db, "sam", secret_key="another secret key, and long enough")
    mallory.post("/sign-in", data=SIGN_IN)
    page = ReadPage(mallory.post(CODE_URL, data={"code": phone.code()}))
    assert any("key of this installation has changed" in error for error in page.errors())
    assert mallory.post(CODE_URL, data={"recovery_code": RECOVERY_CODE}).status_code == 302


def test_sign_in_is_as_it_was_for_people_without_two_factor(mallory: FlaskClient, phone: Phone) -> None:
    assert mallory.post("/sign-in", data={"name": "vic", "password": PASSWORD}).location == "/"


def test_the_field_for_the_code_is_one_that_phones_fill_in(half: FlaskClient) -> None:
    field = str(ReadPage(half.get(CODE_URL)).soup.select_one("#code"))
    assert re.search(r'autocomplete="one-time-code"', field)
    assert re.search(r'inputmode="numeric"', field)
