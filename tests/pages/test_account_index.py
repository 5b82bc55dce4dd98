from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.page import ReadPage
from webapp.worker import Worker


def test_the_balance_is_not_known_before_the_provider_was_asked(vic: FlaskClient) -> None:
    assert "Not known yet" in ReadPage(vic.get("/account")).text


def test_the_balance_says_how_old_it_is(vic: FlaskClient, worker: Worker, db: Database) -> None:
    worker.round(db)
    page = ReadPage(vic.get("/account"))
    (balance,) = page.soup.select("main dd")
    assert balance.get_text() == "10,000 credits just now"


def test_every_page_of_account_is_a_tab(ada: FlaskClient) -> None:
    tabs = ReadPage(ada.get("/account")).soup.select("nav.tabs a")
    for tab in tabs:
        page = ReadPage(ada.get(str(tab["href"])))
        current = page.soup.select_one("nav.tabs a[aria-current]")
        assert current is not None
        assert current["href"] == tab["href"]
    assert {"Credits", "Sender IDs", "Connection", "You"} <= {tab.get_text() for tab in tabs}
