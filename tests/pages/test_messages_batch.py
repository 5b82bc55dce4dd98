"""Messages, filtered by batch: the list, searches in it, its file, and the ways that lead there."""

import csv
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.batch_steps import PERSONAL, TEXT, a_confirmed_list
from tests.pages.page import ReadPage
from webapp.services.sync_log import sync_log
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundBatch

# Delivered, failed for good, failed for a time.
FIRST = "name,mobile\nAda,07400 123456\nSam,07400 123490\nVic,07400 123491\n"
SECOND = "name,mobile\nAda,07400 123457\nZoe,07400 123490\n"
TimePasses = Callable[[], None]
Send = Callable[..., str]


@pytest.fixture
def batches(sam: FlaskClient, send: Send, batch_time: TimePasses) -> list[str]:
    """The references of two, the second with a text for each person; and a text of no batch."""
    addresses = [a_confirmed_list(sam, FIRST, tag="closing"), a_confirmed_list(sam, SECOND, PERSONAL)]
    send(content="Of no batch", recipients="07400 123456")
    batch_time()
    return [address.removeprefix("/batches/") for address in addresses]


@pytest.fixture
def elsewhere(provider: SmsWorks, db: Database) -> str:
    """The provider's id of a batch that another program has sent."""
    numbers = ("447400123461", "447400123462")
    sent = provider.send_batch(batch=OutboundBatch("Booking", numbers, "Your slot is at noon", tag="slots"))
    db.execute("DELETE FROM leases")
    sync_log(db, provider, lease_seconds=30)
    return sent.batch_id


def numbers_of(page: ReadPage) -> list[str]:
    return sorted(link.get_text(strip=True) for link in page.soup.select("a[id^=to_]"))


def test_messages_of_one_batch_are_listed_and_narrowed(vic: FlaskClient, batches: list[str]) -> None:
    assert len(numbers_of(ReadPage(vic.get("/messages")))) == 6
    page = ReadPage(vic.get(f"/messages?batch={batches[0]}"))
    assert numbers_of(page) == ["+44 7400 123456", "+44 7400 123490", "+44 7400 123491"]
    for more, found in [
        ("status=DELIVERED", ["+44 7400 123456"]),
        ("status=failed", ["+44 7400 123490", "+44 7400 123491"]),
        ("status=went&tag=closing", ["+44 7400 123456", "+44 7400 123490", "+44 7400 123491"]),
        ("tag=recall", []),
        ("sender=Nobody", []),
        ("direction=in", []),
        ("keyword=FLU", []),
        ("status=refused", []),
        ("until=2020-01-01", []),
    ]:
        assert numbers_of(ReadPage(vic.get(f"/messages?batch={batches[0]}&{more}"))) == found, more


def test_messages_of_one_batch_are_searched_by_number_and_words(vic: FlaskClient, batches: list[str]) -> None:
    url = f"/messages?batch={batches[1]}"
    assert numbers_of(ReadPage(vic.post(url, data={"q": "07400 123490"}))) == ["+44 7400 123490"]
    assert numbers_of(ReadPage(vic.post(url, data={"q": "zoe"}))) == ["+44 7400 123490"]
    assert numbers_of(ReadPage(vic.post(url, data={"q": "Of no batch"}))) == []


def test_messages_of_one_batch_as_a_file(vic: FlaskClient, batches: list[str]) -> None:
    text = vic.post(f"/messages/export?batch={batches[1]}").get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(text.splitlines()))
    assert sorted(row["To"] for row in rows) == ["+44 7400 123457", "+44 7400 123490"]


def test_messages_offers_the_latest_batches_by_name(vic: FlaskClient, batches: list[str]) -> None:
    options = ReadPage(vic.get(f"/messages?batch={batches[0]}")).soup.select("#batch option")
    assert [str(each["value"]) for each in options] == ["", batches[1], batches[0]]
    assert options[2].get_text().startswith("clinic.csv, ")
    assert [each["value"] for each in options if "selected" in each.attrs] == [batches[0]]


def test_messages_of_a_batch_are_led_to_from_its_page(vic: FlaskClient, batches: list[str]) -> None:
    link = ReadPage(vic.get(f"/batches/{batches[0]}")).soup.select_one("#in_messages")
    assert link is not None
    assert len(numbers_of(ReadPage(vic.get(str(link["href"]))))) == 3


def test_messages_of_a_batch_of_ours_by_the_providers_id(
    vic: FlaskClient, batches: list[str], db: Database
) -> None:
    ids = [row[0] for row in db.conn.execute("SELECT provider_batch_id FROM outbox WHERE batch_id = 1")]
    page = ReadPage(vic.get(f"/messages?batch={ids[0]}"))
    assert len(numbers_of(page)) == 3
    chosen = page.soup.select_one("#batch option[selected]")
    assert chosen is not None
    assert chosen["value"] == batches[0]


@pytest.mark.usefixtures("batches")
def test_messages_of_another_programs_batch_by_the_providers_id(vic: FlaskClient, elsewhere: str) -> None:
    link = ReadPage(vic.get(f"/batches/lookup?id={elsewhere}")).soup.select_one("#in_messages")
    assert link is not None
    page = ReadPage(vic.get(str(link["href"])))
    assert numbers_of(page) == ["+44 7400 123461", "+44 7400 123462"]
    assert "Another program’s" in page.text
    assert numbers_of(ReadPage(vic.get(f"{link['href']}&status=SENT&sender=Booking&tag=slots")))
    assert numbers_of(ReadPage(vic.get(f"{link['href']}&sender=Textdesk"))) == []
    assert numbers_of(ReadPage(vic.post(str(link["href"]), data={"q": "noon"})))


def test_messages_of_a_batch_page_by_page(vic: FlaskClient, sam: FlaskClient, batch_time: TimePasses) -> None:
    people = "".join(f"07400 1{position:03d}56\n" for position in range(400, 520))
    url = a_confirmed_list(sam, f"mobile\n{people}", TEXT).removeprefix("/batches/")
    batch_time()
    seen, at = [], f"/messages?batch={url}"
    while at:
        page = ReadPage(vic.get(at))
        seen += numbers_of(page)
        older = page.soup.select_one("a[rel=next]")
        at = str(older["href"]) if older else ""
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("ref", ["nothing", "'", "x" * 10_000, "1"])
def test_messages_of_a_batch_that_is_none_say_so(vic: FlaskClient, batches: list[str], ref: str) -> None:
    page = ReadPage(vic.get("/messages", query_string={"batch": ref, "tag": "kept"}))
    assert page.status == 422
    assert "Choose one of those on the list." in page.text
    assert page.value("tag") == "kept"
    assert vic.post("/messages/export", query_string={"batch": ref}).status_code == 422
