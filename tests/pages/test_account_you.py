import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import PASSWORD
from tests.pages.page import ReadPage
from webapp.store.sign_ins import FAILURES_BEFORE_LOCK


def test_ones_own_number_is_understood_in_any_form(sam: FlaskClient) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400-123 401"})
    assert ReadPage(sam.get("/account/you")).value("mobile") == "+44 7400 123401"


def test_ones_own_number_can_be_cleared(sam: FlaskClient) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400 123401"})
    sam.post("/account/you/mobile", data={"mobile": ""})
    assert ReadPage(sam.get("/account/you")).value("mobile") == ""


def test_a_landline_is_no_own_number(sam: FlaskClient) -> None:
    page = ReadPage(sam.post("/account/you/mobile", data={"mobile": "01865 123456"}))
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
    page = ReadPage(sam.post("/account/you/password", data=typed))
    assert page.status == 422
    assert any(words in error for error in page.errors())


def test_ones_present_password_cannot_be_guessed_for_ever(app: Flask, sam: FlaskClient) -> None:
    typed = {"current_password": "a guess", "new_password": "another good password"}
    for _ in range(FAILURES_BEFORE_LOCK):
        page = ReadPage(sam.post("/account/you/password", data=typed))
    assert any("not your present password" in error for error in page.errors())
    page = ReadPage(sam.post("/account/you/password", data={**typed, "current_password": PASSWORD}))
    assert any("Too many wrong passwords" in error for error in page.errors())
    assert app.test_client().post("/sign-in", data={"name": "sam", "password": PASSWORD}).status_code == 422


def test_one_address_may_not_guess_present_passwords_for_ever(sam: FlaskClient) -> None:
    answers = [sam.post("/account/you/password", data={}).status_code for _ in range(31)]
    assert answers[-2:] == [422, 429]
