import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import PASSWORD
from tests.pages.page import ReadPage
from webapp.sandbox import CUSTOMER_ID, Fault, FaultKind, Sandbox
from webapp.store.sign_ins import FAILURES_BEFORE_LOCK


def test_everybody_sees_the_senders_and_only_an_admin_may_change_them(
    ada: FlaskClient, vic: FlaskClient
) -> None:
    assert "ElmStreet" in ReadPage(vic.get("/account")).text
    assert "Add this sender" not in ReadPage(vic.get("/account")).buttons()
    assert "Add this sender" in ReadPage(ada.get("/account")).buttons()


def test_an_admin_adds_a_sender_and_it_can_be_chosen(ada: FlaskClient, sam: FlaskClient) -> None:
    page = ReadPage(ada.post("/account/senders", data={"sender": "Reminders"}, follow_redirects=True))
    assert any("Reminders can be chosen" in alert for alert in page.alerts())
    assert "Reminders" in sam.get("/compose/new").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("TwelveLetter", "11 letters and digits; this one has 12"),
        ("", "Enter a sender"),
        ("two words", "spaces"),
        ("<script>", "letters A to Z"),
        ("a\x00b", ""),
        ("4474001234567890", "digits"),
    ],
)
def test_a_sender_the_provider_would_refuse_is_refused_beside_its_field(
    ada: FlaskClient, typed: str, words: str
) -> None:
    page = ReadPage(ada.post("/account/senders", data={"sender": typed}))
    assert page.status == 422
    assert any(words in error for error in page.errors())


def test_an_admin_removes_a_sender(ada: FlaskClient) -> None:
    page = ReadPage(ada.post("/account/senders/remove", data={"sender": "ElmStreet"}, follow_redirects=True))
    assert any("can no longer be chosen" in alert for alert in page.alerts())


def test_the_connection_test_names_the_customer(ada: FlaskClient) -> None:
    page = ReadPage(ada.post("/account/test", follow_redirects=True))
    assert any(CUSTOMER_ID in alert for alert in page.alerts())


def test_the_connection_test_says_what_is_wrong(ada: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.HTML, operation="get_customer_id", times=None))
    page = ReadPage(ada.post("/account/test", follow_redirects=True))
    assert page.soup.h1 is not None
    assert page.soup.h1.get_text() == "Account"
    assert any("has a fault at its end" in alert for alert in page.alerts())


def test_ones_own_number_is_understood_in_any_form(sam: FlaskClient) -> None:
    sam.post("/account/mobile", data={"mobile": "07400-123 401"})
    assert ReadPage(sam.get("/account")).value("mobile") == "+44 7400 123401"


def test_ones_own_number_can_be_cleared(sam: FlaskClient) -> None:
    sam.post("/account/mobile", data={"mobile": "07400 123401"})
    sam.post("/account/mobile", data={"mobile": ""})
    assert ReadPage(sam.get("/account")).value("mobile") == ""


def test_a_landline_is_no_own_number(sam: FlaskClient) -> None:
    page = ReadPage(sam.post("/account/mobile", data={"mobile": "01865 123456"}))
    assert page.status == 422
    assert page.value("mobile") == "01865 123456"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"current_password": "wrong", "new_password": "another good password"}, "not your present password"),
        ({"current_password": PASSWORD, "new_password": "short"}, "10 to 256 characters"),
        ({"current_password": "", "new_password": ""}, "Enter your present password"),
    ],
)
def test_a_password_is_not_changed_lightly(sam: FlaskClient, typed: dict[str, str], words: str) -> None:
    page = ReadPage(sam.post("/account/password", data=typed))
    assert page.status == 422
    assert any(words in error for error in page.errors())


def test_ones_present_password_cannot_be_guessed_for_ever(app: Flask, sam: FlaskClient) -> None:
    typed = {"current_password": "a guess", "new_password": "another good password"}
    for _ in range(FAILURES_BEFORE_LOCK):
        page = ReadPage(sam.post("/account/password", data=typed))
    assert any("not your present password" in error for error in page.errors())
    page = ReadPage(sam.post("/account/password", data={**typed, "current_password": PASSWORD}))
    assert any("Too many wrong passwords" in error for error in page.errors())
    assert app.test_client().post("/sign-in", data={"name": "sam", "password": PASSWORD}).status_code == 422


def test_one_address_may_not_guess_present_passwords_for_ever(sam: FlaskClient) -> None:
    answers = [sam.post("/account/password", data={}).status_code for _ in range(31)]
    assert answers[-2:] == [422, 429]
