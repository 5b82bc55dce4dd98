import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.conftest import form_data, say_yes
from tests.pages.page import ReadPage
from webapp.sandbox import REPLY_NUMBER
from webapp.store import senders


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


def test_the_first_sender_is_the_one_that_is_suggested(ada: FlaskClient, sam: FlaskClient) -> None:
    ada.post("/account/senders", data={"sender": "Reminders"})
    ada.post("/account/senders/default", data={"sender": "Reminders"})
    page = ReadPage(ada.get("/account/senders"))
    assert listed(page)[0].startswith("Reminders (suggested)")
    assert "Suggest Reminders" not in page.buttons()
    chosen = ReadPage(sam.get("/compose/new")).soup.select("[name=sender] option")
    assert chosen[0]["value"] == "Reminders"


def test_a_new_sender_goes_to_the_end(ada: FlaskClient) -> None:
    ada.post("/account/senders/default", data={"sender": REPLY_NUMBER})
    ada.post("/account/senders", data={"sender": "Reminders"})
    first, second, third = listed(ReadPage(ada.get("/account/senders")))
    assert "Can be replied to" in first
    assert second.startswith("ElmStreet")
    assert third.startswith("Reminders")


def test_a_sender_that_is_gone_cannot_be_suggested(ada: FlaskClient, db: Database) -> None:
    ada.post("/account/senders/default", data={"sender": "Gone"})
    assert senders.list_senders(db) == ["ElmStreet", REPLY_NUMBER]
    changes = "SELECT * FROM audit WHERE action = 'changed the sender that is suggested'"
    assert db.conn.execute(changes).fetchall() == []


def test_a_sender_says_when_it_was_last_and_first_used(ada: FlaskClient, sam: FlaskClient) -> None:
    assert all("Not yet" in row for row in listed(ReadPage(ada.get("/account/senders"))))
    say_yes(sam, sam.post("/compose/new", data=form_data(sender="ElmStreet")).location)
    used, not_used = listed(ReadPage(ada.get("/account/senders")))
    assert "ago" in used or "just now" in used
    assert "first" in used
    assert "Not yet" in not_used


def test_the_words_that_opt_out_are_a_link_away(vic: FlaskClient) -> None:
    link = ReadPage(vic.get("/account/senders")).soup.select_one("main a[href*=opt-outs]")
    assert link is not None
    assert vic.get(str(link["href"])).status_code == 200


def listed(page: ReadPage) -> list[str]:
    """What the table says of each sender."""
    return [" ".join(row.get_text(" ").split()) for row in page.soup.select("tbody tr")]
