import pytest
from flask.testing import FlaskClient

from tests.pages.page import ReadPage


def test_everybody_sees_the_senders_and_only_an_admin_may_change_them(
    ada: FlaskClient, vic: FlaskClient
) -> None:
    assert "ElmStreet" in ReadPage(vic.get("/account/senders")).text
    assert "Add this sender" not in ReadPage(vic.get("/account/senders")).buttons()
    assert "Add this sender" in ReadPage(ada.get("/account/senders")).buttons()


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
