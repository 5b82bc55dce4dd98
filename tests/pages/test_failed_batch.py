"""Failed, filtered by batch: the list, its counts and plots, what is sent again from it, and its file."""

import csv
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.pages.batch_steps import TEXT, a_confirmed_list
from tests.pages.page import ReadPage

# Delivered, failed for good, failed for a time, rejected.
FIRST = "name,mobile\nAda,07400 123456\nSam,07400 123490\nVic,07400 123491\nEve,07400 123492\n"
SECOND = "name,mobile\nAda,07400 123457\nZoe,07400 123490\n"

TimePasses = Callable[[], None]


@pytest.fixture
def batches(sam: FlaskClient, batch_time: TimePasses) -> list[str]:
    """The references of two, of which three and one failed."""
    addresses = [a_confirmed_list(sam, FIRST), a_confirmed_list(sam, SECOND, f"{TEXT} Twice")]
    batch_time()
    return [address.removeprefix("/batches/") for address in addresses]


def numbers_of(page: ReadPage) -> list[str]:
    return sorted(link.get_text() for link in page.soup.select("a[id^=failure_] > .number"))


def test_failed_of_one_batch_are_listed_counted_and_plotted(vic: FlaskClient, batches: list[str]) -> None:
    assert len(numbers_of(ReadPage(vic.get("/failed")))) == 4
    page = ReadPage(vic.get(f"/failed?batch={batches[0]}"))
    assert numbers_of(page) == ["+44 7400 123490", "+44 7400 123491", "+44 7400 123492"]
    assert "Texts of this batch that did not arrive, and" in page.text
    reasons = [
        row.select("td")[-1].get_text(strip=True) for row in page.soup.select("tr:has(a[id^=reason_])")
    ]
    assert sum(map(int, reasons)) == 3
    plotted = [
        int(cell.get_text(strip=True))
        for cell in page.soup.select("#plot_1 tbody td")
        if cell.select_one("a")
    ]
    assert sum(plotted) == 3
    one = page.soup.select_one("#plot_1 tbody td a")
    assert one is not None
    assert len(numbers_of(ReadPage(vic.get(str(one["href"]))))) == plotted[0]


def test_failed_of_one_batch_can_be_narrowed(vic: FlaskClient, batches: list[str]) -> None:
    page = ReadPage(vic.get(f"/failed?batch={batches[0]}&lasts=permanent"))
    assert "+44 7400 123490" in numbers_of(page)
    assert "+44 7400 123491" not in numbers_of(page)
    assert numbers_of(ReadPage(vic.get(f"/failed?batch={batches[0]}&until=2020-01-01"))) == []
    assert numbers_of(ReadPage(vic.get(f"/failed?batch={batches[0]}&sender=Nobody"))) == []


def test_failed_offers_the_batches_of_which_something_failed(
    vic: FlaskClient, sam: FlaskClient, batches: list[str], batch_time: TimePasses
) -> None:
    arrived = a_confirmed_list(sam, "name,mobile\nAda,07400 123458\n", f"{TEXT} Thrice")
    batch_time()
    options = [str(each["value"]) for each in ReadPage(vic.get("/failed")).soup.select("#batch option")]
    assert options == ["", batches[1], batches[0]]
    page = ReadPage(vic.get(f"/failed?batch={arrived.removeprefix('/batches/')}"))
    assert "No failed text matches this." in page.text
    chosen = page.soup.select_one("#batch option[selected]")
    assert chosen is not None
    assert chosen["value"] == arrived.removeprefix("/batches/")


def test_failed_of_a_batch_that_is_none_says_so(vic: FlaskClient, batches: list[str]) -> None:
    page = ReadPage(vic.get("/failed?batch=nothing"))
    assert page.status == 422
    assert "Choose one of those on the list." in page.text
    assert vic.post("/failed/export?batch=nothing").status_code == 422


def test_failed_of_one_batch_as_a_file(vic: FlaskClient, batches: list[str]) -> None:
    text = vic.post(f"/failed/export?batch={batches[1]}").get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["Number"], row["Batch"]) for row in rows] == [("+44 7400 123490", batches[1])]


def test_failed_sends_again_and_stays_with_the_batch(sam: FlaskClient, batches: list[str]) -> None:
    answer = sam.post(f"/failed/resend?batch={batches[0]}", data={})
    assert answer.location == f"/failed?batch={batches[0]}"
