"""Who has opted out is said before anything is sent, and in every result."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.conftest import YES, say_yes
from tests.pages.page import ReadPage
from webapp.sandbox import Sandbox
from webapp.store import optouts, users
from webapp.store.optouts import OptOutSource

NUMBER = "447400123456"
CheckUrl = Callable[..., str]


def opt_out(db: Database, number: str = NUMBER) -> None:
    optouts.add_opt_out(db, number, who="sam", source=OptOutSource.STAFF, now=datetime.now(UTC))


def test_the_check_page_says_who_is_left_out_and_counts_the_others(
    sam: FlaskClient, db: Database, check_url: CheckUrl
) -> None:
    opt_out(db)
    page = ReadPage(sam.get(check_url(recipients="07400 123456, 07400 123457")))
    assert "1 number will be skipped: opted out" in page.text
    assert "opted out: gets nothing" in page.text
    assert "Send 1 text for 1 credit" in page.buttons()


def test_a_text_that_nobody_may_get_offers_no_send(
    sam: FlaskClient, db: Database, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    address = check_url()
    opt_out(db)
    page = ReadPage(sam.get(address))
    assert "has opted out of texts" in page.text
    assert [button for button in page.buttons() if button.startswith("Send")] == []
    assert sam.post(address.replace("/check", "/confirm"), data=YES).status_code == 422
    assert sandbox.accepted() == ()


def test_somebody_who_opts_out_behind_the_check_page_changes_its_price(
    sam: FlaskClient, db: Database, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    address = check_url(recipients="07400 123456, 07400 123457")
    opt_out(db)
    response = sam.post(address.replace("/check", "/confirm"), data={"version": "1", "credits": "2"})
    assert response.status_code == 409
    assert sandbox.accepted() == ()


def test_the_result_shows_who_was_skipped(
    sam: FlaskClient, db: Database, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    opt_out(db)
    shown = say_yes(sam, check_url(recipients="07400 123456, 07400 123457")).location
    page = ReadPage(sam.get(shown))
    assert "Skipped: opted out" in page.text
    assert sandbox.accepted_counts() == {"447400123457": 1}


def test_a_copy_to_an_own_phone_that_opted_out_is_refused_in_words(
    sam: FlaskClient, db: Database, check_url: CheckUrl, sandbox: Sandbox
) -> None:
    user = users.find_user(db, "sam")
    assert user is not None
    users.set_mobile(db, user.id, mobile="447400123499")
    opt_out(db, "447400123499")
    response = sam.post(check_url().replace("/check", "/copy"))
    assert response.status_code == 422
    assert any("Your own number has opted out" in alert for alert in ReadPage(response).alerts())
    assert sandbox.accepted() == ()
