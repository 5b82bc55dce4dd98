"""Messages, filtered by what they cost: as the provider charged, or as is expected where it has not said."""

import csv
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.batch_steps import a_confirmed_list
from tests.pages.page import ReadPage
from webapp.services.sync_log import sync_log
from webapp.smsworks.client import SmsWorks

TimePasses = Callable[[], None]
Send = Callable[..., str]
LONG = "A text of more than 160 characters costs two credits. " * 4


@pytest.fixture(autouse=True)
def sent(send: Send, sam: FlaskClient, batch_time: TimePasses, db: Database, provider: SmsWorks) -> None:
    """One credit, two, none as it was refused, one that is given back, and two that are only expected."""
    send(content="Short", recipients="07400 123456")
    send(content=LONG, recipients="07400 123457")
    send(content="Never taken", recipients="07400 123497")
    send(content="Does not arrive", recipients="07400 123490")
    a_confirmed_list(sam, "name,mobile\nAda,07400 123458\n", LONG)
    batch_time()
    db.execute("DELETE FROM leases")
    sync_log(db, provider, lease_seconds=30)


def costs_on(page: ReadPage) -> dict[str, str]:
    """What the list says that each cost, by the last four digits."""
    rows = page.soup.select("tbody tr")
    return {
        row.select("td")[0].get_text(strip=True)[-4:]: " ".join(row.select("td")[-1].get_text(" ").split())
        for row in rows
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("credits=1", {"3456": "1", "3490": "1 0"}),
        ("credits=1.0", {"3456": "1", "3490": "1 0"}),
        ("credits=2", {"3457": "2", "3458": "about ≈ 2"}),
        ("credits=0", {"3497": "0"}),
        ("credits=0&status=refused", {"3497": "0"}),
        ("credits=2&status=refused", {}),
        ("credits=1&status=UNDELIVERABLE", {"3490": "1 0"}),
        ("credits=1&direction=in", {}),
        ("credits=2.5", {}),
        ("credits=", {"3456": "1", "3457": "2", "3497": "0", "3490": "1 0", "3458": "about ≈ 2"}),
    ],
)
def test_messages_of_so_many_credits(vic: FlaskClient, query: str, found: dict[str, str]) -> None:
    page = ReadPage(vic.get(f"/messages?{query}"))
    assert (page.status, costs_on(page)) == (200, found)


def test_messages_of_so_many_credits_are_searched_and_downloaded(vic: FlaskClient) -> None:
    assert set(costs_on(ReadPage(vic.post("/messages?credits=2", data={"q": "characters"})))) == {
        "3457",
        "3458",
    }
    assert costs_on(ReadPage(vic.post("/messages?credits=1", data={"q": "characters"}))) == {}
    assert set(costs_on(ReadPage(vic.post("/messages?credits=0", data={"q": "never taken"})))) == {"3497"}
    text = vic.post("/messages/export?credits=2").get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(text.splitlines()))
    assert {(row["Credits"], row["Credits, estimated"]) for row in rows} == {("2.0", ""), ("", "2")}


@pytest.mark.parametrize("typed", ["many", "-1", "NaN", "1e400000", "1" * 10_000, "2,5", "Infinity", "'"])
def test_messages_of_credits_that_are_none_say_so(vic: FlaskClient, typed: str) -> None:
    page = ReadPage(vic.get("/messages", query_string={"credits": typed, "tag": "kept"}))
    assert page.status == 422
    assert any("Enter a number" in each for each in page.errors())
    assert (page.value("credits"), page.value("tag")) == (typed, "kept")
    assert page.soup.select_one("details[open] #credits[type=text]") is not None
    assert vic.post("/messages/export", query_string={"credits": typed}).status_code == 422
    assert vic.post("/messages", query_string={"credits": typed}, data={"q": "x"}).status_code == 422
