"""Errors are pages in words, hand back what was typed, and need nothing that may be broken."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import PASSWORD
from tests.pages.conftest import form_data
from tests.pages.page import ReadPage
from webapp.config import Settings
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.store import readings, users
from webapp.store.connection import open_database

TYPED = "Half a morning of work"
SIGN_IN = {"name": "sam", "password": PASSWORD}
GO_ON = "I have signed in: go on"


def test_a_form_posted_after_idling_can_be_sent_on_after_signing_in(app: Flask, sam: FlaskClient) -> None:
    form = open_form(app, sam)
    with idled():
        page = ReadPage(sam.post("/compose/new", data=form))
        assert page.status == 401
        assert TYPED in shown(page)
        sign_in(sam)
        assert TYPED in sam.get(sam.post("/compose/new", data=go_on(page)).location).text


@pytest.mark.parametrize("how", ["password changed", "disabled"])
def test_a_form_of_a_session_that_was_ended_elsewhere_is_handed_back(
    app: Flask, sam: FlaskClient, db: Database, how: str
) -> None:
    form, now = open_form(app, sam), datetime.now(UTC)
    user = users.find_user(db, "sam")
    assert user is not None
    if how == "disabled":
        users.disable_user(db, user.id, now=now)
    else:
        users.set_password(db, user.id, password_hash=user.password_hash, now=now)
    page = ReadPage(sam.post("/compose/new", data=form))
    assert (page.status, TYPED in shown(page), GO_ON in page.buttons()) == (401, True, True)


@pytest.mark.parametrize("how", ["signed out in another tab", "browser restarted", "someone else signed in"])
def test_a_form_whose_token_is_gone_can_be_copied_but_not_sent_on(
    app: Flask, sam: FlaskClient, how: str
) -> None:
    form = open_form(app, sam)
    if how == "browser restarted":
        sam.delete_cookie("textdesk")
    else:
        sam.post("/sign-out", data={"csrf_token": form["csrf_token"]})
    if how == "someone else signed in":
        sign_in(sam, "ada")
    page = ReadPage(sam.post("/compose/new", data=form))
    assert page.status == 400
    assert TYPED in shown(page)
    assert GO_ON not in page.buttons()
    assert page.soup.select_one('main a[href="/compose/new"][target=_blank]')


def test_what_confirms_is_looked_at_again_never_sent_on(
    app: Flask, sam: FlaskClient, check_url: Callable[..., str]
) -> None:
    url = check_url()
    app.config["WTF_CSRF_ENABLED"] = True
    token = ReadPage(sam.get(url)).value("csrf_token")
    with idled():
        page = ReadPage(sam.post(url.replace("/check", "/confirm"), data={"version": 1, "csrf_token": token}))
        assert page.status == 401
        assert GO_ON not in page.buttons()
        link = page.soup.select_one("main .form-actions a")
        assert link is not None
        sign_in(sam)
        assert sam.get(str(link["href"]), follow_redirects=True).request.path == url


def test_a_password_is_never_handed_back(app: Flask, sam: FlaskClient, mallory: FlaskClient) -> None:
    typed = {"current_password": PASSWORD, "new_password": "another good password"}
    with idled():
        assert PASSWORD not in sam.post("/account/you/password", data=typed).text
    assert PASSWORD not in mallory.post("/account/you/password", data=typed).text
    app.config["WTF_CSRF_ENABLED"] = True
    page = ReadPage(mallory.post("/sign-in", data={"name": "a name or a password", "password": PASSWORD}))
    assert page.status == 400
    assert not shown(page)
    assert page.soup.select_one('main a[href="/sign-in"]')


def test_a_form_from_another_site_is_never_offered_to_be_sent(app: Flask, sam: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    page = ReadPage(sam.post("/compose/new", data=form_data(csrf_token="made up")))
    assert page.status == 400
    assert page.soup.select("main form") == []


@pytest.mark.parametrize("damage", ["gone", "folder gone", "not a database", "empty"])
def test_without_the_record_a_page_says_so_in_words(
    sam: FlaskClient, settings: Settings, damage: str
) -> None:
    spoil(settings, damage)
    for url in ("/", "/messages", "/compose/new", "/no-such-page"):
        response = sam.get(url)
        page = ReadPage(response)
        assert page.status == 404 if url == "/no-such-page" else page.status in (500, 503)
        assert page.alerts()
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert sam.get("/sign-in").status_code in (200, 500, 503)


def test_a_record_that_vanished_does_not_come_back_empty(sam: FlaskClient, settings: Settings) -> None:
    spoil(settings, "gone")
    page = ReadPage(sam.get("/"))
    assert page.status == 503
    assert "cannot get at its record" in page.text
    assert not settings.database.exists()


def test_what_was_typed_survives_a_record_that_cannot_be_read(sam: FlaskClient, settings: Settings) -> None:
    spoil(settings, "not a database")
    page = ReadPage(sam.post("/compose/new", data=form_data(content=TYPED)))
    assert page.status == 503
    assert TYPED in shown(page)


def test_whoever_is_signed_out_is_led_to_signing_in_not_to_a_menu(
    mallory: FlaskClient, vic: FlaskClient
) -> None:
    for url in ("/nowhere", "/sign-out"):
        page = ReadPage(mallory.get(url))
        assert page.status in (404, 405)
        assert (page.buttons(), "menu" in page.text) == (["Sign in"], False)
    assert "Use the menu" in ReadPage(vic.get("/nowhere")).text


def test_a_forbidden_page_says_which_role_is_in_the_way(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/compose/new"))
    assert (page.status, "Your role, viewer, does not allow it" in page.text) == (403, True)
    assert "Reference" not in page.text


def test_too_many_guesses_are_said_to_be_wrong_passwords(mallory: FlaskClient) -> None:
    for _ in range(31):
        page = ReadPage(mallory.post("/sign-in", data={"name": "nobody", "password": "wrong"}))
    assert page.status == 429
    assert "Too many wrong passwords" in page.text
    assert page.soup.select_one('main a[href="/sign-in"]')


def test_a_fault_says_nothing_of_texts_being_sent_where_none_could_be(sam: FlaskClient, db: Database) -> None:
    # What stands around every page is broken here, too.
    db.execute("UPDATE heartbeats SET at = '2026-11-30 08:00:00'")
    if not db["heartbeats"].count:
        db.execute("INSERT INTO heartbeats (name, at) VALUES (?, '2026-11-30 08:00:00')", [readings.WORKER])
    looking = ReadPage(sam.get("/"))
    assert (looking.status, "Nothing was sent or charged" in looking.text) == (500, True)
    assert "Reference" in looking.text
    sending = ReadPage(sam.post("/compose/new", data=form_data(content="")))
    assert (sending.status, "is looked up" in sending.text) == (500, True)
    assert sending.soup.select_one('main a[href="/messages"]')


def test_the_providers_silence_is_told_in_parts(sam: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="search_messages", times=None))
    page = ReadPage(sam.post("/messages/provider", data={"limit": "100"}))
    title = page.soup.select_one("#error_alert .alert-title")
    assert title is not None
    assert title.get_text() == "The SMS Works has a fault at its end: “Internal server error”."
    assert "Nothing was sent or charged." in page.text


def test_a_poll_that_fails_leaves_the_alerts_of_its_page_alone(sam: FlaskClient, settings: Settings) -> None:
    spoil(settings, "gone")
    poll = sam.get("/?version=x", headers={"HX-Request": "true"})
    assert poll.status_code == 503
    assert "HX-Retarget" not in poll.headers
    typing = sam.post("/compose/new", data=form_data(intent="preview"), headers={"HX-Request": "true"})
    assert typing.headers["HX-Retarget"] == "#alerts"


@pytest.mark.parametrize("damage", ["gone", "folder gone", "not a database", "empty"])
def test_a_monitor_is_told_that_the_record_is_broken(
    mallory: FlaskClient, settings: Settings, damage: str
) -> None:
    spoil(settings, damage)
    answer = mallory.get("/healthz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["database"] != "writable"


def test_a_monitor_does_not_wait_for_a_lock(mallory: FlaskClient, db: Database) -> None:
    db.execute("BEGIN IMMEDIATE")
    started = datetime.now(UTC)
    answer = mallory.get("/healthz")
    db.conn.rollback()
    assert datetime.now(UTC) - started < timedelta(seconds=5)
    assert (answer.status_code, answer.json and answer.json["database"]) == (503, "database is locked")


def test_a_monitor_does_not_read_the_providers_words(mallory: FlaskClient, db: Database) -> None:
    readings.record_heartbeat(db, readings.PROVIDER, now=datetime.now(UTC), detail="447400123456 owes")
    answer = mallory.get("/healthz")
    assert answer.json is not None
    assert answer.json["provider"] == "trouble"


def open_form(app: Flask, client: FlaskClient) -> dict[str, object]:
    """What is posted from a Compose page that was opened now."""
    app.config["WTF_CSRF_ENABLED"] = True
    token = ReadPage(client.get("/compose/new")).value("csrf_token")
    return form_data(content=TYPED, csrf_token=token)


@contextmanager
def idled() -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        yield


def sign_in(client: FlaskClient, name: str = "sam") -> None:
    token = ReadPage(client.get("/sign-in")).value("csrf_token")
    answer = client.post("/sign-in", data={**SIGN_IN, "name": name, "csrf_token": token})
    assert answer.status_code == 302


def shown(page: ReadPage) -> list[str]:
    """What stands under "What you typed"."""
    return [each.get_text().removeprefix("\n") for each in page.soup.select("main textarea[readonly]")]


def go_on(page: ReadPage) -> dict[str, str]:
    assert GO_ON in page.buttons()
    return {str(each["name"]): str(each["value"]) for each in page.soup.select("main form [type=hidden]")}


def spoil(settings: Settings, damage: str) -> None:
    for suffix in ("", "-wal", "-shm"):
        settings.database.with_name(settings.database.name + suffix).unlink(missing_ok=True)
    if damage == "folder gone":
        shutil.rmtree(settings.database.parent)
    elif damage == "not a database":
        settings.database.write_bytes(b"not a database" * 1000)
    elif damage == "empty":
        open_database(settings.database, create=True).close()
