from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import PASSWORD, signed_in
from tests.pages.page import ReadPage
from webapp.store import audit, users
from webapp.store.users import Role


def test_staff_lists_who_may_sign_in(app: Flask, ada: FlaskClient) -> None:
    app.test_client().post("/sign-in", data={"name": "sam", "password": PASSWORD})
    shown = ReadPage(ada.get("/account/staff")).soup.select("tbody tr")
    rows = {row.select("a")[0].get_text(): row.get_text(" ") for row in shown}
    assert list(rows) == ["ada", "sam", "vic"]
    assert "Sender" in rows["sam"]
    assert "Never" in rows["vic"]
    assert "Never" not in rows["sam"]


def test_staff_is_a_tab_for_admins_only(ada: FlaskClient, sam: FlaskClient) -> None:
    current = ReadPage(ada.get("/account/staff")).soup.select(".tabs [aria-current]")
    assert [tab.get_text() for tab in current] == ["Staff"]
    assert "Staff" not in [tab.get_text() for tab in ReadPage(sam.get("/account")).soup.select(".tabs a")]
    assert sam.get("/account/staff").status_code == 403


def test_staff_who_is_added_gets_a_link_and_no_password(ada: FlaskClient, db: Database) -> None:
    page = ReadPage(ada.post("/account/staff", data={"name": "Sue", "role": "sender"}))
    assert page.status == 200
    assert link_on(page).startswith("http://localhost/set-password/")
    sue = users.find_user(db, "sue")
    assert sue is not None
    assert (sue.role, sue.has_password) == (Role.SENDER, False)
    assert "Has a link" in ReadPage(ada.get("/account/staff")).text


def test_staff_records_who_added_whom_and_never_the_link(ada: FlaskClient, db: Database) -> None:
    page = ReadPage(ada.post("/account/staff", data={"name": "Sue", "role": "admin"}))
    token = link_on(page).rpartition("/")[2]
    sue = users.find_user(db, "Sue")
    assert sue is not None
    [entry] = audit.list_about(db, str(sue.id))
    assert (entry.user_name, entry.action, entry.details) == (
        "ada",
        "added a member of staff",
        {"name": "Sue", "role": "admin"},
    )
    tables = ("audit", "password_links", "users")
    assert not any(token in str(list(db[table].rows)) for table in tables)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "SAM", "role": "viewer"}, "has this name already"),
        ({"name": " ", "role": "viewer"}, "Enter the name"),
        ({"name": "n" * 101, "role": "viewer"}, "100 characters"),
        ({"name": "a\x00b", "role": "viewer"}, "cannot be used"),
        ({"name": "Sue", "role": "owner"}, "one of those on the list"),
    ],
)
def test_staff_refuses_beside_the_field(
    ada: FlaskClient, db: Database, typed: dict[str, str], words: str
) -> None:
    page = ReadPage(ada.post("/account/staff", data=typed))
    assert page.status == 422
    assert any(words in error for error in page.errors())
    assert len(users.list_users(db)) == 3


def test_staff_goes_on_over_pages_by_name(ada: FlaskClient, db: Database) -> None:
    for number in range(60):
        users.add_user(db, name=f"p{number:02}", role=Role.VIEWER, password_hash="x", now=datetime.now(UTC))
    names: list[str] = []
    url = "/account/staff"
    while url:
        page = ReadPage(ada.get(url))
        names += [link.get_text() for link in page.soup.select("tbody .row-link")]
        link = page.soup.select_one("[rel=next]")
        url = str(link["href"]) if link else ""
    assert names == ["ada", *[f"p{number:02}" for number in range(60)], "sam", "vic"]


@pytest.mark.parametrize("after", ["-1", "0", "x", "9" * 30])
def test_staff_shows_the_beginning_for_a_made_up_place(ada: FlaskClient, after: str) -> None:
    assert "ada" in ReadPage(ada.get(f"/account/staff?after={after}")).text


def test_staff_asks_once_however_many_there_are(ada: FlaskClient, db: Database, queries: list[str]) -> None:
    for number in range(40):
        users.add_user(db, name=f"p{number:02}", role=Role.VIEWER, password_hash="x", now=datetime.now(UTC))
    queries.clear()
    ada.get("/account/staff")
    assert len([query for query in queries if "last_signed_in_at" in query]) == 1
    assert len(queries) < 20


def test_staff_is_refused_to_an_admin_who_was_made_a_sender_meanwhile(app: Flask, db: Database) -> None:
    add = signed_in(app, "ada")
    ada = users.find_user(db, "ada")
    assert ada is not None
    users.add_user(db, name="abe", role=Role.ADMIN, password_hash="x", now=datetime.now(UTC))
    users.set_role(db, ada.id, Role.SENDER)
    assert add.post("/account/staff", data={"name": "Sue", "role": "admin"}).status_code == 401
    assert users.find_user(db, "Sue") is None


def link_on(page: ReadPage) -> str:
    [link] = page.soup.select(".one-time")
    return link.get_text()
