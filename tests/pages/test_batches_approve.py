"""The second pair of eyes: who asks, who approves, and that it goes once, as it was read, or not at all."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time
from decimal import Decimal
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from tests.conftest import provider_over, signed_in
from tests.faults.lists import csv_of, number, people
from tests.pages.batch_steps import PERSONAL, a_checked_list, a_list, confirm, shown_on, write
from tests.pages.page import ReadPage
from webapp.config import Settings
from webapp.sandbox import DEMO_TOKEN, Sandbox
from webapp.store import approvals, audit, batches, restores, users
from webapp.store.audit import AuditFilter
from webapp.store.connection import transaction
from webapp.store.organisation import change_organisation
from webapp.web.context import Desk
from webapp.worker import Worker

PEOPLE = 12
LATER = {"when": "later", "date": "2026-12-07", "time": "09:00"}
WHY = "The date is wrong: it is Thursday."


@pytest.fixture(autouse=True)
def more_than_ten(db: Database) -> None:
    change_organisation(db, {"approval_above": 10}, changed_by="Ada", now=datetime.now(UTC))


def ask(client: FlaskClient, url: str, **more: str) -> TestResponse:
    """Press "Ask for approval" on the check page."""
    return client.post(f"{url}/ask", data={**shown_on(client, url), **more})


def an_asked_list(client: FlaskClient, text: str = "Closed on Friday.", **typed: str) -> str:
    url = a_checked_list(client, PEOPLE, text, **typed)
    response = ask(client, url)
    assert response.location == f"{url}/check", response.text
    return url


def approve(client: FlaskClient, url: str, **more: str) -> TestResponse:
    """Press Approve on the page as it stands."""
    return client.post(f"{url}/approve", data={**read_by(client, url), **more})


def read_by(client: FlaskClient, url: str) -> dict[str, str]:
    form = ReadPage(client.get(f"{url}/approve")).soup.select_one("#check_form")
    assert form is not None
    return {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}


def actions(db: Database) -> list[tuple[str, str]]:
    return [(each.user_name, each.action) for each in audit.list_entries(db, AuditFilter(), limit=2)]


def test_a_large_batch_is_asked_for_and_does_not_go(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_checked_list(sam, PEOPLE)
    page = ReadPage(sam.get(f"{url}/check"))
    assert "more than 10 people, so somebody else has to approve it. ada may approve it." in page.text
    assert page.soup.select_one(f"form[action='{url}/confirm']") is None

    ask(sam, url)
    worker.round(db)

    assert sandbox.accepted() == ()
    assert "Waits for approval" in ReadPage(sam.get(f"{url}/check")).text
    assert actions(db)[0] == ("sam", "asked for approval of a batch")


def test_a_small_batch_needs_nobody_else(sam: FlaskClient) -> None:
    url = a_checked_list(sam, 10)
    assert confirm(sam, url).location == url


def test_sending_it_without_approval_is_refused_whatever_the_page_said(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_checked_list(sam, PEOPLE)
    response = sam.post(f"{url}/confirm", data=shown_on(sam, url))
    worker.round(db)

    assert response.status_code == 422
    assert "somebody else has to approve it" in ReadPage(response).text
    assert sandbox.accepted() == ()


def test_approved_by_another_it_goes_once_in_the_name_of_who_asked(
    sam: FlaskClient, ada: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = an_asked_list(sam)
    assert approve(ada, url).location == url
    worker.round(db)

    assert sandbox.accepted_counts() == {number(position): 1 for position in range(PEOPLE)}
    assert "Confirmed by sam, approved by ada on" in ReadPage(ada.get(url)).text
    assert actions(db)[0] == ("ada", "approved a batch")


def test_who_approves_reads_the_text_the_cost_and_everybody_who_gets_it(
    sam: FlaskClient, ada: FlaskClient
) -> None:
    url = a_list(sam, csv_of(people(60)))
    write(sam, url, PERSONAL)
    ask(sam, url)
    page = ReadPage(ada.get(f"{url}/approve"))

    assert "Dear Name 0, the clinic is closed on Friday." in page.text
    assert "60 texts for 60 credits" in page.text
    assert len(page.soup.select("#people ~ * .number")) == 50
    older = page.soup.select_one("a[rel=next]")
    assert older is not None
    assert "Name 59" in ReadPage(ada.get(str(older["href"]))).text


def test_nobody_approves_their_own(sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database) -> None:
    url = an_asked_list(sam)
    assert sam.get(f"{url}/approve").location == f"{url}/check"
    response = sam.post(f"{url}/approve", data=shown_on(sam, url))
    worker.round(db)

    assert response.location == f"{url}/check"
    assert sandbox.accepted() == ()


def test_the_record_itself_takes_no_approval_of_ones_own(sam: FlaskClient, db: Database) -> None:
    url = an_asked_list(sam)
    batch = batches.find_batch(db, url.removeprefix("/batches/"))
    assert batch is not None
    waiting = approvals.find_waiting(db, batch.id)
    assert waiting is not None
    with pytest.raises(Exception, match="CHECK constraint"):
        approvals.end(
            db,
            waiting,
            approvals.ApprovalState.APPROVED,
            decided_by=waiting.asked_by,
            now=datetime.now(UTC),
        )


def test_a_viewer_neither_reads_nor_approves_it(sam: FlaskClient, vic: FlaskClient) -> None:
    url = an_asked_list(sam)
    assert vic.get(f"{url}/approve").status_code == 403
    assert vic.post(f"{url}/approve").status_code == 403
    assert url not in vic.get("/batches").text
    assert "asks you to approve" not in vic.get("/").text


def test_one_that_was_never_asked_about_is_its_authors_alone(sam: FlaskClient, ada: FlaskClient) -> None:
    url = a_checked_list(sam, PEOPLE)
    assert ada.get(f"{url}/approve").status_code == 404
    assert ada.post(f"{url}/approve", data={"version": "2"}).status_code == 404


def test_home_and_the_list_lead_to_what_waits(sam: FlaskClient, ada: FlaskClient) -> None:
    url = an_asked_list(sam)
    home = ReadPage(ada.get("/"))
    link = home.soup.select_one(f"a[href='{url}/approve']")

    assert link is not None
    assert "sam asks you to approve the batch clinic.csv, to 12 people" in link.get_text()
    assert "asks you to approve" not in sam.get("/").text
    assert ReadPage(ada.get("/batches")).soup.select_one(f"a.row-link[href='{url}/approve']")
    assert "Waits for approval" in ReadPage(ada.get("/batches")).text
    assert ReadPage(sam.get("/batches")).soup.select_one(f"a.row-link[href='{url}']")


def test_two_who_approve_at_once_send_it_once(
    sam: FlaskClient, ada: FlaskClient, app: Flask, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    users.add_user(db, name="kim", role=users.Role.SENDER, password_hash="x", now=now())
    url = an_asked_list(sam)
    fields = read_by(ada, url)
    clients = [signed_in(app, name) for name in ("ada", "kim")]

    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda each: each.post(f"{url}/approve", data=fields), clients))
    worker.round(db)

    assert [answer.location for answer in answers] == [url, url]
    assert set(sandbox.accepted_counts().values()) == {1}
    entries = audit.list_entries(db, AuditFilter(), limit=20)
    assert [each.action for each in entries].count("approved a batch") == 1


def test_who_looks_while_it_is_approved_is_led_to_what_became_of_it(
    sam: FlaskClient, ada: FlaskClient, app: Flask, settings: Settings, sandbox: Sandbox, db: Database
) -> None:
    url = an_asked_list(sam)
    fields = read_by(ada, url)
    meanwhile = [lambda: ada.post(f"{url}/approve", data=fields)]

    def while_asked_for_the_balance(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if meanwhile:
            with ThreadPoolExecutor() as threads:
                threads.submit(meanwhile.pop()).result()
        return sandbox.wsgi(environ, start)

    with transaction(db):
        db.execute("DELETE FROM credit_readings")
    provider = provider_over(while_asked_for_the_balance, token=lambda: DEMO_TOKEN)
    app.extensions["textdesk"] = Desk(settings, provider)
    answer = sam.get(f"{url}/check")

    assert not meanwhile
    assert answer.location == url, ReadPage(answer).text


def test_an_edit_voids_what_was_asked(
    sam: FlaskClient, ada: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = an_asked_list(sam)
    read = read_by(ada, url)
    write(sam, url, "Something else entirely.")
    response = ada.post(f"{url}/approve", data=read)
    worker.round(db)

    assert response.location == "/batches"
    assert "does not wait for approval" in ReadPage(ada.get("/batches")).text
    assert sandbox.accepted() == ()
    assert "asks you to approve" not in ada.get("/").text


def test_what_was_edited_and_asked_again_has_to_be_read_again(
    sam: FlaskClient, ada: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = an_asked_list(sam)
    read = read_by(ada, url)
    write(sam, url, "Something else entirely.")
    ask(sam, url)
    page = ReadPage(ada.post(f"{url}/approve", data=read))
    worker.round(db)

    assert page.status == 409
    assert "Something else entirely." in page.text
    assert any("changed after you opened" in alert for alert in page.alerts())
    assert sandbox.accepted() == ()


def test_sent_back_with_a_reason_it_is_its_authors_again(sam: FlaskClient, ada: FlaskClient) -> None:
    url = an_asked_list(sam)
    ada.post(f"{url}/send-back", data={**read_by(ada, url), "reason": WHY})

    assert "was sent back to you" in ReadPage(sam.get("/")).text
    for page in ("check", "edit"):
        text = ReadPage(sam.get(f"{url}/{page}")).text
        assert "ada sent this back" in text
        assert WHY in text
    write(sam, url, "Closed on Thursday.")
    assert "was sent back to you" not in ReadPage(sam.get("/")).text
    ask(sam, url)
    assert approve(ada, url).location == url


def test_sending_back_wants_a_reason(sam: FlaskClient, ada: FlaskClient) -> None:
    url = an_asked_list(sam)
    response = ada.post(f"{url}/send-back", data={**read_by(ada, url), "reason": " "})

    assert response.status_code == 422
    assert ReadPage(response).soup.select_one("#reason[aria-invalid=true]")
    assert "Waits for approval" in ReadPage(sam.get(f"{url}/check")).text


def test_withdrawn_it_waits_for_nobody(
    sam: FlaskClient, ada: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = an_asked_list(sam)
    read = read_by(ada, url)
    sam.post(f"{url}/withdraw")
    assert ada.post(f"{url}/approve", data=read).location == "/batches"
    worker.round(db)

    assert sandbox.accepted() == ()
    assert ReadPage(sam.get(f"{url}/check")).soup.select_one(f"form[action='{url}/ask']")


def test_asking_twice_asks_once(sam: FlaskClient, db: Database) -> None:
    url = a_checked_list(sam, PEOPLE)
    fields = shown_on(sam, url)
    for _ in range(2):
        assert sam.post(f"{url}/ask", data=fields).location == f"{url}/check"
    assert len(approvals.list_waiting(db)) == 1


def test_nobody_is_asked_about_what_could_not_go(sam: FlaskClient, sandbox: Sandbox, db: Database) -> None:
    sandbox.set_credits(3)
    url = a_checked_list(sam, PEOPLE)
    response = ask(sam, url)

    assert response.status_code == 422
    assert approvals.list_waiting(db) == []


@pytest.mark.usefixtures("october")
def test_approved_too_late_it_does_not_go(
    sam: FlaskClient, ada: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = an_asked_list(sam, **LATER)
    read = read_by(ada, url)
    with time_machine.travel(datetime(2026, 12, 7, 9, 1, tzinfo=UTC), tick=False):
        response = signed_in(ada.application, "ada").post(f"{url}/approve", data=read)
        worker.round(db)

    assert response.status_code == 422
    assert "has passed" in ReadPage(response).text
    assert sandbox.accepted() == ()


def test_approving_in_quiet_hours_needs_a_second_yes_of_whoever_approves(
    sam: FlaskClient, ada: FlaskClient, db: Database
) -> None:
    url = an_asked_list(sam)
    change_organisation(db, {"quiet_from": time(0), "quiet_until": time(23, 59)}, changed_by="Ada", now=now())
    first = approve(ada, url)

    assert first.status_code == 422
    assert ReadPage(first).soup.select_one("button[form=wait_form]") is None
    assert approve(ada, url, in_quiet_hours="yes").location == url


def test_credits_count_against_the_limit_of_who_asked(
    sam: FlaskClient, ada: FlaskClient, db: Database
) -> None:
    url = an_asked_list(sam)
    change_organisation(db, {"daily_credits": Decimal(5)}, changed_by="Ada", now=now())
    response = approve(ada, url)

    assert response.status_code == 422
    assert "sam reads: “You may send for 5 credits a day." in ReadPage(response).text


def test_a_poll_of_the_waiting_page_leads_to_the_batch_once_it_is_approved(
    sam: FlaskClient, ada: FlaskClient
) -> None:
    url = an_asked_list(sam)
    approve(ada, url)
    answer = sam.get(f"{url}/check?version=old", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, url)


def test_a_restored_record_waits_for_no_approval(
    sam: FlaskClient, ada: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = an_asked_list(sam)
    read = read_by(ada, url)
    restores.mark_copy(db, backup_at=now())
    restores.prepare(db, now=now())
    again = signed_in(ada.application, "ada")

    assert again.post(f"{url}/approve", data=read).location == "/batches"
    worker.round(db)
    assert sandbox.accepted() == ()


def test_a_discarded_batch_keeps_no_reason(sam: FlaskClient, ada: FlaskClient, db: Database) -> None:
    url = an_asked_list(sam)
    ada.post(f"{url}/send-back", data={**read_by(ada, url), "reason": WHY})
    sam.post(f"{url}/discard")
    kept = [each["reason"] for each in db.query("SELECT reason FROM approvals")]

    assert kept == [""]


def test_without_the_rule_its_author_may_send_what_waited(sam: FlaskClient, db: Database) -> None:
    url = an_asked_list(sam)
    change_organisation(db, {"approval_above": None}, changed_by="Ada", now=now())
    sam.post(f"{url}/withdraw")

    assert confirm(sam, url).location == url
    assert approvals.list_waiting(db) == []


def now() -> datetime:
    return datetime.now(UTC)
