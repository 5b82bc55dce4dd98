from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import Clock
from tests.faults.lists import number
from tests.pages.batch_steps import (
    MIXED,
    PERSONAL,
    TEXT,
    a_confirmed_list,
    figures,
    numbers_on,
    opt_out,
)
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox, When
from webapp.services.reconcile import reconcile_due
from webapp.smsworks.client import SmsWorks
from webapp.store import calls, outbox
from webapp.worker import Worker

LATER = {"when": "later", "date": "2026-12-07", "time": "09:00"}
# Delivered, not delivered, expired, rejected, and one of which no report comes.
ENDINGS = "name,mobile\n" + "".join(f"N{end},07400 1234{end}\n" for end in (56, 90, 91, 92, 94))
HTMX = {"HX-Request": "true"}
# Who is signed in, whether they lack a second step, the batch, its calls, the worker's last sign of life.
MOST_QUERIES_OF_A_POLL = 5

TimePasses = Callable[[], None]


def poll_address(page: ReadPage) -> str:
    poll = page.soup.select_one("#batch_state[hx-get]")
    assert poll is not None
    return str(poll["hx-get"])


def show(client: FlaskClient, url: str) -> ReadPage:
    return ReadPage(client.get(url))


def test_the_page_says_what_became_of_everybody(
    vic: FlaskClient, sam: FlaskClient, batch_time: TimePasses
) -> None:
    url = a_confirmed_list(sam, ENDINGS)
    batch_time()
    page = show(vic, url)
    assert figures(page) == {
        "delivered": 1,
        "failed": 3,
        "waiting": 1,
        "not sent": 0,
        "credits, estimated": 2,
    }
    rows = dict(zip(numbers_on(page), page.soup.select("tbody tr"), strict=True))
    assert "Number does not exist" in rows["+44 7400 123490"].get_text()
    beside = rows["+44 7400 123490"].select_one(".beside")
    assert beside is not None
    assert beside.get_text() == "N90"
    assert "Sent" in page.text
    assert TEXT in page.text


def test_the_plot_is_as_wide_as_its_figures_say(sam: FlaskClient, batch_time: TimePasses) -> None:
    url = a_confirmed_list(sam, ENDINGS)
    batch_time()
    rects = show(sam, url).soup.select("svg.shares-bar rect")
    assert [(rect["class"], float(str(rect["width"]))) for rect in rects] == [
        ("share-delivered", 20.0),
        ("share-failed", 60.0),
        ("share-waiting", 20.0),
    ]
    assert [float(str(rect["x"])) for rect in rects] == [0.0, 20.0, 80.0]


@pytest.mark.parametrize(
    ("shown", "who"),
    [
        ("all", {"56", "90", "91", "92", "94"}),
        ("failed", {"90", "91", "92"}),
        ("DELIVERED", {"56"}),
        ("UNDELIVERABLE", {"90"}),
        ("waiting", set()),
        ("nonsense", set()),
    ],
)
def test_the_list_can_be_filtered(
    sam: FlaskClient, batch_time: TimePasses, shown: str, who: set[str]
) -> None:
    url = a_confirmed_list(sam, ENDINGS)
    batch_time()
    page = show(sam, f"{url}?show={shown}")
    assert {number[-2:] for number in numbers_on(page)} == who
    current = page.soup.select('[aria-label="Show"] [aria-current]')
    assert len(current) == (0 if shown in ("failed", "waiting", "nonsense") else 1)


def test_those_left_out_can_be_shown_with_the_reason(sam: FlaskClient) -> None:
    url = a_confirmed_list(sam, MIXED)
    page = show(sam, f"{url}?show=invalid")
    assert "Left out" in page.text
    assert "last digits are lost" in page.text
    assert len(numbers_on(page)) == 2


def test_the_list_comes_page_by_page_and_a_poll_stays_on_its_page(
    sam: FlaskClient, worker: Worker, db: Database
) -> None:
    url = a_confirmed_list(sam, 120)
    first = show(sam, url)
    assert len(numbers_on(first)) == 50
    following = first.soup.select_one('a[rel="next"]')
    assert following is not None
    second = show(sam, str(following["href"]))
    assert len(numbers_on(second)) == 50
    worker.round(db)
    polled = ReadPage(sam.get(poll_address(second), headers=HTMX), whole=False)
    assert numbers_on(polled) == numbers_on(second)


def test_before_it_goes_everybody_waits_and_nothing_is_charged(sam: FlaskClient) -> None:
    page = show(sam, a_confirmed_list(sam, 3))
    assert (figures(page)["waiting"], figures(page)["credits so far"]) == (3, 0)
    assert [each.get_text(strip=True) for each in page.soup.select("tbody .status")] == ["Waiting to go"] * 3
    assert "0 of 3 texts handed over" in page.text


def test_an_unchanged_poll_gets_no_answer_and_costs_little(
    sam: FlaskClient, worker: Worker, db: Database, app: Flask, queries: list[str]
) -> None:
    address = poll_address(show(sam, a_confirmed_list(sam, 120)))
    queries.clear()
    assert sam.get(address, headers=HTMX).status_code == 204
    asked = [query for query in queries if not query.startswith("PRAGMA")]
    assert len(asked) <= MOST_QUERIES_OF_A_POLL, asked
    assert not any("batch_rows" in query for query in asked), "a poll must not look at every row"
    assert all(query.startswith("SELECT") for query in asked), "looking writes nothing"
    worker.round(db)
    assert sam.get(address, headers=HTMX).status_code == 200


def test_polling_ends_when_nothing_more_is_expected(sam: FlaskClient, batch_time: TimePasses) -> None:
    url = a_confirmed_list(sam, "name,mobile\nSam,07400 123456\nAda,07400 123490\n")
    assert show(sam, url).soup.select_one("#batch_state[hx-get]") is not None
    batch_time()
    assert show(sam, url).soup.select_one("#batch_state[hx-get]") is None


def test_pausing_keeps_it_from_going_and_resuming_lets_it(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_confirmed_list(sam, 3)
    page = ReadPage(sam.post(f"{url}/pause", follow_redirects=True))
    assert "Paused" in page.text
    assert "Resume" in page.buttons()
    worker.round(db)
    assert sandbox.accepted() == ()
    sam.post(f"{url}/resume")
    worker.round(db)
    assert len(sandbox.accepted()) == 3


def test_pausing_too_late_says_so(sam: FlaskClient, batch_time: TimePasses) -> None:
    url = a_confirmed_list(sam, 3)
    batch_time()
    page = ReadPage(sam.post(f"{url}/pause", follow_redirects=True))
    assert any("was not being sent any more" in alert for alert in page.alerts())
    page = ReadPage(sam.post(f"{url}/resume", follow_redirects=True))
    assert any("was not paused any more" in alert for alert in page.alerts())


def test_stopping_says_how_many_will_not_go_and_the_rows_say_it_too(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_confirmed_list(sam, 3)
    page = ReadPage(sam.post(f"{url}/stop", follow_redirects=True))
    assert any("Stopped: 3 texts will not go" in alert for alert in page.alerts())
    assert figures(page)["not sent"] == 3
    assert [each.get_text(strip=True) for each in page.soup.select("tbody .status")] == ["Not sent"] * 3
    assert "Not sent 3" in page.text, "the link that narrows the list"
    assert page.soup.select_one("#batch_state[hx-get]") is None
    worker.round(db)
    assert sandbox.accepted() == ()


def test_stopping_too_late_says_so(sam: FlaskClient, batch_time: TimePasses) -> None:
    url = a_confirmed_list(sam, 3)
    batch_time()
    page = ReadPage(sam.post(f"{url}/stop", follow_redirects=True))
    assert any("Too late: nothing was left to stop" in alert for alert in page.alerts())
    assert figures(page)["delivered"] == 3


def test_missing_credits_pause_it_and_are_named(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    url = a_confirmed_list(sam, 5)
    sandbox.set_credits(2)
    forget_balance(db)
    worker.round(db)
    page = show(sam, url)
    assert "3 are missing. Buy credits, then resume." in page.text
    assert "is paused" in ReadPage(sam.get("/")).text


def forget_balance(db: Database) -> None:
    db.execute("DELETE FROM credit_readings")
    db.conn.commit()


@pytest.mark.usefixtures("october")
class TestScheduled:
    """Batches for later."""

    def test_a_scheduled_batch_says_when_and_what_it_will_cost(
        self, sam: FlaskClient, worker: Worker, db: Database
    ) -> None:
        url = a_confirmed_list(sam, 3, **LATER)
        worker.round(db)
        page = show(sam, url)
        assert "Scheduled" in page.text
        assert "Mon 7 Dec 2026, 09:00" in page.text
        assert figures(page)["credits, once they go"] == 3
        assert "Who gets it" in page.text
        assert "Scheduled 3" in page.text
        assert "Cancel this batch" in page.buttons()

    def test_cancelling_it_says_so_everywhere(self, sam: FlaskClient, worker: Worker, db: Database) -> None:
        url = a_confirmed_list(sam, 3, **LATER)
        worker.round(db)
        page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
        assert any("Cancelled: 3 texts will not be sent" in alert for alert in page.alerts())
        assert figures(page) == {
            "delivered": 0,
            "failed": 0,
            "waiting": 0,
            "not sent": 3,
            "credits, estimated": 0,
        }
        assert page.soup.select_one("#batch_state[hx-get]") is None
        assert "Cancel this batch" not in page.buttons()
        for words in (page.text, ReadPage(sam.get("/batches")).text):
            assert "Cancelled" in words
        assert "Cancelled" in sam.get(f"{url}/result.csv").text

    def test_one_that_textdesk_holds_is_cancelled_too(
        self, sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
    ) -> None:
        url = a_confirmed_list(sam, 3, PERSONAL, **LATER)
        worker.round(db)
        page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
        assert any("Cancelled: 3 texts" in alert for alert in page.alerts())
        assert "Cancelled" in page.text
        assert sandbox.accepted() == ()

    def test_one_that_the_provider_holds_text_by_text_is_cancelled_too(
        self, sam: FlaskClient, worker: Worker, db: Database
    ) -> None:
        url = a_confirmed_list(sam, 3, PERSONAL, holding="provider", **LATER)
        worker.round(db)
        page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
        assert any("Cancelled: 3 texts" in alert for alert in page.alerts())
        assert figures(page)["not sent"] == 3

    def test_cancelling_twice_says_that_nothing_was_left(
        self, sam: FlaskClient, worker: Worker, db: Database
    ) -> None:
        url = a_confirmed_list(sam, 3, **LATER)
        worker.round(db)
        sam.post(f"{url}/cancel", follow_redirects=True)
        page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
        assert any("nothing was left to cancel" in alert for alert in page.alerts())

    def test_cancelling_what_the_provider_has_processed_tells_the_truth(
        self, sam: FlaskClient, sandbox: Sandbox, clock: Clock, worker: Worker, db: Database
    ) -> None:
        url = a_confirmed_list(sam, 3, **LATER)
        worker.round(db)
        clock.advance(60 * 86_400)
        sandbox.run_due()
        page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
        assert any("Too late for 3 texts" in alert for alert in page.alerts())
        assert not any("Cancelled" in alert for alert in page.alerts())

    def test_a_lost_answer_to_cancelling_is_not_called_cancelled(
        self, sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
    ) -> None:
        url = a_confirmed_list(sam, 3, **LATER)
        worker.round(db)
        sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="cancel_scheduled_batch", when=When.AFTER))
        page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
        assert any("No clear answer came for 3 texts" in alert for alert in page.alerts())


def test_cancelling_what_went_at_once_says_that_it_is_too_late(
    sam: FlaskClient, batch_time: TimePasses
) -> None:
    url = a_confirmed_list(sam, 3)
    batch_time()
    page = ReadPage(sam.post(f"{url}/cancel", follow_redirects=True))
    assert any("Too late" in alert for alert in page.alerts())


def test_an_unclear_answer_is_said_to_be_unclear(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_batch", when=When.AFTER))
    url = a_confirmed_list(sam, 3)
    worker.send(db)
    page = show(sam, url)
    assert figures(page)["outcome unknown"] == 3
    assert "do not send it again" in page.text
    assert "Outcome unknown 3" in page.text
    assert "Waiting to go" not in page.text


def ask_person(db: Database) -> None:
    call = calls.list_unknown(db, limit=1)[0]
    outbox.ask_person(
        db, call, now=datetime.now(UTC), reason="The provider has 2 of the 3 texts of this part of the list."
    )


def test_a_doubtful_part_is_for_a_person_who_may_decide(
    sam: FlaskClient, vic: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_batch"))
    url = a_confirmed_list(sam, 3)
    worker.send(db)
    ask_person(db)
    assert "2 of the 3 texts" in show(vic, url).text
    assert not any("Send this part" in button for button in show(vic, url).buttons())
    page = show(sam, url)
    assert "Send this part now" in page.buttons()
    form = page.soup.select_one('form[action*="/decide/"]')
    assert form is not None
    sam.post(str(form["action"]), data={"decision": "forget"})
    assert "Closed, outcome unknown" in show(sam, url).text
    again = ReadPage(sam.post(str(form["action"]), data={"decision": "send"}, follow_redirects=True))
    assert any("settled meanwhile" in alert for alert in again.alerts())


def test_a_part_that_the_provider_refuses_says_why(
    sam: FlaskClient, sandbox: Sandbox, worker: Worker, db: Database, provider: SmsWorks
) -> None:
    url = a_confirmed_list(sam, 3)
    sandbox.change_switches({"other_number_forms": False, "duplicates": "refused"})
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="send_batch", status=400))
    worker.send(db)
    reconcile_due(db, provider, settle_seconds=0)
    page = show(sam, url)
    assert any("3 texts were not sent" in alert for alert in page.alerts())
    assert figures(page)["not sent"] == 3


@pytest.mark.parametrize("mark", ["9" * 31, "-1", "x"])
def test_an_odd_page_mark_shows_the_beginning(sam: FlaskClient, mark: str) -> None:
    url = a_confirmed_list(sam, 3)
    assert len(numbers_on(show(sam, f"{url}?after={mark}"))) == 3


def test_everybody_who_opted_out_is_counted_as_left_out(sam: FlaskClient, db: Database) -> None:
    opt_out(db, number(1))
    url = a_confirmed_list(sam, 3)
    page = show(sam, url)
    assert figures(page)["waiting"] == 2
    assert "Left out: opted out 1" in page.text
