from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import PASSWORD, signed_in
from tests.pages.page import ReadPage
from webapp.store.sign_ins import FAILURES_BEFORE_LOCK


def test_ones_own_number_is_understood_in_any_form(sam: FlaskClient) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400-123 401"})
    assert ReadPage(sam.get("/account/you")).value("mobile") == "+44 7400 123401"


def test_ones_own_number_can_be_cleared(sam: FlaskClient) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400 123401"})
    sam.post("/account/you/mobile", data={"mobile": ""})
    assert ReadPage(sam.get("/account/you")).value("mobile") == ""


def test_who_sends_no_texts_is_not_asked_where_copies_go(sam: FlaskClient, vic: FlaskClient) -> None:
    shown = [ReadPage(each.get("/account/you")).soup.select_one("#mobile") for each in (sam, vic)]
    assert [field is not None for field in shown] == [True, False]


def test_who_may_send_no_more_can_take_their_number_away(sam: FlaskClient, db: Database) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400 123401"})
    db.execute("UPDATE users SET role = 'viewer' WHERE name = 'sam'")
    db.conn.commit()
    assert ReadPage(sam.get("/account/you")).value("mobile") == "+44 7400 123401"
    sam.post("/account/you/mobile", data={"mobile": ""})
    assert ReadPage(sam.get("/account/you")).soup.select_one("#mobile") is None


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


def test_ones_own_sessions_are_listed_and_another_can_be_ended(app: Flask, sam: FlaskClient) -> None:
    elsewhere = signed_in(app, "sam")
    page = ReadPage(sam.get("/account/you"))
    rows = page.soup.select("table")[0].select("tbody tr")
    assert ["This browser" in row.get_text() for row in rows].count(True) == 1
    [button] = [row.select_one("[name=session]") for row in rows if "This browser" not in row.get_text()]
    assert button is not None
    sam.post("/account/you/sessions/end", data={"session": button["value"]})
    assert [sam.get("/").status_code, elsewhere.get("/").status_code] == [200, 302]


def test_all_other_sessions_of_ones_own_can_be_ended(app: Flask, sam: FlaskClient, vic: FlaskClient) -> None:
    elsewhere = [signed_in(app, "sam") for _ in range(2)]
    sam.post("/account/you/sessions/end-others")
    assert [client.get("/").status_code for client in (sam, *elsewhere, vic)] == [200, 302, 302, 200]


def test_nobody_ends_a_session_of_somebody_else_as_ones_own(sam: FlaskClient, vic: FlaskClient) -> None:
    rows = ReadPage(vic.get("/account/you")).soup.select("table")[0].select("tbody tr")
    assert len(rows) == 1
    for session in range(1, 20):
        sam.post("/account/you/sessions/end", data={"session": str(session)})
    assert vic.get("/").status_code == 200


def test_when_one_was_last_seen_is_noted_once_a_minute_and_not_for_polls(
    sam: FlaskClient, db: Database
) -> None:
    def last_seen() -> str:
        return str(db.execute("SELECT last_seen_at FROM sessions").fetchone()[0])

    start, first = datetime.now(UTC), last_seen()
    with time_machine.travel(start + timedelta(minutes=5)):
        sam.get("/?version=x", headers={"HX-Request": "true"})
        assert last_seen() == first
        sam.get("/")
        noted = last_seen()
        assert noted > first
    with time_machine.travel(start + timedelta(minutes=5, seconds=45)):
        sam.get("/")
        assert last_seen() == noted
    with time_machine.travel(start + timedelta(minutes=7)):
        sam.get("/")
        assert last_seen() > noted


def test_a_session_that_has_gone_idle_is_not_shown_as_open(app: Flask, sam: FlaskClient) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=62)):
        signed_in(app, "sam")
    assert len(ReadPage(sam.get("/account/you")).soup.select("table")[0].select("tbody tr")) == 1


def test_a_page_waits_for_no_writer_to_note_that_somebody_is_there(
    sam: FlaskClient, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def noted() -> list[str]:
        found = db.execute(
            "SELECT last_seen_at FROM sessions UNION SELECT at FROM heartbeats WHERE name='staff'"
        )
        return [each[0] for each in found.fetchall()]

    before = noted()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        db.conn.execute("BEGIN IMMEDIATE")
        assert sam.get("/compose/new").status_code == 200
        db.conn.rollback()
    assert noted() == before
    # Nothing was given up: who waits for the record and does not get it says so.
    assert "could not be noted" not in caplog.text
