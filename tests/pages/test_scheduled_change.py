from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from tests.conftest import signed_in
from tests.pages.conftest import form_data, say_yes
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundMessage
from webapp.worker import Worker

Send = Callable[..., str]
LATER = {"when": "later", "date": "2026-10-26", "time": "09:00"}
WHEN = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("october")


@pytest.fixture
def old_url(send: Send) -> str:
    """The message page of a scheduled text."""
    return send(content="As it was", tag="clinic", **LATER)


def reference_of(url: str) -> str:
    return url.rpartition("/")[2]


def begin(client: FlaskClient, reference: str) -> str:
    """Press "Change it"; the address of the form."""
    answer = client.post(f"/scheduled/{reference}/change")
    assert answer.location.endswith("/edit"), answer.location
    return answer.location


def change(client: FlaskClient, reference: str, **typed: object) -> str:
    """From the button to the yes; the address of the page that follows."""
    url = begin(client, reference)
    answer = client.post(url, data=form_data(**{"content": "As it is now", **LATER, **typed}))
    assert answer.status_code == 302, ReadPage(answer).errors()
    answer = say_yes(client, answer.location)
    assert answer.status_code == 302, ReadPage(answer).alerts()
    return client.get(answer.location).location


def statuses(provider: SmsWorks) -> dict[str, str]:
    return {item.content: item.status for item in provider.list_scheduled()}


def test_scheduled_change_begins_with_the_text_as_it_is(sam: FlaskClient, old_url: str) -> None:
    for page_url in (old_url, f"/scheduled/{reference_of(old_url)}"):
        assert "Change it…" in ReadPage(sam.get(page_url)).buttons()
    page = ReadPage(sam.get(begin(sam, reference_of(old_url))))
    assert page.heading() == "Change a scheduled text"
    assert [page.value(name) for name in ("content", "date", "time", "tag", "when")] == [
        *("As it was", "2026-10-26", "09:00", "clinic", "later")
    ]
    assert page.value("recipients") == "+44 7400 123456"


def test_scheduled_change_keeps_the_second_of_an_hour_that_comes_twice(sam: FlaskClient, send: Send) -> None:
    url = send(when="later", date="2026-10-25", time="01:30", fold="1")
    form = begin(sam, reference_of(url))
    typed = ReadPage(sam.get(form))
    answer = sam.post(
        form, data=form_data(content="New", when="later", date="2026-10-25", time="01:30", fold="1")
    )
    assert typed.value("time") == "01:30"
    assert "01:30 GMT" in ReadPage(sam.get(answer.location)).text


def test_scheduled_change_shows_on_the_check_page_what_takes_whose_place(
    sam: FlaskClient, old_url: str
) -> None:
    url = begin(sam, reference_of(old_url))
    check = sam.post(url, data=form_data(content="As it is now", **{**LATER, "time": "11:30"})).location
    page = ReadPage(sam.get(check))
    assert "Instead of Mon 26 Oct 2026, 09:00 “As it was”" in page.text
    assert "Schedule 1 text for 1 credit and cancel the old one" in page.buttons()
    assert "Nothing has been changed yet" in page.text


def test_scheduled_change_makes_the_new_one_and_cancels_the_old_one(
    sam: FlaskClient, vic: FlaskClient, old_url: str, provider: SmsWorks
) -> None:
    new_url = change(sam, reference_of(old_url))
    assert statuses(provider) == {"As it is now": "SCHEDULED", "As it was": "CANCELLED"}
    new = ReadPage(vic.get(new_url))
    assert any("taken the place of the one for Mon 26 Oct 2026, 09:00" in each for each in new.alerts())
    old = ReadPage(vic.get(old_url))
    assert any("has taken its place" in each for each in old.alerts())
    assert "Change confirmed by sam" in old.text
    assert "Another text took its place" in old.text
    link = old.soup.select_one("#other_text_1")
    assert link is not None
    assert "As it is now" in ReadPage(vic.get(str(link["href"]))).text
    assert "Change it…" not in ReadPage(sam.get(old_url)).buttons()


def test_scheduled_change_is_reached_from_the_audit_trail(
    ada: FlaskClient, sam: FlaskClient, old_url: str
) -> None:
    change(sam, reference_of(old_url))
    rows = ReadPage(ada.get("/account/audit")).soup.select("tbody tr")
    for deed in ("Began to change a scheduled text", "Changed a scheduled text"):
        [row] = [each for each in rows if deed in each.get_text()]
        link = row.select_one(".audit-about a")
        assert link is not None, row.get_text(" ")
        assert (link.get_text(), link["href"]) == ("Scheduled", f"/scheduled/{reference_of(old_url)}")


def test_scheduled_change_is_told_while_the_provider_is_down_between_the_steps(
    app: Flask, sam: FlaskClient, old_url: str, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="cancel_scheduled_message", times=None))
    new_url = change(sam, reference_of(old_url), time="11:00")
    for url in (new_url, old_url, f"/scheduled/{reference_of(old_url)}"):
        assert any("Both are scheduled at the moment" in each for each in ReadPage(sam.get(url)).alerts())
    assert "Cancel this text" not in ReadPage(sam.get(old_url)).buttons()
    assert ReadPage(sam.get("/scheduled")).text.count("Being changed") == 2
    for area in ("messages", "scheduled"):
        page = ReadPage(sam.post(f"/{area}/{reference_of(old_url)}/cancel", follow_redirects=True))
        assert any("It is being changed, so it is not cancelled by itself" in each for each in page.alerts())
    with time_machine.travel(WHEN - timedelta(seconds=90), tick=False):
        page = ReadPage(signed_in(app, "vic").get(new_url))
        assert any("If it does not answer before Mon 26 Oct 2026, 09:00" in each for each in page.alerts())
    sandbox.faults.clear()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
        worker.round(db)
        assert any("has taken its place" in each for each in ReadPage(sam.get(old_url)).alerts())
        assert "Being changed" not in ReadPage(sam.get("/scheduled")).text


def test_scheduled_change_polls_until_it_is_carried_out(
    sam: FlaskClient, old_url: str, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="cancel_scheduled_message"))
    new_url = change(sam, reference_of(old_url))
    poll = ReadPage(sam.get(new_url)).soup.select_one("#message_state")
    assert poll is not None
    htmx = {"HX-Request": "true"}
    assert sam.get(str(poll["hx-get"]), headers=htmx).status_code == 204
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1), tick=False):
        worker.round(db)
        assert sam.get(str(poll["hx-get"]), headers=htmx).status_code == 200


def test_scheduled_change_that_is_refused_leaves_the_old_one(
    sam: FlaskClient, old_url: str, sandbox: Sandbox, provider: SmsWorks
) -> None:
    sandbox.set_credits(0)
    page = ReadPage(sam.get(change(sam, reference_of(old_url))))
    assert any("Nothing was done to the old one" in each for each in page.alerts())
    assert statuses(provider) == {"As it was": "SCHEDULED"}
    assert "Change it…" in ReadPage(sam.get(old_url)).buttons()


def test_scheduled_change_confirmed_twice_is_made_once(
    sam: FlaskClient, old_url: str, provider: SmsWorks
) -> None:
    form = begin(sam, reference_of(old_url))
    check = sam.post(form, data=form_data(content="As it is now", **LATER)).location
    first, second = (
        say_yes(sam, check),
        sam.post(check.replace("/check", "/confirm"), data={"version": "2", "credits": "1"}),
    )
    assert first.location == second.location
    assert len(provider.list_scheduled()) == 2
    again = ReadPage(sam.post(form, data=form_data(content="Once more", **LATER), follow_redirects=True))
    assert any("This change has been made already" in each for each in again.alerts())
    assert len(provider.list_scheduled()) == 2


def test_scheduled_change_tells_the_second_of_two_people(
    sam: FlaskClient, ada: FlaskClient, old_url: str, provider: SmsWorks
) -> None:
    reference = reference_of(old_url)
    sams = begin(sam, reference)
    adas = begin(ada, reference)
    assert any("sam began to change the same text" in each for each in ReadPage(ada.get(adas)).alerts())
    adas_check = ada.post(adas, data=form_data(content="Ada's", **LATER)).location
    check = sam.post(sams, data=form_data(content="Sam's", **LATER)).location
    say_yes(sam, check)
    page = ReadPage(say_yes_anyway(ada, adas_check))
    assert page.status == 422
    assert any("it has been changed already, by sam" in each for each in page.alerts())
    assert statuses(provider) == {"As it was": "CANCELLED", "Sam's": "SCHEDULED"}


def say_yes_anyway(client: FlaskClient, check: str) -> TestResponse:
    """As somebody whose check page is older than what has happened."""
    return client.post(
        check.replace("/check", "/confirm"), data={"version": "2", "credits": "1", "send_again": "yes"}
    )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"recipients": "07400 123456\n07400 123457"}, "goes to one number"),
        ({"recipients": "\n".join(f"07400 1234{n}" for n in range(10, 25))}, "goes to one number"),
        ({"when": "now", "date": "2026-10-19"}, "That time has passed"),
        ({"date": "2026-10-19"}, "That time has passed"),
    ],
)
def test_scheduled_change_says_what_is_wrong_and_loses_nothing(
    sam: FlaskClient, old_url: str, typed: dict[str, str], words: str
) -> None:
    form = begin(sam, reference_of(old_url))
    page = ReadPage(sam.post(form, data=form_data(content="Kept", **{**LATER, **typed})))
    assert page.status == 422
    assert words in page.text
    assert page.value("content") == "Kept"


def test_scheduled_change_can_be_left(sam: FlaskClient, old_url: str, provider: SmsWorks) -> None:
    form = begin(sam, reference_of(old_url))
    assert "Go on changing it…" in ReadPage(sam.get(f"/scheduled/{reference_of(old_url)}")).buttons()
    assert "not sent yet" not in ReadPage(sam.get("/compose/new")).text
    page = ReadPage(sam.post(form.replace("/edit", "/discard"), follow_redirects=True))
    assert any("it is scheduled as it was" in each for each in page.alerts())
    assert statuses(provider) == {"As it was": "SCHEDULED"}


def test_scheduled_change_corrects_the_number(sam: FlaskClient, old_url: str, provider: SmsWorks) -> None:
    form = begin(sam, reference_of(old_url))
    typed = form_data(content="As it was", recipients="07400 123457", **LATER)
    check = sam.post(form, data=typed).location
    assert "to +44 7400 123456" in ReadPage(sam.get(check)).text
    say_yes(sam, check)
    listed = {item.destinations[0]: item.status for item in provider.list_scheduled()}
    assert listed == {"447400123456": "CANCELLED", "447400123457": "SCHEDULED"}


def test_scheduled_change_of_another_programs_text_says_what_is_not_known(
    sam: FlaskClient, provider: SmsWorks
) -> None:
    message = OutboundMessage("Clinic", "447400123456", "Not from here", scheduled_at=WHEN)
    reference = provider.schedule_message(message=message).message_id
    sam.get("/scheduled")
    page = ReadPage(sam.get(begin(sam, reference)))
    assert any("Another program scheduled it" in each for each in page.alerts())
    assert page.value("content") == "Not from here"
    change(sam, reference)
    assert statuses(provider) == {"As it is now": "SCHEDULED", "Not from here": "CANCELLED"}
    assert any(
        "has taken its place" in each for each in ReadPage(sam.get(f"/scheduled/{reference}")).alerts()
    )


def test_scheduled_change_is_not_for_a_viewer(vic: FlaskClient, old_url: str, provider: SmsWorks) -> None:
    for url in (old_url, f"/scheduled/{reference_of(old_url)}"):
        assert "Change it…" not in ReadPage(vic.get(url)).buttons()
    assert vic.post(f"/scheduled/{reference_of(old_url)}/change").status_code == 403
    assert statuses(provider) == {"As it was": "SCHEDULED"}


@pytest.mark.parametrize("reference", ["nothing", "x" * 10_000, "..%2F..%2Fetc", "%00", "'--"])
def test_scheduled_change_of_nothing_is_a_404_in_words(sam: FlaskClient, reference: str) -> None:
    assert ReadPage(sam.post(f"/scheduled/{reference}/change")).status == 404


def test_scheduled_change_of_what_was_cancelled_says_so(sam: FlaskClient, old_url: str) -> None:
    sam.post(f"{old_url}/cancel")
    page = ReadPage(sam.post(f"/scheduled/{reference_of(old_url)}/change", follow_redirects=True))
    assert any("It has been cancelled" in each for each in page.alerts())
