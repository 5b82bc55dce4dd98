from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import signed_in
from tests.pages.page import ReadPage
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundMessage

Send = Callable[..., str]
HTMX = {"HX-Request": "true"}


def cell(page: ReadPage, part: str, day: str) -> str:
    """What the table holds for a part of a day."""
    days = [each.get_text(" ").strip() for each in page.soup.select(".week-table thead th")]
    row = next(each for each in page.soup.select(".week-table tbody tr") if part in each.get_text())
    position = next(position for position, name in enumerate(days) if name.startswith(day))
    return " ".join(row.select("td")[position].get_text(" ").split())


@pytest.mark.usefixtures("october")
def test_scheduled_week_shows_what_goes_when_in_a_table_and_as_a_list(vic: FlaskClient, send: Send) -> None:
    send(content="On Thursday", when="later", date="2026-10-22", time="14:30")
    page = ReadPage(vic.get("/scheduled/week"))
    assert "Mon 19 Oct to Sun 25 Oct 2026" in page.text
    assert "14:30" in cell(page, "Afternoon", "Thu 22 Oct")
    assert "On Thursday" in cell(page, "Afternoon", "Thu 22 Oct")
    assert cell(page, "Afternoon", "Wed 21 Oct") == ""
    thursday = page.soup.select_one('.week-day[aria-label="Thu 22 Oct"]')
    assert thursday is not None
    assert "On Thursday" in thursday.get_text()
    link = thursday.select_one("a")
    assert link is not None
    assert "On Thursday" in ReadPage(vic.get(str(link["href"]))).text


@pytest.mark.usefixtures("october")
def test_scheduled_week_tells_the_two_half_past_ones_of_october_apart(vic: FlaskClient, send: Send) -> None:
    for fold in ("0", "1"):
        send(when="later", date="2026-10-25", time="01:30", fold=fold, content=f"Fold {fold}")
    page = ReadPage(vic.get("/scheduled/week"))
    sunday = cell(page, "Night", "Sun 25 Oct")
    assert sunday.index("01:30 BST") < sunday.index("Fold 0") < sunday.index("01:30 GMT")
    assert "Clocks go back: 25 hours" in page.text


@pytest.mark.usefixtures("october")
def test_scheduled_week_leads_to_the_weeks_before_and_after(vic: FlaskClient, send: Send) -> None:
    send(content="Next week", when="later", date="2026-10-26", time="09:00")
    page = ReadPage(vic.get("/scheduled/week"))
    assert "Next week" not in page.text
    assert "Nothing is scheduled in this week." in page.text
    assert "This week" not in page.buttons()
    later = page.soup.select_one('[rel="next"]')
    assert later is not None
    page = ReadPage(vic.get(str(later["href"])))
    assert "Next week" in cell(page, "Morning", "Mon 26 Oct")
    assert {"Week before", "This week"} <= set(page.buttons())


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("start", "shown"),
    [
        ("2026-10-28", "Mon 26 Oct"),
        ("nonsense", "Mon 19 Oct"),
        ("2026-02-30", "Mon 19 Oct"),
        ("0001-01-01", "Mon 20 Jul"),
        ("9999-12-31", "Mon 18 Oct"),
        ("x" * 10_000, "Mon 19 Oct"),
    ],
)
def test_scheduled_week_bears_any_start(vic: FlaskClient, start: str, shown: str) -> None:
    page = ReadPage(vic.get("/scheduled/week", query_string={"start": start}))
    assert page.status == 200
    heading = page.soup.select_one(".week-head h2")
    assert heading is not None
    assert heading.get_text().startswith(f"{shown} to")


@pytest.mark.usefixtures("october")
def test_scheduled_week_shows_the_first_of_a_full_morning_and_leads_to_the_rest(
    app: Flask, vic: FlaskClient, provider: SmsWorks
) -> None:
    for minute in range(9):
        at = datetime(2026, 10, 22, 9, minute, tzinfo=UTC)
        provider.schedule_message(
            message=OutboundMessage("Clinic", f"44740012340{minute}", f"No {minute}", scheduled_at=at)
        )
    page = ReadPage(vic.get("/scheduled/week"))
    morning = cell(page, "Morning", "Thu 22 Oct")
    assert "No 5" in morning
    assert "No 6" not in morning
    more = page.soup.select_one(".week-table .week-more")
    assert more is not None
    shown = ReadPage(vic.get(str(more["href"])))
    assert [each.get_text() for each in shown.soup.select("tbody .excerpt")] == ["No 6", "No 7", "No 8"]
    with time_machine.travel(datetime(2026, 10, 22, 18, 0, tzinfo=UTC), tick=False):
        vic = signed_in(app, "vic")
        page = ReadPage(vic.get("/scheduled/week"))
        more = page.soup.select_one(".week-table .week-more")
        assert more is not None
        shown = ReadPage(vic.get(str(more["href"])))
        assert [each.get_text() for each in shown.soup.select("tbody .excerpt")][:2] == ["No 8", "No 7"]


@pytest.mark.usefixtures("october")
def test_scheduled_week_unchanged_poll_has_no_body(vic: FlaskClient, send: Send) -> None:
    send(when="later", date="2026-10-22", time="14:30")
    poll = ReadPage(vic.get("/scheduled/week")).soup.select_one("#scheduled_week")
    assert poll is not None
    assert vic.get(str(poll["hx-get"]), headers=HTMX).status_code == 204
    send(content="Another", when="later", date="2026-10-22", time="15:30")
    page = ReadPage(vic.get(str(poll["hx-get"]), headers=HTMX), whole=False)
    assert page.ids() == ["scheduled_week"]


@pytest.mark.usefixtures("october")
def test_scheduled_week_is_exported_alone(vic: FlaskClient, send: Send) -> None:
    send(content="This week", when="later", date="2026-10-25", time="23:59")
    send(content="Next week", when="later", date="2026-10-26", time="00:00")
    lines = vic.post("/scheduled/export?week=2026-10-19").get_data(as_text=True).splitlines()
    assert len(lines) == 2
    assert "This week" in lines[1]


def test_scheduled_week_asks_as_many_questions_however_much_it_holds(
    vic: FlaskClient, provider: SmsWorks, queries: list[str]
) -> None:
    """One part of a day costs the same whether it holds one text or six."""

    def schedule(position: int, days: int) -> None:
        at = datetime.now(UTC) + timedelta(days=days, seconds=position)
        provider.schedule_message(
            message=OutboundMessage("Clinic", f"44740012340{position}", "Hello", scheduled_at=at)
        )

    schedule(0, 7)
    start = f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%d}"
    vic.get("/scheduled")
    queries.clear()
    vic.get(f"/scheduled/week?start={start}")
    with_one = len([each for each in queries if each.startswith("SELECT")])
    for position in range(1, 6):
        schedule(position, 7)
    vic.post("/scheduled/ask")
    queries.clear()
    vic.get(f"/scheduled/week?start={start}")
    assert len([each for each in queries if each.startswith("SELECT")]) == with_one
