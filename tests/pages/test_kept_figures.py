"""What is counted once for all who look is never older than what was just taken into the record."""

from datetime import UTC, datetime
from decimal import Decimal

from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.page import ReadPage
from webapp.store import messages
from webapp.store.messages import MessageReport


def fail(db: Database, name: str, *, details: str = "Phone off") -> None:
    now = datetime.now(UTC)
    report = MessageReport(
        *(name, "EXPIRED", "ElmStreet", "447400123491", "Hello", now),
        **{"failure_code": "3001", "failure_details": details, "failure_permanent": False},
    )
    messages.record_report(db, report, now=now, next_check_at=None, expected_credits=Decimal(1))


def reasons(page: ReadPage) -> list[list[str]]:
    """Words and number of each reason."""
    cells = [row.select("td") for row in page.soup.select("table tbody tr") if row.select("a[id^=reason_]")]
    return [[each[0].get_text(strip=True), each[-1].get_text(strip=True)] for each in cells]


def figures_of(page: ReadPage, plot: str) -> list[str]:
    """The totals in its legend, and where its image is."""
    image = page.soup.select_one(f"#{plot} img")
    assert image is not None
    return [
        *(each.get_text() for each in page.soup.select(f"#{plot} .plot-legend strong")),
        str(image["src"]),
    ]


def test_failed_counts_what_has_just_failed_whoever_looks(
    vic: FlaskClient, sam: FlaskClient, db: Database
) -> None:
    fail(db, "one")
    first = ReadPage(vic.get("/failed"))
    assert reasons(first) == reasons(ReadPage(sam.get("/failed"))) == [["Phone off", "1"]]
    fail(db, "two", details="Out of reach")
    for person in (vic, sam):
        page = ReadPage(person.get("/failed"))
        assert reasons(page) == [["Out of reach", "2"]]
        assert figures_of(page, "plot_1") != figures_of(first, "plot_1")
        drawn = person.get(figures_of(page, "plot_2")[-1]).text
        assert "Out of reach" in drawn


def test_failed_is_of_the_days_and_in_the_theme_that_each_chose(vic: FlaskClient, db: Database) -> None:
    fail(db, "one")
    assert reasons(ReadPage(vic.get("/failed"))) == [["Phone off", "1"]]
    assert reasons(ReadPage(vic.get("/failed?since=2026-01-01&until=2026-01-02"))) == []
    assert "theme=light" in figures_of(ReadPage(vic.get("/failed")), "plot_1")[-1]
    vic.set_cookie("theme", "dark")
    assert "theme=dark" in figures_of(ReadPage(vic.get("/failed")), "plot_1")[-1]


def spend(page: ReadPage) -> dict[str, list[str]]:
    cells = [row.select("td") for row in page.soup.select("section.spend tbody tr")]
    return {row[0].get_text(strip=True): [each.get_text(strip=True) for each in row[1:]] for row in cells}


def test_spend_is_that_of_now_whatever_has_changed(vic: FlaskClient, ada: FlaskClient, db: Database) -> None:
    fail(db, "one")
    assert spend(ReadPage(vic.get("/account/spend")))["ElmStreet"] == ["1", "1", "1", "0"]
    fail(db, "two")
    assert spend(ReadPage(ada.get("/account/spend")))["ElmStreet"] == ["2", "2", "2", "0"]
    db.execute("UPDATE messages SET expected_credits = '3' WHERE message_id = 'two'")
    db.conn.commit()
    assert spend(ReadPage(vic.get("/account/spend")))["ElmStreet"] == ["2", "4", "4", "0"]
    db.execute("UPDATE messages SET status = 'DELIVERED'")
    db.conn.commit()
    assert spend(ReadPage(vic.get("/account/spend")))["ElmStreet"] == ["2", "4", "0", "4"]
