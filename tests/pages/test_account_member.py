import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from tests.conftest import PASSWORD, signed_in
from tests.pages.page import ReadPage
from webapp.store import audit, sessions, users
from webapp.store.connection import transaction
from webapp.store.users import Role, User

Act = Callable[..., TestResponse]


@pytest.fixture
def of(db: Database) -> Callable[[str], User]:
    def find(name: str) -> User:
        user = users.find_user(db, name)
        assert user is not None
        return user

    return find


@pytest.fixture
def act(ada: FlaskClient, of: Callable[[str], User]) -> Act:
    """Ada presses a button on the page of a colleague."""

    def press(name: str, action: str, **fields: str) -> TestResponse:
        return ada.post(f"/account/staff/{of(name).id}/{action}", data=fields)

    return press


def show(client: FlaskClient, user: User, query: str = "") -> ReadPage:
    return ReadPage(client.get(f"/account/staff/{user.id}{query}"))


def test_member_shows_sign_ins_with_what_happened_and_from_where(
    app: Flask, ada: FlaskClient, of: Callable[[str], User]
) -> None:
    browser = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/141.0 Safari/537"}
    for password in ("wrong", PASSWORD):
        app.test_client().post("/sign-in", data={"name": "sam", "password": password}, headers=browser)
    page = show(ada, of("sam"))
    table = page.soup.select("table")[-1].get_text(" ")
    assert table.index("Signed in") < table.index("Wrong password")
    assert "Chrome on Windows" in table
    assert "127.0.0.1" in table


def test_member_shows_sign_ins_page_by_page(app: Flask, ada: FlaskClient, of: Callable[[str], User]) -> None:
    for _ in range(25):
        app.test_client().post("/sign-in", data={"name": "sam", "password": PASSWORD})
    page = show(ada, of("sam"))
    assert len(page.soup.select("table")[-1].select("tbody tr")) == 20
    older = page.soup.select_one("[rel=next]")
    assert older is not None
    rest = ReadPage(ada.get(str(older["href"])))
    assert len(rest.soup.select("table")[-1].select("tbody tr")) == 5


def test_member_is_given_another_role_from_the_next_click(
    act: Act, of: Callable[[str], User], vic: FlaskClient, db: Database
) -> None:
    assert vic.get("/compose/new").status_code == 403
    act("vic", "role", role="sender")
    assert vic.get("/compose/new").status_code == 200
    [entry] = audit.list_about(db, str(of("vic").id))
    assert entry.action == "changed a role"
    assert entry.details == {"name": "vic", "before": {"role": "viewer"}, "after": {"role": "sender"}}


def test_member_with_a_lesser_role_is_signed_out(act: Act, sam: FlaskClient) -> None:
    act("sam", "role", role="viewer")
    answer = sam.post("/compose/new", data={"content": "Dear Mrs Smith", "intent": "check"})
    assert answer.status_code == 401
    assert "Dear Mrs Smith" in answer.text


def test_member_who_is_disabled_is_out_at_once_and_in_again_when_enabled(
    app: Flask, act: Act, sam: FlaskClient
) -> None:
    act("sam", "disable")
    assert sam.get("/").location.startswith("/sign-in")
    assert app.test_client().post("/sign-in", data={"name": "sam", "password": PASSWORD}).status_code == 422
    act("sam", "enable")
    assert app.test_client().post("/sign-in", data={"name": "sam", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("action", ["role", "disable", "link"])
def test_member_page_does_nothing_to_oneself(
    act: Act, ada: FlaskClient, of: Callable[[str], User], action: str
) -> None:
    before = of("ada")
    page = ReadPage(ada.get(act("ada", action, role="viewer", sign_out="y").location))
    assert any("another administrator" in alert for alert in page.alerts())
    assert of("ada") == before
    assert not any(word in str(page.buttons()) for word in ("Disable", "Make a link", "Change the role"))


def test_member_page_never_leaves_nobody_who_can_look_after_the_staff(
    app: Flask, act: Act, of: Callable[[str], User], db: Database
) -> None:
    """Abe is an admin who has never set a password: he does not count."""
    users.add_user(db, name="abe", role=Role.ADMIN, password_hash="", now=datetime.now(UTC))
    client = app.test_client()
    token = sessions.start_session(db, user_id=of("abe").id, now=datetime.now(UTC))
    with client.session_transaction() as session:
        session["_user_id"] = f"{of('abe').id}:{token}"
    for action in ("disable", "role"):
        answer = client.post(f"/account/staff/{of('ada').id}/{action}", data={"role": "viewer"})
        assert any("only administrator" in alert for alert in ReadPage(client.get(answer.location)).alerts())
    assert (of("ada").role, of("ada").disabled_at) == (Role.ADMIN, None)


def test_member_gets_a_link_and_the_old_password_works_until_it_is_used(
    app: Flask, act: Act, sam: FlaskClient
) -> None:
    assert ReadPage(act("sam", "link")).soup.select_one(".one-time")
    assert sam.get("/").status_code == 200
    assert app.test_client().post("/sign-in", data={"name": "sam", "password": PASSWORD}).status_code == 302


def test_member_is_signed_out_with_the_link_if_that_is_wanted(app: Flask, act: Act, sam: FlaskClient) -> None:
    act("sam", "link", sign_out="y")
    assert sam.get("/").status_code == 302
    for password in (PASSWORD, "", "nobody has this password"):
        answer = app.test_client().post("/sign-in", data={"name": "sam", "password": password})
        assert answer.status_code == 422


def test_member_who_is_disabled_gets_no_link(act: Act, db: Database) -> None:
    act("sam", "disable")
    assert act("sam", "link").status_code == 302
    assert db["password_links"].count == 0


def test_member_loses_one_session_and_keeps_the_others(
    app: Flask, ada: FlaskClient, act: Act, of: Callable[[str], User], db: Database
) -> None:
    first, second = signed_in(app, "sam"), signed_in(app, "sam")
    newest = sessions.list_sessions(db, of("sam").id, seen_after=datetime(2026, 1, 1, tzinfo=UTC))[0]
    act("sam", "sessions/end", session=str(newest.id))
    assert [first.get("/").status_code, second.get("/").status_code] == [200, 302]
    act("sam", "sessions/end-all")
    assert first.get("/").status_code == 302
    assert "not signed in anywhere" in show(ada, of("sam")).text


def test_member_keeps_a_session_that_is_said_to_be_somebody_elses(
    act: Act, vic: FlaskClient, of: Callable[[str], User], db: Database
) -> None:
    [session] = sessions.list_sessions(db, of("vic").id, seen_after=datetime(2026, 1, 1, tzinfo=UTC))
    act("sam", "sessions/end", session=str(session.id))
    assert vic.get("/").status_code == 200


@pytest.mark.parametrize("user_id", ["99", "9" * 30])
def test_member_that_never_was_is_not_found(ada: FlaskClient, user_id: str) -> None:
    assert ada.get(f"/account/staff/{user_id}").status_code == 404
    assert ada.post(f"/account/staff/{user_id}/disable").status_code == 404


@pytest.mark.parametrize("session", ["", "x", "-1", "9" * 30])
def test_member_page_takes_made_up_sessions_for_none(act: Act, sam: FlaskClient, session: str) -> None:
    assert act("sam", "sessions/end", session=session).status_code == 302
    assert sam.get("/").status_code == 200


@pytest.mark.parametrize("change", ["disabled", "demoted", "signed out"])
def test_member_is_left_alone_by_an_admin_who_loses_that_role_in_the_same_moment(
    app: Flask, db: Database, of: Callable[[str], User], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """The change is made while Ada's request, which has passed every check, waits to write."""
    ada, waits = signed_in(app, "ada"), threading.Event()
    connect = sqlite3.connect

    def watched(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)
        connection.set_trace_callback(lambda sql: waits.set() if sql == "BEGIN IMMEDIATE" else None)
        return connection

    answers: list[int] = []
    request = threading.Thread(
        target=lambda: answers.append(ada.post(f"/account/staff/{of_sam.id}/disable").status_code)
    )
    of_sam, of_ada = of("sam"), of("ada")
    app.extensions["textdesk"].pool.close_idle()
    with transaction(db):
        monkeypatch.setattr(sqlite3, "connect", watched)
        request.start()
        assert waits.wait(10)
        if change == "disabled":
            users.disable_user(db, of_ada.id, now=datetime.now(UTC))
        elif change == "demoted":
            users.set_role(db, of_ada.id, Role.SENDER)
        else:
            sessions.end_sessions_of(db, of_ada.id)
    request.join()
    assert answers == [401]
    assert of("sam").disabled_at is None
