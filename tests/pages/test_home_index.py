from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import signed_in
from tests.pages.inbox import Receive
from tests.pages.page import ReadPage
from webapp.config import Settings
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.store import calls, looks, messages, readings, restores, scheduled, senders, users
from webapp.store.messages import MessageReport
from webapp.worker import Worker

Send = Callable[..., str]


def test_home_says_when_nothing_needs_a_person(vic: FlaskClient, worker: Worker, db: Database) -> None:
    worker.round(db)
    page = ReadPage(vic.get("/"))
    assert "Nothing. The provider answers and every text is accounted for." in page.text
    assert "10,000" in page.text


def test_home_says_once_that_the_worker_is_not_running_and_what_stands_still(
    vic: FlaskClient, ada: FlaskClient
) -> None:
    page = ReadPage(vic.get("/"))
    assert page.text.count("background program has stopped") == 1
    assert "no replies are fetched" in page.text
    assert "Tell your administrator" in page.text
    assert "flask --app wsgi worker" in ReadPage(ada.get("/")).text


def test_home_says_what_is_wrong_with_the_provider(
    vic: FlaskClient, worker: Worker, db: Database, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=None))
    worker.round(db)
    words = need(vic, "need_provider")
    assert words == (
        "The SMS Works has a fault at its end: “Internal server error”. Nothing is sent or received until it "
        "answers; Textdesk keeps asking",
        "/account/connection",
    )


def test_home_counts_texts_with_an_unknown_outcome(vic: FlaskClient, send: Send, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.DROP, operation="send_message"))
    send()
    assert "1 text with an unknown outcome" in ReadPage(vic.get("/")).text


@pytest.mark.parametrize(("status", "words"), [("DELIVERED", "about ≈ 2"), ("EXPIRED", "about ≈ 2 0")])
def test_home_marks_a_cost_that_is_only_expected(
    vic: FlaskClient, send: Send, db: Database, status: str, words: str
) -> None:
    send()
    db.execute("UPDATE outbox SET credits_used = NULL")
    db.execute("UPDATE messages SET credits = NULL, expected_credits = '2', status = ?", [status])
    db.conn.commit()
    cell = ReadPage(vic.get("/")).soup.select_one('td[data-label="Credits"]')
    assert cell is not None
    assert " ".join(cell.get_text(" ").split()) == words


def test_home_says_of_a_scheduled_text_once_when_it_goes(vic: FlaskClient, send: Send) -> None:
    day = datetime.now(UTC) + timedelta(days=2)
    for minute in range(6):
        send(when="later", date=f"{day:%Y-%m-%d}", time=f"10:0{minute}")
    times = [each.get_text() for each in ReadPage(vic.get("/")).soup.select("main tbody .time")]
    # The soonest five as what goes next, and the last one among the recent texts.
    assert times == [f"{day:%a} {day.day} {day:%b %Y}, 10:0{minute}" for minute in range(6)]


def test_home_brings_up_a_scheduled_text_of_which_no_message_came(
    vic: FlaskClient, send: Send, db: Database
) -> None:
    send(when="later", date=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}", time="10:00")
    (call,) = calls.list_recent(db, limit=9)
    looks.record_schedule_status(db, call, "MISSING", now=datetime.now(UTC), next_look_at=None)
    assert "is not accounted for" in ReadPage(vic.get("/")).text


def test_home_raises_the_alarm_for_what_the_provider_does_not_list(
    vic: FlaskClient, send: Send, db: Database
) -> None:
    send(when="later", date=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}", time="10:00")
    later = datetime.now(UTC) + timedelta(minutes=5)
    scheduled.record_list(db, [], asked_at=later, since=later - timedelta(days=92))
    alarm = ReadPage(vic.get("/")).soup.select_one("#need_unlisted")
    assert alarm is not None
    assert "1 scheduled text of ours is missing" in alarm.get_text()
    assert alarm["href"] == "/scheduled"


def test_home_lists_what_was_sent_last(vic: FlaskClient, send: Send) -> None:
    send(content="The very last")
    assert "The very last" in ReadPage(vic.get("/")).text


def test_a_viewer_is_not_offered_compose(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/"))
    assert "Compose" not in page.text


def test_the_shell_poll_brings_the_credits(vic: FlaskClient, worker: Worker, db: Database) -> None:
    worker.round(db)
    page = ReadPage(vic.get("/status?version=", headers={"HX-Request": "true"}), whole=False)
    assert "10,000" in page.text


def test_healthz_tells_a_monitor_how_things_are(mallory: FlaskClient, worker: Worker, db: Database) -> None:
    worker.round(db)
    response = mallory.get("/healthz")
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["database"] == "writable"
    assert response.json["provider"] == "ok"
    assert response.json["worker_seen_at"]


@pytest.mark.parametrize(("url", "status"), [("/no-such-page", 404), ("/compose/new", 403)])
def test_an_error_is_a_page_in_words(vic: FlaskClient, url: str, status: int) -> None:
    page = ReadPage(vic.get(url))
    assert page.status == status
    assert page.alerts()


def test_home_leads_the_admin_of_a_new_installation_through_what_is_missing(
    app: Flask, settings: Settings, db: Database, ada: FlaskClient, vic: FlaskClient
) -> None:
    def steps(client: FlaskClient) -> list[str]:
        return [str(each["href"]) for each in ReadPage(client.get("/")).soup.select("[id^=setup_]")]

    assert steps(ada) == []
    app.extensions["textdesk"] = replace(
        app.extensions["textdesk"], settings=replace(settings, smsworks_token="")
    )
    for sender in senders.list_senders(db):
        senders.remove_sender(db, sender)
    assert steps(ada) == ["/account/connection", "/account/senders"]
    assert steps(vic) == []
    for name in ("sam", "vic"):
        user = users.find_user(db, name)
        assert user is not None
        users.disable_user(db, user.id, now=datetime.now(UTC))
    assert steps(ada) == ["/account/connection", "/account/senders", "/account/staff"]


@pytest.fixture
def busy_days(db: Database) -> None:
    """Texts of every outcome, and replies, on three days of the last thirty; one is older, one deleted."""
    listed = [
        *(("DELIVERED", days) for days in (0, 0, 3, 29)),
        *(("UNDELIVERABLE", 0), ("EXPIRED", 3), ("REJECTED", 3)),
        *(("SENT", 0), ("TOMORROW", 3), ("DELIVERED", 30)),
        *(("INCOMING", 0), ("INCOMING", 3), ("INCOMING", 3)),
    ]
    for number, (status, days) in enumerate(listed):
        is_in = status == "INCOMING"
        report = MessageReport(
            message_id=f"m{number}",
            status=status,
            sender="447400123499" if is_in else "ElmStreet",
            destination="447400123456",
            content="Hello",
            created_at=datetime(2026, 10, 20, 12, 0, tzinfo=UTC) - timedelta(days=days),
            credits=None if is_in else Decimal(2),
        )
        messages.record_report(db, report, now=report.created_at, next_check_at=None)
    messages.mark_deleted(db, 1, now=datetime(2026, 10, 20, 12, 0, tzinfo=UTC))


@pytest.mark.usefixtures("october", "busy_days")
def test_home_each_number_of_a_plot_equals_the_list_behind_it(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/"))
    links = page.soup.select("#outcomes_plot a, #replies_plot a")
    assert len(links) == (3 + 2 + 2 + 3) + (1 + 2)
    for link in links:
        listed = ReadPage(vic.get(str(link["href"]))).soup.select("main tbody tr")
        assert len(listed) == int(link.get_text()) > 0, link["href"]
    assert [each.get_text() for each in page.soup.select("#outcomes_plot .plot-legend strong")] == [
        "4",
        "3",
        "2",
    ]


@pytest.mark.usefixtures("october", "busy_days")
def test_home_the_credits_of_a_day_are_what_spend_says(vic: FlaskClient) -> None:
    links = ReadPage(vic.get("/")).soup.select("#credits_plot a")
    assert len(links) == 1 + 3
    for link in links:
        cost = ReadPage(vic.get(str(link["href"]))).soup.select_one("#total_cost")
        assert cost is not None
        assert cost.get_text().split()[0] == link.get_text(), link["href"]


@pytest.mark.usefixtures("october", "busy_days")
def test_home_draws_its_plots(vic: FlaskClient) -> None:
    images = ReadPage(vic.get("/")).soup.select(".plot img")
    assert len(images) == 3
    for image in images:
        assert vic.get(str(image["src"])).mimetype == "image/svg+xml"
    assert vic.get("/plots/other.svg").status_code == 404


@pytest.mark.usefixtures("october", "busy_days")
def test_home_a_poll_counts_nothing_for_the_plots(vic: FlaskClient, queries: list[str]) -> None:
    queries.clear()
    answer = vic.get("/?version=old", headers={"HX-Request": "true"})
    assert "home_plots" in answer.text
    assert "<figure" not in answer.text
    assert not any("GROUP BY day" in query for query in queries)


def test_home_of_a_new_installation_shows_no_empty_plots(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/"))
    assert page.soup.select("figure") == []
    assert "Nothing has been sent from here yet." in page.text


def test_home_lists_what_goes_next(vic: FlaskClient, send: Send) -> None:
    send(
        content="In two days",
        when="later",
        date=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}",
        time="10:00",
    )
    page = ReadPage(vic.get("/"))
    (link,) = page.soup.select("a[id^=next_]")
    assert "In two days" in page.text
    assert "In two days" in ReadPage(vic.get(str(link["href"]))).text


def test_home_leaves_out_of_what_goes_next_what_was_cancelled(sam: FlaskClient, send: Send) -> None:
    date = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    for at in range(7):
        url = send(content=f"Cancelled {at}", when="later", date=date, time=f"10:{at:02}")
        sam.post(f"{url}/cancel")
    send(content="Goes", when="later", date=date, time="11:00")
    (link,) = ReadPage(sam.get("/")).soup.select("a[id^=next_]")
    assert "Goes" in ReadPage(sam.get(str(link["href"]))).text


def need(client: FlaskClient, name: str) -> tuple[str, str] | None:
    """The words and the address of one line of what needs a person."""
    found = ReadPage(client.get("/")).soup.select_one(f"#{name}")
    return (" ".join(found.get_text(" ").split()), str(found["href"])) if found else None


def test_home_says_that_credits_are_low(vic: FlaskClient, db: Database) -> None:
    readings.record_credits(db, Decimal(50), now=datetime.now(UTC))
    assert need(vic, "need_credits") is None
    readings.record_credits(db, Decimal("49.5"), now=datetime.now(UTC))
    assert need(vic, "need_credits") == (
        "Credits are low: 49.5 left, fewer than 50. Buy more before texts are refused",
        "/account",
    )


def test_every_other_page_warns_of_low_credits(vic: FlaskClient, worker: Worker, db: Database) -> None:
    worker.round(db)
    assert ReadPage(vic.get("/messages")).alerts() == []
    readings.record_credits(db, Decimal(12), now=datetime.now(UTC))
    (alert,) = ReadPage(vic.get("/messages")).alerts()
    assert alert == "Credits are low: 12 left, fewer than 50. See how long they last"
    assert ReadPage(vic.get("/")).alerts() == []


def test_home_says_how_long_a_reply_has_waited(vic: FlaskClient, receive: Receive) -> None:
    first = receive("Are you open?", sender="447400123411")
    receive("Hello?", sender="447400123412")
    words, url = need(vic, "need_reply") or ("", "")
    assert words.startswith("A reply has been waiting to be read for")
    assert "2 conversations in all" in words
    assert url == f"/inbox/{first.id}"


def test_home_brings_up_who_seems_to_want_no_more_texts(
    vic: FlaskClient, sam: FlaskClient, receive: Receive
) -> None:
    conversation = receive("Please stop texting me")
    url = f"/inbox/{conversation.id}"
    seems = "1 person seems to want no more texts"
    assert need(sam, "need_opt_out") == (f"{seems}: please decide", url)
    assert need(vic, "need_opt_out") == (f"{seems}: a colleague who may send has to decide", url)
    sam.post(f"/inbox/{conversation.id}/opt-out")
    assert need(vic, "need_opt_out") is None


@pytest.mark.usefixtures("october")
def test_home_says_when_more_texts_fail_than_usual(vic: FlaskClient, db: Database) -> None:
    def sent(status: str, days: int, count: int) -> None:
        at = datetime(2026, 10, 20, 12, 0, tzinfo=UTC) - timedelta(days=days)
        for number in range(count):
            report = MessageReport(
                f"{status}{days}-{number}", status, "ElmStreet", "447400123456", "Hello", at
            )
            messages.record_report(db, report, now=at, next_check_at=None)

    sent("DELIVERED", 10, 95)
    sent("EXPIRED", 10, 5)
    sent("DELIVERED", 0, 31)
    sent("EXPIRED", 1, 9)
    assert need(vic, "need_spike") is None
    sent("UNDELIVERABLE", 0, 1)
    assert need(vic, "need_spike") == (
        "More texts fail than usual: 24 in 100 since yesterday, usually 5",
        "/failed?since=2026-10-19",
    )
    sent("DELIVERED", 1, 40)
    assert need(vic, "need_spike") is None


def test_every_page_says_that_the_record_was_restored_until_the_replies_are_looked_through(
    app: Flask, worker: Worker, db: Database
) -> None:
    now = datetime.now(UTC)
    restores.mark_copy(db, backup_at=now - timedelta(hours=3))
    restores.prepare(db, now=now)
    vic = signed_in(app, "vic")
    for address in ("/", "/messages"):
        assert "The record was put back from a back-up" in ReadPage(vic.get(address)).text

    worker.round(db)

    assert "The record was put back" not in ReadPage(vic.get("/messages")).text
