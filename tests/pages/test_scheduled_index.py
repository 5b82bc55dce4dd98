import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import Clock, signed_in
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundBatch
from webapp.store import scheduled
from webapp.store.scheduled import ListedItem

Send = Callable[..., str]


def in_two_days() -> dict[str, str]:
    return {"when": "later", "date": f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}", "time": "10:00"}


def entry_url(page: ReadPage) -> str:
    link = page.soup.select_one("tbody .row-link")
    assert link is not None
    return str(link["href"])


def test_scheduled_index_shows_ours_and_other_programs_in_one_list(
    vic: FlaskClient, send: Send, provider: SmsWorks
) -> None:
    send(content="From here", **in_two_days())
    at = datetime.now(UTC) + timedelta(days=1)
    numbers = ("447400123456", "447400123457")
    provider.schedule_batch(batch=OutboundBatch("Clinic", numbers, "From there", scheduled_at=at))
    page = ReadPage(vic.get("/scheduled"))
    texts = [cell.get_text(strip=True) for cell in page.soup.select("tbody .excerpt")]
    assert texts == ["From there", "From here"]
    assert "another program" in page.text
    assert "2 people" in page.text
    assert "sam" in page.text
    assert "in 23 h" in page.text


def test_scheduled_index_without_any_says_what_to_do(sam: FlaskClient, vic: FlaskClient) -> None:
    page = ReadPage(sam.get("/scheduled"))
    assert "Nothing is scheduled." in page.text
    assert "Compose" in [link.get_text(strip=True) for link in page.soup.select(".empty a")]
    assert not ReadPage(vic.get("/scheduled")).soup.select(".empty a")


def test_scheduled_index_shows_what_is_known_while_the_provider_does_not_answer(
    vic: FlaskClient, send: Send, sandbox: Sandbox
) -> None:
    send(content="Known here", **in_two_days())
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="list_scheduled", times=None))
    page = ReadPage(vic.get("/scheduled"))
    assert page.status == 200
    assert "Known here" in page.text
    assert any("does not give its list" in alert for alert in page.alerts())


def test_scheduled_index_asks_the_provider_once_however_many_watch(
    vic: FlaskClient, sam: FlaskClient, ada: FlaskClient, sandbox: Sandbox
) -> None:
    for client in (vic, sam, ada) * 3:
        client.get("/scheduled")
    assert sandbox.calls()["list_scheduled"] == 1


def test_scheduled_index_can_ask_the_provider_now(sam: FlaskClient, sandbox: Sandbox) -> None:
    sam.get("/scheduled")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=5)):
        assert sam.post("/scheduled/ask", data={"next": "/scheduled?show=past"}).location.endswith("past")
        page = ReadPage(sam.post("/scheduled/ask", follow_redirects=True))
    assert sandbox.calls()["list_scheduled"] == 2
    assert any("a second ago" in alert for alert in page.alerts())


def test_scheduled_index_unchanged_poll_has_no_body(vic: FlaskClient, send: Send) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        send(**in_two_days())
        poll = ReadPage(vic.get("/scheduled")).soup.select_one("#scheduled_list")
        assert poll is not None
        htmx = {"HX-Request": "true"}
        assert vic.get(str(poll["hx-get"]), headers=htmx).status_code == 204
        send(content="Another", **in_two_days())
        page = ReadPage(vic.get(str(poll["hx-get"]), headers=htmx), whole=False)
    assert page.ids() == ["scheduled_list"]


def test_scheduled_index_keeps_what_went_for_three_months(
    app: Flask, vic: FlaskClient, send: Send, sandbox: Sandbox
) -> None:
    send(content="It went", **in_two_days())
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        vic = signed_in(app, "vic")
        sandbox.run_due()
        assert "It went" in ReadPage(vic.get("/scheduled?show=past")).text
        assert "It went" not in ReadPage(vic.get("/scheduled")).text
    with time_machine.travel(datetime.now(UTC) + timedelta(days=120)):
        vic = signed_in(app, "vic")
        assert "It went" not in ReadPage(vic.get("/scheduled?show=past")).text


@pytest.mark.parametrize("after", ["x", "9" * 16 + "-1-1", "1-9-1", "1-1-" + "9" * 30, "..%2F"])
def test_scheduled_index_bears_a_place_nobody_wrote(vic: FlaskClient, after: str) -> None:
    assert ReadPage(vic.get(f"/scheduled?after={after}")).status == 200


def test_scheduled_show_cancels_with_a_receipt(sam: FlaskClient, send: Send, provider: SmsWorks) -> None:
    send(**in_two_days())
    url = entry_url(ReadPage(sam.get("/scheduled")))
    assert "Cancel this text" in ReadPage(sam.get(url)).buttons()
    page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
    assert page.alerts()[-1] == "Cancelled. It will not be sent, and nothing is charged."
    assert "Cancel this text" not in page.buttons()
    assert [item.status for item in provider.list_scheduled()] == ["CANCELLED"]
    assert "Cancelled" in ReadPage(sam.get("/scheduled")).text
    again = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
    assert any("cannot be cancelled any more" in alert for alert in again.alerts())


def test_scheduled_show_says_too_late(sam: FlaskClient, send: Send, sandbox: Sandbox, clock: Clock) -> None:
    send(**in_two_days())
    url = entry_url(ReadPage(sam.get("/scheduled")))
    clock.advance(3 * 86_400)
    sandbox.run_due()
    page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
    assert any(alert.startswith("Too late: it has already been processed") for alert in page.alerts())


def test_scheduled_show_cancels_another_programs_batch(
    sam: FlaskClient, provider: SmsWorks, sandbox: Sandbox
) -> None:
    at = datetime.now(UTC) + timedelta(days=1)
    numbers = ("447400123456", "447400123457")
    provider.schedule_batch(batch=OutboundBatch("Clinic", numbers, "From there", scheduled_at=at))
    url = entry_url(ReadPage(sam.get("/scheduled")))
    page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
    assert any(alert.startswith("Cancelled.") for alert in page.alerts())
    assert [item.status for item in provider.list_scheduled()] == ["CANCELLED"]


def test_scheduled_show_offers_a_viewer_nothing_and_refuses_it_anyway(
    vic: FlaskClient, send: Send, provider: SmsWorks
) -> None:
    send(**in_two_days())
    url = entry_url(ReadPage(vic.get("/scheduled")))
    assert "Cancel this text" not in ReadPage(vic.get(url)).buttons()
    assert vic.post(f"{url}/cancel").status_code == 403
    assert [item.status for item in provider.list_scheduled()] == ["SCHEDULED"]


@pytest.mark.parametrize("reference", ["nothing", "x" * 10_000, "..%2F..%2Fetc", "%00", "'--"])
def test_scheduled_show_of_nothing_is_a_404_in_words(
    sam: FlaskClient, sandbox: Sandbox, reference: str
) -> None:
    assert ReadPage(sam.get(f"/scheduled/{reference}")).status == 404
    assert ReadPage(sam.post(f"/scheduled/{reference}/cancel")).status == 404
    assert "cancel_scheduled_message" not in sandbox.calls()


@pytest.mark.usefixtures("october")
def test_scheduled_index_exports_what_it_is_about_with_both_times(
    vic: FlaskClient, send: Send, provider: SmsWorks, sandbox: Sandbox
) -> None:
    send(content='=SUM(A1) "quoted", £5', when="later", date="2026-10-24", time="09:00")
    at = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
    numbers = ("447400123456", "447400123457")
    provider.schedule_batch(batch=OutboundBatch("Clinic", numbers, "From there", scheduled_at=at))
    vic.get("/scheduled")
    answer = vic.post("/scheduled/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="scheduled-2026-10-20.csv"'
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    ours, theirs = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (ours["Time"], ours["Time (UTC)"]) == ("2026-10-24 09:00:00", "2026-10-24 08:00:00")
    assert (ours["Text"], ours["To"]) == ('\'=SUM(A1) "quoted", £5', "+44 7400 123456")
    assert (ours["By"], ours["State"], ours["Kind"]) == ("sam", "Scheduled", "text")
    assert (theirs["By"], theirs["People"], theirs["Kind"]) == ("another program", "2", "batch")
    assert (theirs["Time"], theirs["Time (UTC)"]) == ("2026-10-26 09:00:00", "2026-10-26 09:00:00")
    past = vic.post("/scheduled/export?show=past").get_data(as_text=True).splitlines()
    assert len(past) == 1


def test_scheduled_index_exports_more_than_one_read(vic: FlaskClient, db: Database) -> None:
    at = datetime.now(UTC) + timedelta(days=1)
    items = [
        ListedItem(f"id{n}", False, "SCHEDULED", "Clinic", "447400123456", 1, f"No {n}", at)
        for n in range(1203)
    ]
    scheduled.record_list(db, items, asked_at=datetime.now(UTC), since=datetime.now(UTC))
    lines = vic.post("/scheduled/export").get_data(as_text=True).splitlines()
    assert len(set(lines)) == 1204
