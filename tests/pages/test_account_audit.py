import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import PASSWORD, signed_in
from tests.pages.conftest import Compose, form_data, say_yes
from tests.pages.page import ReadPage
from webapp.store import audit
from webapp.store.audit import AuditFilter
from webapp.store.audit_chain import verify


def trail(db: Database, **wanted: str) -> list[str]:
    """What was done, the latest first."""
    return [entry.action for entry in audit.list_entries(db, AuditFilter(**wanted), limit=100)]


def fill(db: Database, count: int) -> None:
    for number in range(count):
        at = datetime(2026, 11, 1, 9, 0, tzinfo=UTC) + timedelta(minutes=number)
        audit.record(db, now=at, user_id=1, user_name="ada", action="signed in", details={"number": number})


def rows_of(page: ReadPage) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.soup.select("tbody tr")]


def test_an_admin_reads_who_did_what_to_what(ada: FlaskClient, compose: Compose, sam: FlaskClient) -> None:
    say_yes(sam, compose().location)
    page = ReadPage(ada.get("/account/audit"))
    confirmed, composed = rows_of(page)[:2]
    assert "Confirmed a text sam Text all about it Recipients: 1" in confirmed
    assert composed.startswith("Composed a text sam Text all about it")
    link = page.soup.select_one("tbody a")
    assert link is not None
    assert "Your appointment is on Tuesday." in ada.get(str(link["href"]), follow_redirects=True).text


def test_only_admins_are_offered_it(ada: FlaskClient, sam: FlaskClient) -> None:
    assert "Audit trail" in ReadPage(ada.get("/account")).text
    assert "Audit trail" not in ReadPage(sam.get("/account")).text
    assert sam.get("/account/audit").status_code == 403


def test_a_change_of_settings_shows_before_and_after(ada: FlaskClient, db: Database) -> None:
    details = {"before": {"low_credits": "50", "quiet_from": None}, "after": {"low_credits": "20"}}
    audit.record(
        db,
        now=datetime.now(UTC),
        user_id=1,
        user_name="ada",
        action="changed the rules",
        details={**details, "is_urgent": True},
    )
    row = rows_of(ReadPage(ada.get("/account/audit")))[0]
    assert "Low credits: 50 → became 20" in row
    assert "Is urgent: yes" in row
    assert "Quiet from" not in row


def test_what_textdesk_does_by_itself_says_so(ada: FlaskClient, receive: Callable[..., object]) -> None:
    receive("STOP")
    row = rows_of(ReadPage(ada.get("/account/audit")))[0]
    assert "Opted a texter out Textdesk, by itself Conversation" in row


def test_the_trail_is_paged_both_ways(ada: FlaskClient, db: Database) -> None:
    fill(db, 120)
    first = ReadPage(ada.get("/account/audit"))
    assert len(rows_of(first)) == 50
    assert "Newer" not in first.buttons()
    second = ReadPage(ada.get(_link(first, "next")))
    third = ReadPage(ada.get(_link(second, "next")))
    assert len(rows_of(third)) == 20
    assert "Older" not in third.buttons()
    assert rows_of(ReadPage(ada.get(_link(third, "prev")))) == rows_of(second)
    assert rows_of(ReadPage(ada.get(_link(second, "prev")))) == rows_of(first)


def _link(page: ReadPage, rel: str) -> str:
    link = page.soup.select_one(f'a[rel="{rel}"]')
    assert link is not None
    return str(link["href"])


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ("person=ada", 3),
        ("person=sam", 1),
        ("person=nobody", 0),
        ("action=signed+in", 3),
        ("subject=thing-1", 1),
        ("since=2026-11-02", 1),
        ("until=2026-11-01", 3),
        ("since=2026-11-01&until=2026-11-01&person=ada", 3),
    ],
)
def test_filters_stand_in_the_address(ada: FlaskClient, db: Database, arguments: str, count: int) -> None:
    fill(db, 3)
    at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    audit.record(db, now=at, user_id=2, user_name="sam", action="paused a batch", subject="thing-1")
    assert len(rows_of(ReadPage(ada.get(f"/account/audit?{arguments}")))) == count


def test_days_the_wrong_way_round_are_named_beside_their_field(ada: FlaskClient) -> None:
    page = ReadPage(ada.get("/account/audit?since=2026-11-02&until=2026-11-01"))
    assert page.status == 422
    assert any("before the first" in error for error in page.errors())


@pytest.mark.parametrize("place", ["before=x", "after=-1", "before=99999999999999999-1", "after=1-1-1"])
def test_a_place_nobody_wrote_is_the_first_page(ada: FlaskClient, db: Database, place: str) -> None:
    fill(db, 1)
    assert ada.get(f"/account/audit?{place}").status_code == 200


def test_the_file_holds_what_is_filtered_and_is_audited_itself(ada: FlaskClient, db: Database) -> None:
    fill(db, 1001)
    response = ada.post("/account/audit/export?person=ada&until=2026-11-01")
    lines = list(csv.reader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    assert len(lines) == 1 + 14 * 60 + 60
    assert lines[1][3:5] == ["ada", "Signed in"]
    assert lines[-1][8] == "Number: 0"
    assert len(lines[1][9]) == 64
    row = rows_of(ReadPage(ada.get("/account/audit")))[0]
    assert "Exported the audit trail ada Filtered by: person ada, until 2026-11-01" in row


def test_the_page_shows_the_hash_to_note(ada: FlaskClient, db: Database) -> None:
    fill(db, 2)
    assert verify(db).head.hash in ReadPage(ada.get("/account/audit")).text


def test_signing_in_and_out_stands_in_the_trail(app: Flask, db: Database) -> None:
    client = app.test_client()
    client.post("/sign-in", data={"name": "sam", "password": PASSWORD})
    client.post("/sign-out")
    assert trail(db) == ["signed out", "signed in"]


def test_the_steps_of_a_text_stand_in_the_trail(app: Flask, db: Database, compose: Compose) -> None:
    sam = signed_in(app, "sam")
    sam.post("/account/you/mobile", data={"mobile": "07400 123400"})
    check = compose().location
    draft_id = check.split("/")[2]
    assert sam.post(check.replace("check", "edit"), data=form_data(content="On Friday")).status_code == 302
    sam.post(check.replace("check", "copy"))
    sam.post(check.replace("check", "discard"))
    assert trail(db, subject=draft_id) == [
        "discarded a text",
        "sent themselves a copy",
        "changed a text",
        "composed a text",
    ]


def test_what_was_not_confirmed_is_not_said_to_be(sam: FlaskClient, compose: Compose, db: Database) -> None:
    check = compose().location
    sam.post(check.replace("check", "confirm"), data={"version": "7", "credits": "1"})
    assert trail(db) == ["composed a text"]
