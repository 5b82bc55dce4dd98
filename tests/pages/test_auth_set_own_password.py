import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from tests.conftest import PASSWORD, signed_in
from tests.pages.page import ReadPage
from webapp.store import audit, password_links, users
from webapp.store.sign_ins import FAILURES_BEFORE_LOCK

NEW = "another good password"


@pytest.fixture
def link(db: Database) -> Callable[..., str]:
    """The address an administrator hands over."""

    def make(name: str = "sam") -> str:
        user = users.find_user(db, name)
        assert user is not None
        return f"/set-password/{password_links.make_link(db, user.id, now=datetime.now(UTC))}"

    return make


def use(client: FlaskClient, link: str, password: str = NEW, repeated: str | None = None) -> TestResponse:
    page = ReadPage(client.get(link, follow_redirects=True))
    token = page.value("token") if page.soup.select_one("[name=token]") else link.rpartition("/")[2]
    typed = {"token": token, "new_password": password, "repeated": password if repeated is None else repeated}
    return client.post("/set-password", data=typed)


def can_sign_in(app: Flask, name: str, password: str) -> bool:
    return app.test_client().post("/sign-in", data={"name": name, "password": password}).status_code == 302


def test_a_link_sets_the_password_of_its_person(
    app: Flask, mallory: FlaskClient, link: Callable[..., str]
) -> None:
    done = ReadPage(mallory.get(use(mallory, link()).location))
    assert any("Sign in as sam" in alert for alert in done.alerts())
    assert can_sign_in(app, "sam", NEW)
    assert not can_sign_in(app, "sam", PASSWORD)


def test_a_link_works_once(app: Flask, mallory: FlaskClient, link: Callable[..., str]) -> None:
    address = link()
    use(mallory, address)
    answer = use(app.test_client(), address, "a third good password")
    assert answer.status_code == 410
    assert "does not work any more" in ReadPage(answer).text
    assert can_sign_in(app, "sam", NEW)


def test_looking_at_a_link_uses_nothing_up(
    app: Flask, mallory: FlaskClient, link: Callable[..., str]
) -> None:
    address = link()
    for _ in range(3):
        assert "For sam" in ReadPage(app.test_client().get(address, follow_redirects=True)).text
    assert use(mallory, address).status_code == 302


def test_a_link_expires_after_three_days(mallory: FlaskClient, link: Callable[..., str]) -> None:
    address = link()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3, seconds=1)):
        assert use(mallory, address).status_code == 410
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2, hours=23)):
        assert use(mallory, address).status_code == 302


def test_a_newer_link_ends_the_one_before(mallory: FlaskClient, link: Callable[..., str]) -> None:
    first, second = link(), link()
    assert use(mallory, first).status_code == 410
    assert use(mallory, second).status_code == 302


@pytest.mark.parametrize("what", ["disabled", "password changed", "password taken"])
def test_a_link_ends_with_what_makes_it_needless(
    mallory: FlaskClient, link: Callable[..., str], db: Database, what: str
) -> None:
    address = link()
    sam = users.find_user(db, "sam")
    assert sam is not None
    if what == "disabled":
        users.disable_user(db, sam.id, now=datetime.now(UTC))
        users.enable_user(db, sam.id)
    elif what == "password changed":
        users.set_password(db, sam.id, password_hash="x", now=datetime.now(UTC))
    else:
        users.take_password(db, sam.id)
    assert use(mallory, address).status_code == 410


def test_guessed_links_all_look_the_same_and_are_throttled(mallory: FlaskClient) -> None:
    answers = [
        mallory.get(f"/set-password/{guess}", follow_redirects=True) for guess in ("sam", "1", "x" * 43)
    ]
    assert {(answer.status_code, str(ReadPage(answer).soup.select_one("main"))) for answer in answers} == {
        (410, str(ReadPage(answers[0]).soup.select_one("main")))
    }
    statuses = [mallory.get("/set-password").status_code for _ in range(31)]
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("password", "repeated", "words"),
    [("short", "short", "10 to 256"), (NEW, "something else", "not the same"), ("", "", "Enter a new")],
)
def test_a_refused_password_leaves_the_link_good(
    mallory: FlaskClient, link: Callable[..., str], password: str, repeated: str, words: str
) -> None:
    address = link()
    page = ReadPage(use(mallory, address, password, repeated))
    assert page.status == 422
    assert any(words in error for error in page.errors())
    assert use(mallory, address).status_code == 302


def test_two_links_in_one_browser_are_not_mixed_up(
    app: Flask, mallory: FlaskClient, link: Callable[..., str]
) -> None:
    page = ReadPage(mallory.get(link("sam"), follow_redirects=True))
    mallory.get(link("vic"), follow_redirects=True)
    typed = {"token": page.value("token"), "new_password": NEW, "repeated": NEW}
    mallory.post("/set-password", data=typed)
    assert can_sign_in(app, "sam", NEW)
    assert can_sign_in(app, "vic", PASSWORD)


def test_a_link_ends_sessions_and_a_lock_out(
    app: Flask, mallory: FlaskClient, link: Callable[..., str]
) -> None:
    elsewhere = signed_in(app, "sam")
    for _ in range(FAILURES_BEFORE_LOCK):
        can_sign_in(app, "sam", "wrong")
    use(mallory, link())
    assert elsewhere.get("/").status_code == 302
    assert can_sign_in(app, "sam", NEW)


def test_whoever_opens_a_colleagues_link_does_not_go_on_as_themselves(
    ada: FlaskClient, link: Callable[..., str]
) -> None:
    use(ada, link("vic"))
    assert ada.get("/").status_code == 302


def test_a_link_stands_in_no_later_address_log_or_trail(
    mallory: FlaskClient, link: Callable[..., str], db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    address = link()
    token = address.rpartition("/")[2]
    with caplog.at_level(logging.DEBUG):
        opened = mallory.get(address)
        assert opened.location == "/set-password"
        assert opened.headers["Cache-Control"] == "no-store"
        page = ReadPage(mallory.get(opened.location))
        assert not any(token in str(form["action"]) for form in page.soup.select("form"))
        use(mallory, address)
    assert token not in caplog.text
    assert not any(token in str(tuple(row)) for row in db.execute("SELECT * FROM audit").fetchall())
    assert "set own password through a link" in str(db.execute("SELECT action FROM audit").fetchall()[-1][0])
    assert audit.list_about(db, token) == []
