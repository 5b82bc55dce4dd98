"""What texts cost: sums that equal the lists behind them, and the difference between estimate and bill."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.markup import Element
from tests.pages.page import ReadPage
from webapp.services.prices import expected_credits
from webapp.store import messages
from webapp.store.messages import MessageReport

Send = Callable[..., str]
NOW = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)


def add(db: Database, name: str, **changes: object) -> None:
    """A text of the record, one credit's worth unless that is said otherwise."""
    usual = {
        **{"message_id": name, "status": "DELIVERED", "sender": "ElmStreet", "destination": "447400123456"},
        **{"content": "Hello", "created_at": NOW, "credits": None},
    }
    report = MessageReport(**{**usual, **changes})  # type: ignore[arg-type]
    expected = expected_credits(db, content=report.content, destination=report.destination)
    messages.record_report(db, report, now=NOW, next_check_at=None, expected_credits=expected)


@pytest.fixture
def some_spent(db: Database) -> None:
    add(db, "one", credits=Decimal(1), tag="recall")
    add(db, "long", credits=Decimal(3), content="x" * 161, tag="recall")
    add(db, "failed", credits=Decimal(1), status="EXPIRED", tag="textdesk-12345678")
    add(db, "abroad", destination="33612345678", status="UNDELIVERABLE", sender="Other")
    add(db, "rejected", status="REJECTED", sender="Other")
    add(db, "before", created_at=NOW - timedelta(days=40))
    add(db, "reply", status="INCOMING", sender="447400123499")


def cells(page: ReadPage, heading: str) -> dict[str, list[str]]:
    """A table of sums: what stands in each line, by its first cell."""
    section = page.soup.select_one(f"section[aria-labelledby={heading}]")
    assert section is not None, heading
    found = [[_words(cell) for cell in row.select("td")] for row in section.select("tbody tr")]
    return {first: rest for first, *rest in found}


def _words(element: Element) -> str:
    return " ".join(element.get_text(" ").split())


@pytest.mark.usefixtures("october", "some_spent")
def test_spend_is_of_this_month_unless_days_are_chosen(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/account/spend"))
    assert "Thu 1 Oct 2026 to Sat 31 Oct 2026" in page.text
    assert cells(page, "by_sender") == {
        "ElmStreet": ["3", "5", "1", "4"],
        "Other": ["2", "2", "0", "2"],
    }
    assert cells(page, "by_tag") == {"recall": ["2", "4", "0", "4"], "Without a tag": ["3", "3", "1", "2"]}
    assert cells(page, "by_person") == {"Other programs of the account": ["5", "7", "1", "6"]}
    before = cells(ReadPage(vic.get("/account/spend?month=2026-09")), "by_sender")
    assert before == {"ElmStreet": ["1", "1", "0", "1"]}


@pytest.mark.usefixtures("october", "some_spent")
def test_spend_each_number_of_texts_equals_the_list_behind_it(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/account/spend?since=2026-01-01"))
    links = page.soup.select(".account-part a[href^='/messages?']")
    assert len(links) >= 6
    for link in links:
        listed = ReadPage(vic.get(str(link["href"]))).soup.select("main tbody tr")
        assert len(listed) == int(link.get_text()), link["href"]
    assert set(cells(page, "by_month")) == {"September 2026", "October 2026"}


@pytest.mark.usefixtures("october", "some_spent")
def test_spend_explains_how_estimate_and_bill_differ(vic: FlaskClient) -> None:
    text = ReadPage(vic.get("/account/spend")).text
    assert "named the charge of 3 texts: 5 credits" in text
    assert "Estimated were 4 credits: 1 text was charged otherwise, 1 credit more in all" in text
    assert "Of the other 2 texts it has named none" in text
    page = ReadPage(vic.get("/account/spend"))
    assert [str(link["href"]) for link in page.soup.select("a.row-link")] == ["/messages/long"]


@pytest.mark.usefixtures("october")
def test_spend_names_who_sent_what(sam: FlaskClient, send: Send) -> None:
    send(tag="recall")
    page = ReadPage(sam.get("/account/spend"))
    assert cells(page, "by_person") == {"sam": ["1", "1", "0", "1"]}
    assert page.soup.select_one("#by_batch") is None
    assert "That is exactly what was estimated" in page.text


@pytest.mark.usefixtures("october", "some_spent")
def test_spend_as_a_file_adds_up_to_the_page(vic: FlaskClient, db: Database) -> None:
    response = vic.post("/account/spend/export?month=2026-10")
    lines = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert sum(int(line["Texts"]) for line in lines) == 5
    assert sum(Decimal(line["Cost"]) for line in lines) == 6
    assert {line["By"] for line in lines} == {"Other programs of the account"}
    assert db.execute("SELECT COUNT(*) FROM audit WHERE action = 'exported spend'").fetchone()[0] == 1


@pytest.mark.parametrize(
    "days", ["since=2026-10-20&until=2026-10-01", "since=yesterday", "since=0001-01-01", "until=9999-12-31"]
)
def test_spend_says_which_days_it_does_not_understand(vic: FlaskClient, days: str) -> None:
    page = ReadPage(vic.get(f"/account/spend?{days}"))
    assert page.status == 422
    assert page.errors()
    assert vic.post(f"/account/spend/export?{days}").status_code == 422


def test_spend_of_nothing_says_so(vic: FlaskClient) -> None:
    for query in (
        "",
        "?month=nonsense",
        "?month=2026-13",
        "?month=9999-12",
        "?until=2020-01-01",
        "?since=2090-01-01",
    ):
        assert "Nothing was sent in these days" in ReadPage(vic.get(f"/account/spend{query}")).text
