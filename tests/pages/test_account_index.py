from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.page import ReadPage
from webapp.store import messages, readings
from webapp.store.messages import MessageReport
from webapp.worker import Worker

NOW = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)


def test_the_balance_is_not_known_before_the_provider_was_asked(vic: FlaskClient) -> None:
    assert "Not known yet" in ReadPage(vic.get("/account")).text


def test_the_balance_says_how_old_it_is(vic: FlaskClient, worker: Worker, db: Database) -> None:
    worker.round(db)
    page = ReadPage(vic.get("/account"))
    balance = page.soup.select("main dd")[0]
    assert balance.get_text() == "10,000 credits just now"


def test_every_page_of_account_is_a_tab(ada: FlaskClient) -> None:
    tabs = ReadPage(ada.get("/account")).soup.select("nav.tabs a")
    for tab in tabs:
        page = ReadPage(ada.get(str(tab["href"])))
        current = page.soup.select_one("nav.tabs a[aria-current]")
        assert current is not None
        assert current["href"] == tab["href"]
    assert {"Credits", "Sender IDs", "Connection", "You"} <= {tab.get_text() for tab in tabs}


@pytest.fixture
def a_month(db: Database) -> None:
    """A credit a day was spent for a month, three of them last week given back, and 500 were bought."""
    for days in range(31):
        at = NOW - timedelta(days=days)
        report = MessageReport(
            message_id=f"m{days}",
            status="EXPIRED" if 1 <= days <= 3 else "DELIVERED",
            sender="ElmStreet",
            destination="447400123456",
            content="Hello",
            created_at=at,
            credits=Decimal(1),
        )
        messages.record_report(db, report, now=at, next_check_at=None)
    for days, credits in ((29, 100), (10, 81), (9, 580), (0, 573)):
        readings.record_credits(db, Decimal(credits), now=NOW - timedelta(days=days))


@pytest.mark.usefixtures("october", "a_month")
def test_credits_say_how_fast_they_go_and_how_long_they_last(vic: FlaskClient) -> None:
    text = ReadPage(vic.get("/account")).text
    assert "Spent a day, last 7 days 0.57 credits" in text
    assert "Spent a day, last 30 days 0.9 credits" in text
    assert "more than a year at this rate" in text


@pytest.mark.usefixtures("october", "a_month")
def test_credits_that_are_as_good_as_gone_last_less_than_a_day(vic: FlaskClient, db: Database) -> None:
    readings.record_credits(db, Decimal("0.25"), now=NOW)
    text = ReadPage(vic.get("/account")).text
    assert "Lasts for less than a day at this rate" in text


@pytest.mark.usefixtures("october", "a_month")
def test_credits_that_were_bought_are_no_spend(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/account"))
    rest = page.soup.select_one("#movement_rest")
    assert rest is not None
    # 100 at the end of the first day; 28 texts since, three of them given back.
    assert rest.get_text() == str(573 - 100 + 28 + 1 - 3)


@pytest.mark.usefixtures("october", "a_month")
def test_the_balance_has_a_plot_with_its_table(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/account"))
    rows = [row.get_text(" ", strip=True) for row in page.soup.select("#balance_plot tbody tr")]
    assert rows[0] == "Tue 20 Oct 2026 573"
    assert rows[1].endswith("–")
    assert len(rows) == 30
    image = page.soup.select_one("#balance_plot img")
    assert image is not None
    assert vic.get(str(image["src"])).mimetype == "image/svg+xml"
    assert vic.get("/account/plots/other.svg").status_code == 404


@pytest.mark.usefixtures("october")
def test_low_credits_are_marked(vic: FlaskClient, db: Database) -> None:
    readings.record_credits(db, Decimal(49), now=NOW)
    page = ReadPage(vic.get("/account"))
    assert page.soup.select_one("#balance ~ dl .mark, #balance ~ dl [class*=attention]") is not None
    assert "Warning below 50 credits" in page.text


def test_only_administrators_are_led_to_where_the_threshold_is_changed(
    ada: FlaskClient, sam: FlaskClient
) -> None:
    link = ReadPage(ada.get("/account")).soup.select_one("dd a")
    assert link is not None
    assert "Warn when fewer credits are left than" in ReadPage(ada.get(str(link["href"]))).text
    assert ReadPage(sam.get("/account")).soup.select_one("dd a") is None
