"""Quiet hours, on every way to send: a second yes, or waiting until they end."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.batch_steps import a_checked_list, confirm
from tests.pages.conftest import say_yes
from tests.pages.inbox import Receive
from tests.pages.page import ReadPage
from webapp.sandbox import Sandbox
from webapp.store import audit, batches, calls
from webapp.store.audit import AuditFilter
from webapp.store.batches import BatchState
from webapp.store.organisation import change_organisation, read_organisation
from webapp.worker import Worker

pytestmark = pytest.mark.usefixtures("night")
ANYWAY = {"in_quiet_hours": "yes"}
NOW = "It is 22:40, inside your quiet hours"


@pytest.fixture(autouse=True)
def ten_at_night() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 20, 22, 40, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def night(ten_at_night: None, db: Database) -> None:
    rules = {"quiet_from": time(21), "quiet_until": time(8)}
    change_organisation(db, rules, changed_by="Ada", now=datetime.now(UTC))


def yes_on(client: FlaskClient, check_url: str, form_id: str = "#check_form", **more: str) -> ReadPage:
    """What comes of pressing Send on a check page as it stands."""
    form = ReadPage(client.get(check_url)).soup.select_one(form_id)
    assert form is not None
    shown = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    return ReadPage(client.post(str(form["action"]), data={**shown, **more}, follow_redirects=True))


def last_entry(db: Database) -> audit.AuditEntry:
    return audit.list_entries(db, AuditFilter(), limit=1)[0]


def test_account_rules_quiet_hours_are_changed_and_read(
    ada: FlaskClient, vic: FlaskClient, db: Database
) -> None:
    rules = {"low_credits": "50", "quiet_from": "22:00", "quiet_until": "07:30"}
    ada.post("/account/rules", data=rules)

    assert "from 22:00 until 07:30" in ReadPage(vic.get("/account/rules")).text
    assert last_entry(db).details["before"]["quiet_from"] == "21:00"
    ada.post("/account/rules", data={"low_credits": "50"})
    assert read_organisation(db).quiet_from is None


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_until": "22:00"}, "quiet_from"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_from"),
        ({"quiet_from": "late", "quiet_until": "08:00"}, "quiet_from"),
    ],
)
def test_account_rules_half_or_no_times_are_refused_beside_the_field(
    ada: FlaskClient, db: Database, times: dict[str, str], field: str
) -> None:
    response = ada.post("/account/rules", data={"low_credits": "50", **times})

    assert response.status_code == 422
    assert ReadPage(response).soup.select_one(f"#{field}[aria-invalid=true]")
    assert read_organisation(db).quiet_from == time(21)


def test_quiet_hours_a_text_needs_a_second_yes(
    sam: FlaskClient, check_url: Callable[..., str], sandbox: Sandbox, db: Database
) -> None:
    check = check_url()
    refused = yes_on(sam, check)
    assert refused.status == 422
    assert NOW in refused.text
    assert len(sandbox.accepted()) == 0

    yes_on(sam, check, **ANYWAY)

    assert len(sandbox.accepted()) == 1
    assert last_entry(db).details["in_quiet_hours"] is True


def test_quiet_hours_one_second_yes_is_not_another(
    sam: FlaskClient, check_url: Callable[..., str], sandbox: Sandbox
) -> None:
    yes_on(sam, check_url(), **ANYWAY)
    twin = check_url()

    assert yes_on(sam, twin, **ANYWAY).status == 422
    kept = yes_on(sam, twin, send_again="yes")

    assert kept.status == 422
    assert kept.soup.select_one("#send_again[checked]")
    assert kept.soup.select_one("#in_quiet_hours[aria-invalid=true]")
    assert len(sandbox.accepted()) == 1


def test_quiet_hours_a_text_waits_until_they_end(
    sam: FlaskClient, check_url: Callable[..., str], db: Database
) -> None:
    check = check_url()
    page = ReadPage(sam.post(check.replace("/check", "/wait"), follow_redirects=True))
    assert "Sat 21 Nov 2026, 08:00" in page.text
    assert page.soup.select_one("#in_quiet_hours") is None

    say_yes(sam, check)

    (call,) = calls.list_recent(db, limit=9)
    assert call.goes_at == datetime(2026, 11, 21, 8, tzinfo=UTC)
    assert "08:00" in ReadPage(sam.get(f"/scheduled/{call.ref}")).text


def test_quiet_hours_waiting_is_not_offered_to_flash_nor_done_by_day(
    sam: FlaskClient, check_url: Callable[..., str], db: Database
) -> None:
    flash, day = check_url(when="flash"), check_url(content="By day")
    assert ReadPage(sam.get(flash)).soup.select_one("button[form=wait_form]") is None
    change_organisation(db, {"quiet_from": None}, changed_by="Ada", now=datetime.now(UTC))

    page = ReadPage(sam.post(day.replace("/check", "/wait"), follow_redirects=True))

    assert "The quiet hours are over" in page.text
    assert "Send 1 text for 1 credit" in page.buttons()


def test_quiet_hours_a_scheduled_text_goes_by_its_own_time(
    sam: FlaskClient, check_url: Callable[..., str]
) -> None:
    day = {"when": "later", "date": "2026-11-23"}
    inside, outside = (check_url(content=clock, time=clock, **day) for clock in ("07:00", "09:00"))

    assert "Mon 23 Nov 2026, 07:00 is inside your quiet hours" in yes_on(sam, inside).text
    assert yes_on(sam, outside).status == 200


def test_quiet_hours_a_batch_needs_a_second_yes_or_waits(sam: FlaskClient, db: Database) -> None:
    url = a_checked_list(sam)
    refused = confirm(sam, url)
    assert refused.status_code == 422
    assert NOW in ReadPage(refused).text

    page = ReadPage(sam.post(f"{url}/wait", follow_redirects=True))

    assert "Sat 21 Nov 2026, 08:00" in page.text
    assert confirm(sam, url).status_code == 302
    (batch,) = batches.list_in_state(db, BatchState.SENDING)
    assert batch.goes_at == datetime(2026, 11, 21, 8, tzinfo=UTC)


def test_quiet_hours_a_batch_may_go_all_the_same(sam: FlaskClient, db: Database) -> None:
    assert confirm(sam, a_checked_list(sam), in_quiet_hours="yes").status_code == 302
    assert last_entry(db).details["in_quiet_hours"] is True


def test_quiet_hours_a_reply_needs_a_second_yes(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox, db: Database
) -> None:
    receive("Are you open?", sender="447400123411")
    (conversation_id,) = [str(each["id"]) for each in db.query("SELECT id FROM conversations")]
    reply = {"content": "Yes", "sender": "ElmStreet", "newest": "1", "intent": "check"}
    check = sam.post(f"/inbox/{conversation_id}/reply", data=reply).location
    refused = yes_on(sam, check, "#confirm_form")
    assert NOW in refused.text
    assert refused.soup.select_one("button[form=wait_form]")
    assert len(sandbox.accepted()) == 0

    yes_on(sam, check, "#confirm_form", **ANYWAY)

    assert len(sandbox.accepted()) == 1


def test_quiet_hours_a_text_sent_again_needs_a_second_yes(
    sam: FlaskClient, check_url: Callable[..., str], sandbox: Sandbox
) -> None:
    first = yes_on(sam, check_url(recipients="07400 123491"), **ANYWAY)
    again = first.soup.select_one("form[action$='/resend']")
    assert again is not None
    check = sam.post(str(again["action"])).location

    refused = yes_on(sam, check, send_again="yes")

    assert refused.status == 422
    assert NOW in refused.text
    assert len(sandbox.accepted()) == 1


def test_quiet_hours_failed_texts_of_a_batch_sent_again_need_a_second_yes(
    sam: FlaskClient, worker: Worker, batch_time: Callable[[], None], db: Database
) -> None:
    url = a_checked_list(sam, "Name,Mobile\nVic,07400 123491\n")
    confirm(sam, url, in_quiet_hours="yes")
    batch_time()
    check = sam.post(f"{url}/retry").location
    again = check.removesuffix("/check")

    assert check.endswith("/check")
    assert confirm(sam, again, send_again="yes").status_code == 422
    assert confirm(sam, again, send_again="yes", in_quiet_hours="yes").status_code == 302
