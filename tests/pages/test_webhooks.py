"""What the provider posts: stored once, or refused with the right status, never a fault."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from tests.conftest import Clock
from tests.pages.conftest import form_data, say_yes
from tests.pages.inbox import NUMBER, Receive, conversation_of
from tests.pages.page import ReadPage
from webapp.config import Settings, SettingsError, read_settings
from webapp.sandbox import REPLY_NUMBER, Sandbox
from webapp.services.sync_inbox import sync_inbox
from webapp.smsworks.client import SmsWorks
from webapp.store import calls, message_events, messages, optouts, readings
from webapp.store.connection import rows
from webapp.web.context import Desk

SECRET = "a-secret_for_webhooks_1"
INBOUND = f"/webhooks/inbound/{SECRET}"
DELIVERY = f"/webhooks/delivery/{SECRET}"
PUBLIC_URL = "http://127.0.0.1:9"
Post = Callable[..., TestResponse]


@pytest.fixture
def post(app: Flask, settings: Settings, provider: SmsWorks, mallory: FlaskClient) -> Post:
    """Post a body as the provider does."""
    changed = replace(settings, webhook_secret=SECRET, public_url=PUBLIC_URL)
    app.extensions["textdesk"] = Desk(changed, provider)

    def post(url: str, body: object, **more: object) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return mallory.post(url, data=data, content_type="application/json;charset=UTF-8", **more)

    return post


def inbound_body(**more: object) -> dict[str, object]:
    usual = {
        "messagetype": "incoming",
        "messageid": "77",
        "content": "Yes",
        "from": NUMBER,
        "to": REPLY_NUMBER,
    }
    return {**usual, **more}


def contents(db: Database) -> list[str]:
    found = rows(db, "SELECT content FROM inbound JOIN messages ON messages.id = message_row_id ORDER BY 1")
    return [each["content"] for each in found]


def test_webhooks_a_text_that_comes_in_is_stored_once(post: Post, db: Database) -> None:
    for _ in range(3):
        assert post(INBOUND, inbound_body()).status_code == 200
    assert contents(db) == ["Yes"]
    assert conversation_of(db).reply_number == REPLY_NUMBER


@pytest.mark.parametrize(
    "body",
    [
        {"id": "77", "message": "Yes", "source": NUMBER, "destination": REPLY_NUMBER},
        {"messageid": 77, "content": "Yes", "sender": int(NUMBER), "to": int(REPLY_NUMBER)},
        [inbound_body()],
        {"messages": [inbound_body()]},
        inbound_body(messagetype="INCOMING", unknown={"a": [1]}),
    ],
)
def test_webhooks_take_every_form_a_text_may_come_in(post: Post, db: Database, body: object) -> None:
    assert post(INBOUND, body).status_code == 200
    assert contents(db) == ["Yes"]
    assert conversation_of(db).number == NUMBER


def test_webhooks_a_text_that_is_also_fetched_is_there_once_and_gets_its_time(
    post: Post, receive: Receive, sandbox: Sandbox, provider: SmsWorks, db: Database, clock: Clock
) -> None:
    clock.advance(-7200)
    message_id = sandbox.inject_inbound(sender=NUMBER, content="Hello", keyword="FLU")
    post(INBOUND, inbound_body(messageid=message_id, content="Hello"))
    posted_at = conversation_of(db).last_at
    sync_inbox(db, provider, every=timedelta(), lease_seconds=30)
    assert contents(db) == ["Hello"]
    assert posted_at - conversation_of(db).last_at > timedelta(hours=1)
    assert [each["keyword"] for each in rows(db, "SELECT keyword FROM inbound")] == ["FLU"]


def test_webhooks_the_same_id_with_other_words_keeps_the_first(post: Post, db: Database) -> None:
    post(INBOUND, inbound_body())
    post(INBOUND, inbound_body(content="No"))
    assert contents(db) == ["Yes"]
    assert len(rows(db, "SELECT * FROM inbound_differences")) == 1


def test_webhooks_stop_opts_out(post: Post, db: Database) -> None:
    post(INBOUND, inbound_body(content="stop"))
    assert optouts.is_opted_out(db, NUMBER)


@pytest.mark.parametrize(
    "content", ["", None, "x" * 10_000, "👍🏽", "שלום", "<b>", "\ud83d", "\x00", 12, ["a"], {"a": 1}]
)
def test_webhooks_store_whatever_a_text_holds(
    post: Post, db: Database, vic: FlaskClient, content: object
) -> None:
    assert post(INBOUND, inbound_body(content=content)).status_code == 200
    assert len(contents(db)) == 1
    assert ReadPage(vic.get("/inbox")).status == 200
    assert ReadPage(vic.get(f"/inbox/{conversation_of(db).id}")).status == 200


@pytest.mark.parametrize(
    "sender", ["Bank", "", None, 60777, "+44 (0)7400 123456", "x" * 300, True, [1], {"a": "b"}]
)
def test_webhooks_store_whoever_texts(post: Post, db: Database, vic: FlaskClient, sender: object) -> None:
    assert post(INBOUND, inbound_body(**{"from": sender})).status_code == 200
    assert len(contents(db)) == 1
    assert ReadPage(vic.get("/inbox")).status == 200


def test_webhooks_without_an_id_the_same_text_is_stored_once(post: Post, db: Database) -> None:
    body = inbound_body()
    del body["messageid"]
    post(INBOUND, body)
    post(INBOUND, body)
    assert contents(db) == ["Yes"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[1, 2]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": 1}',
        b"true",
        b'"text"',
        b"9" * 5000,
    ],
)
@pytest.mark.parametrize("url", [INBOUND, DELIVERY])
def test_webhooks_what_cannot_be_used_is_refused(post: Post, db: Database, url: str, body: bytes) -> None:
    assert post(url, body).status_code == 400
    assert contents(db) == []


@pytest.mark.parametrize("kind", ["inbound", "delivery"])
@pytest.mark.parametrize("secret", ["wrong", SECRET.upper(), SECRET[:-1], "ü", "%00", " "])
def test_webhooks_a_wrong_secret_is_not_found(post: Post, db: Database, kind: str, secret: str) -> None:
    assert post(f"/webhooks/{kind}/{secret}", inbound_body()).status_code == 404
    assert contents(db) == []


def test_webhooks_without_a_secret_of_ours_nobody_is_let_in(mallory: FlaskClient) -> None:
    assert mallory.post("/webhooks/inbound/x", json=inbound_body()).status_code == 404
    assert mallory.post("/webhooks/inbound/", json=inbound_body()).status_code == 404


def test_webhooks_guessing_is_slowed_down(post: Post) -> None:
    statuses = {post("/webhooks/inbound/guess", inbound_body()).status_code for _ in range(70)}
    assert statuses == {404, 429}


def test_webhooks_what_is_right_is_never_slowed_down(post: Post, db: Database) -> None:
    assert {post(INBOUND, inbound_body(messageid=str(n))).status_code for n in range(70)} == {200}


def test_webhooks_a_compressed_body_is_refused_unread(post: Post, db: Database) -> None:
    bomb = gzip.compress(b" " * 5_000_000)
    assert post(INBOUND, bomb, headers={"Content-Encoding": "gzip"}).status_code == 415
    assert post(INBOUND, gzip.compress(b"{}")).status_code == 400


def test_webhooks_more_than_a_megabyte_is_refused(post: Post, db: Database) -> None:
    assert post(INBOUND, inbound_body(content="x" * 1_000_001)).status_code == 413
    assert contents(db) == []


def test_webhooks_are_posted_to_and_not_opened(post: Post, mallory: FlaskClient) -> None:
    assert mallory.get(INBOUND).status_code == 405


def test_webhooks_a_report_updates_the_text_and_is_taken_once(
    post: Post, sam: FlaskClient, db: Database
) -> None:
    say_yes(sam, sam.post("/compose/new", data=form_data()).location)
    [call] = calls.list_recent(db, limit=1)
    report = {"messageid": call.message_id, "status": "DELIVERED", "destination": int(NUMBER)}
    for _ in range(3):
        assert post(DELIVERY, [report]).status_code == 200
    message = messages.find_by_call(db, call.id)
    assert message is not None
    assert message.report.status == "DELIVERED"
    assert [change.status for change in message_events.list_changes(db, message.id)] == ["SENT", "DELIVERED"]


def test_webhooks_a_report_cannot_change_who_or_what_it_was(
    post: Post, sam: FlaskClient, db: Database
) -> None:
    say_yes(sam, sam.post("/compose/new", data=form_data()).location)
    [call] = calls.list_recent(db, limit=1)
    forged = {
        "sender": "Bank",
        "destination": "447400123499",
        "content": "Pay here",
        "created": "2001-01-01T00:00:00Z",
    }
    post(DELIVERY, {"messageid": call.message_id, "status": "UNDELIVERABLE", **forged})
    message = messages.find_by_call(db, call.id)
    assert message is not None
    report = message.report
    assert (report.status, report.sender, report.destination) == ("UNDELIVERABLE", "ElmStreet", NUMBER)
    assert report.content == "Your appointment is on Tuesday."


def test_webhooks_an_earlier_status_that_comes_late_changes_nothing(
    post: Post, sam: FlaskClient, db: Database
) -> None:
    say_yes(sam, sam.post("/compose/new", data=form_data()).location)
    [call] = calls.list_recent(db, limit=1)
    post(DELIVERY, {"messageid": call.message_id, "status": "DELIVERED"})
    post(DELIVERY, {"messageid": call.message_id, "status": "SENT"})
    message = messages.find_by_call(db, call.id)
    assert message is not None
    assert message.report.status == "DELIVERED"


def test_webhooks_a_report_about_an_unknown_text_is_kept(post: Post, db: Database) -> None:
    report = {
        "messageid": "4711",
        "status": "DELIVERED",
        "destination": 447400123457,
        "sender": "Else",
        "content": "Hi",
    }
    assert post(DELIVERY, report).status_code == 200
    message = messages.find_message(db, "4711")
    assert message is not None
    assert (message.report.destination, message.outbox_id) == ("447400123457", None)


def test_webhooks_a_report_that_is_faster_than_the_receipt_is_joined_to_its_text(
    post: Post, sam: FlaskClient, sandbox: Sandbox, db: Database
) -> None:
    next_id = str(int(sandbox.inject_inbound(sender=NUMBER, content="x")) + 1)
    post(DELIVERY, {"messageid": next_id, "status": "DELIVERED"})
    say_yes(sam, sam.post("/compose/new", data=form_data()).location)
    [call] = calls.list_recent(db, limit=1)
    assert call.message_id == next_id
    message = messages.find_by_call(db, call.id)
    assert message is not None
    assert message.report.status == "DELIVERED"


def test_webhooks_a_report_cannot_turn_a_reply_into_something_sent(
    post: Post, receive: Receive, db: Database
) -> None:
    receive()
    [known] = rows(db, "SELECT message_id FROM messages")
    assert post(DELIVERY, {"messageid": known["message_id"], "status": "DELIVERED"}).status_code == 200
    assert [each["status"] for each in rows(db, "SELECT status FROM messages")] == ["INCOMING"]


@pytest.mark.parametrize("status", ["", None, "EXPLODED", 5, ["SENT"], "x" * 10_000])
def test_webhooks_a_status_nobody_knows_is_no_fault(post: Post, db: Database, status: object) -> None:
    assert post(DELIVERY, {"messageid": "4712", "status": status}).status_code == 200


def test_webhooks_texts_ask_for_their_reports_and_the_secret_is_not_stored(
    post: Post, sam: FlaskClient, sandbox: Sandbox, db: Database
) -> None:
    say_yes(sam, sam.post("/compose/new", data=form_data()).location)
    wanted = f"{PUBLIC_URL}{DELIVERY}"
    with sandbox.store.reading() as log:
        [row] = log.execute("SELECT * FROM messages").fetchall()
    assert wanted in str(tuple(row))
    [stored] = rows(db, "SELECT payload FROM outbox")
    assert SECRET not in stored["payload"]


def test_webhooks_without_an_address_of_ours_no_report_is_asked_for(
    sam: FlaskClient, sandbox: Sandbox
) -> None:
    say_yes(sam, sam.post("/compose/new", data=form_data()).location)
    with sandbox.store.reading() as log:
        [row] = log.execute("SELECT * FROM messages").fetchall()
    assert "webhooks" not in str(tuple(row))


def test_webhooks_account_shows_admins_the_addresses_and_when_something_came(
    post: Post, ada: FlaskClient, sam: FlaskClient, db: Database
) -> None:
    assert "None has come yet" in ReadPage(ada.get("/account/connection")).text
    post(INBOUND, inbound_body())
    page = ReadPage(ada.get("/account/connection"))
    assert f"{PUBLIC_URL}{INBOUND}" in page.text
    assert "Last came" in page.text
    assert SECRET not in sam.get("/account/connection").text
    assert readings.last_heartbeat(db, readings.INBOUND_WEBHOOK) is not None


@pytest.mark.parametrize("secret", ["short", "with a space in it, long", "slash/slash/slash/slash", "ü" * 30])
def test_webhooks_a_secret_that_cannot_stand_in_an_address_is_named_and_not_repeated(secret: str) -> None:
    environment = {"TEXTDESK_SECRET_KEY": "k" * 48, "TEXTDESK_WEBHOOK_SECRET": secret}
    with pytest.raises(SettingsError, match="TEXTDESK_WEBHOOK_SECRET") as caught:
        read_settings(environment)
    assert secret not in str(caught.value)
