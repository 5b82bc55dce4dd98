"""Account, Sending rules: who reads and changes them, and what they keep from being sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import signed_in
from tests.faults.scene import LONDON
from tests.pages.batch_steps import a_checked_list, confirm, shown_on
from tests.pages.conftest import form_data, say_yes
from tests.pages.page import ReadPage
from webapp.sandbox import Sandbox
from webapp.store import audit, users
from webapp.store.audit import AuditFilter
from webapp.store.batches import BatchState, list_in_state
from webapp.store.connection import time_text
from webapp.store.organisation import change_organisation, read_organisation

RULES = {"low_credits": "50", "daily_credits": ""}


@pytest.fixture
def two_a_day(db: Database) -> None:
    change_organisation(db, {"daily_credits": Decimal(2)}, changed_by="Ada", now=datetime.now(UTC))


def test_account_rules_an_admin_changes_them_and_all_may_read_them(
    ada: FlaskClient, vic: FlaskClient, db: Database
) -> None:
    form = {"low_credits": "20", "daily_credits": "1e2"}
    page = ReadPage(ada.post("/account/rules", data=form, follow_redirects=True))

    assert "The rules were saved" in page.text
    read = ReadPage(vic.get("/account/rules"))
    assert "fewer than 20 credits" in read.text
    assert "may send for 100 credits a day" in read.text
    assert read.soup.select("main form") == []
    entry = audit.list_entries(db, AuditFilter(), limit=1)[0]
    others = {"quiet_from": None, "quiet_until": None, "approval_above": None}
    assert entry.details["before"] == {"low_credits": "50", "daily_credits": None, **others}
    assert entry.details["after"] == {"low_credits": "20", "daily_credits": "100", **others}


def test_account_rules_others_may_not_change_them(sam: FlaskClient, db: Database) -> None:
    assert sam.post("/account/rules", data=RULES).status_code == 403
    assert read_organisation(db).daily_credits is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"low_credits": ""},
        {"low_credits": "-1"},
        {"low_credits": "few"},
        {"low_credits": " "},
        {"low_credits": "NaN"},
        {"daily_credits": "Infinity"},
        {"daily_credits": "0"},
        {"daily_credits": "many"},
        {"daily_credits": "1.2"},
        {"approval_above": "9"},
        {"approval_above": "100001"},
        {"approval_above": "many"},
    ],
)
def test_account_rules_nonsense_is_refused_beside_its_field(
    ada: FlaskClient, db: Database, wrong: dict[str, str]
) -> None:
    response = ada.post("/account/rules", data={**RULES, **wrong})

    assert response.status_code == 422
    (field,) = wrong
    assert ReadPage(response).soup.select_one(f"#{field}[aria-invalid=true]")
    assert read_organisation(db).low_credits == 50


def test_account_rules_large_batches_are_to_be_approved(
    ada: FlaskClient, vic: FlaskClient, db: Database
) -> None:
    ada.post("/account/rules", data={**RULES, "approval_above": "50"})

    assert "more than 50 people wait" in ReadPage(vic.get("/account/rules")).text
    assert read_organisation(db).approval_above == 50


def test_account_rules_nobody_waits_for_approval_where_nobody_could_give_it(
    ada: FlaskClient, db: Database
) -> None:
    sam = users.find_user(db, "sam")
    assert sam is not None
    users.set_role(db, sam.id, users.Role.VIEWER)
    response = ada.post("/account/rules", data={**RULES, "approval_above": "50"})

    assert response.status_code == 422
    assert "nobody could approve" in ReadPage(response).text
    assert read_organisation(db).approval_above is None


def test_account_rules_empty_is_no_limit(ada: FlaskClient, two_a_day: None, db: Database) -> None:
    ada.post("/account/rules", data=RULES)

    assert read_organisation(db).daily_credits is None


def test_account_rules_a_text_over_the_limit_is_refused_and_kept(
    sam: FlaskClient, two_a_day: None, check_url: Callable[..., str], sandbox: Sandbox, db: Database
) -> None:
    first, second, third = (check_url(content=words, recipients="07400 123411") for words in ("A", "B", "C"))
    assert say_yes(sam, first).status_code == 302
    assert say_yes(sam, second).status_code == 302

    refused = say_yes(sam, third)

    assert refused.status_code == 422
    assert (
        "Today you have confirmed 2, and this costs 1: together 3, so 1 too many." in ReadPage(refused).text
    )
    assert ReadPage(sam.get(third.replace("/check", "/edit"))).value("content") == "C"
    assert len(sandbox.accepted()) == 2


@pytest.mark.usefixtures("october")
def test_account_rules_a_scheduled_text_counts_when_it_is_confirmed_until_it_is_cancelled(
    sam: FlaskClient, two_a_day: None, send: Callable[..., str], check_url: Callable[..., str], db: Database
) -> None:
    later = {"when": "later", "date": "2027-03-01", "time": "09:00"}
    send(content="A", recipients="07400 123411, 07400 123412", **later)
    another = check_url(content="B", recipients="07400 123411")
    assert say_yes(sam, another).status_code == 422

    db.execute("UPDATE outbox SET schedule_status = 'CANCELLED'")
    db.conn.commit()

    assert say_yes(sam, another).status_code == 302


def test_account_rules_the_limit_counts_from_midnight_where_the_organisation_is(
    sam: FlaskClient, two_a_day: None, send: Callable[..., str], check_url: Callable[..., str], db: Database
) -> None:
    send(content="A", recipients="07400 123411, 07400 123412")
    yesterday = datetime.now(LONDON).replace(hour=0, minute=0, second=0) - timedelta(seconds=1)
    db.execute("UPDATE outbox SET created_at = ?", [time_text(yesterday)])
    db.conn.commit()

    assert say_yes(sam, check_url(content="B")).status_code == 302


def test_account_rules_the_limit_is_each_persons_own(
    ada: FlaskClient, two_a_day: None, send: Callable[..., str]
) -> None:
    send(content="A", recipients="07400 123411, 07400 123412")
    new = ada.post("/compose/new", data=form_data(content="B"))

    assert say_yes(ada, new.location).status_code == 302


def test_account_rules_a_batch_over_the_limit_is_refused(
    sam: FlaskClient, two_a_day: None, sandbox: Sandbox
) -> None:
    sheet = "Name,Mobile\nA,07400 123411\nB,07400 123412\nC,07400 123413\n"
    refused = confirm(sam, a_checked_list(sam, sheet))

    assert refused.status_code == 422
    assert (
        "Today you have confirmed 0, and this costs 3: together 3, so 1 too many." in ReadPage(refused).text
    )
    assert len(sandbox.accepted()) == 0


def test_account_rules_two_batches_confirmed_at_once_do_not_both_pass_the_limit(
    sam: FlaskClient, app: Flask, two_a_day: None, db: Database
) -> None:
    sheets = [f"Name,Mobile\nA,07400 12341{at}\nB,07400 12342{at}\n" for at in range(2)]
    urls = [a_checked_list(sam, sheet, f"Text {at}") for at, sheet in enumerate(sheets)]
    fields = [shown_on(sam, url) for url in urls]
    tabs = [signed_in(app, "sam") for _ in urls]

    with ThreadPoolExecutor(2) as threads:
        sent = threads.map(lambda at: tabs[at].post(f"{urls[at]}/confirm", data=fields[at]), range(2))
        statuses = sorted(answer.status_code for answer in sent)

    assert statuses == [302, 422]
    assert len(list_in_state(db, BatchState.SENDING)) == 1


def test_account_rules_a_copy_counts_and_is_limited_too(
    sam: FlaskClient,
    two_a_day: None,
    check_url: Callable[..., str],
    send: Callable[..., str],
    sandbox: Sandbox,
) -> None:
    sam.post("/account/you/mobile", data={"mobile": "07400 123412"})
    check = check_url(content="A")
    send(content="B", recipients="07400 123411")
    sam.post(check.replace("/check", "/copy"))
    assert len(sandbox.accepted()) == 2

    assert say_yes(sam, check).status_code == 422
    another = check_url(content="C")
    sam.post(another.replace("/check", "/copy"))

    assert len(sandbox.accepted()) == 2
