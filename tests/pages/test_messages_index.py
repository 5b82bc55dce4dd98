from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import Clock
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.services.sync_log import sync_log
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundBatch, OutboundMessage

Send = Callable[..., str]
FROM_ELSEWHERE = OutboundMessage(
    "Booking", "447400123456", "Your slot is at noon", tag="slots", metadata={'ward "A"': "it's = north"}
)


@pytest.fixture
def read_log(db: Database, provider: SmsWorks) -> Callable[[], None]:
    """The worker has read the provider's log."""

    def read() -> None:
        db.execute("DELETE FROM leases")
        sync_log(db, provider, lease_seconds=30)

    return read


@pytest.fixture
def mixed(
    send: Send, provider: SmsWorks, sandbox: Sandbox, clock: Clock, read_log: Callable[[], None]
) -> None:
    """Texts from here and elsewhere, out and in, gone and not."""
    send(content="From here", tag="reminders")
    provider.send_message(message=FROM_ELSEWHERE)
    send(content="Never taken", recipients="07400 123497")
    send(content="Does not arrive", recipients="07400 123490")
    send(
        content="Next week",
        when="later",
        date=f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%d}",
        time="10:00",
    )
    sandbox.inject_inbound(sender="447400123457", content="Can I come later?", keyword="CLINIC")
    clock.advance(30)
    sandbox.run_due()
    read_log()


def texts_of(page: ReadPage) -> set[str]:
    return {cell.get_text(strip=True) for cell in page.soup.select("tbody .excerpt")}


EVERYTHING = {
    *("From here", "Your slot is at noon", "Never taken", "Does not arrive", "Next week"),
    "Can I come later?",
}


@pytest.mark.usefixtures("mixed")
def test_messages_index_lists_everything_whoever_sent_it(vic: FlaskClient) -> None:
    page = ReadPage(vic.get("/messages"))
    assert texts_of(page) == EVERYTHING
    assert "another program" in page.text
    assert "log is read up to" in page.text


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("direction=in", {"Can I come later?"}),
        ("direction=out", EVERYTHING - {"Can I come later?"}),
        ("status=UNDELIVERABLE", {"Does not arrive"}),
        ("status=refused", {"Never taken"}),
        ("status=SCHEDULED", {"Next week"}),
        ("sender=Booking", {"Your slot is at noon"}),
        ("tag=reminders", {"From here"}),
        ("keyword=CLINIC", {"Can I come later?"}),
        ("since=2020-01-01&until=2020-01-02", set()),
        ("since=2020-01-01", EVERYTHING),
        ("status=TELEPORTED", set()),
        ("direction=sideways", EVERYTHING),
    ],
)
def test_messages_index_filters(vic: FlaskClient, query: str, found: set[str]) -> None:
    page = ReadPage(vic.get(f"/messages?{query}"))
    assert (page.status, texts_of(page)) == (200, found)


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("07400 123457", {"Can I come later?"}),
        ("+44 7400 123457", {"Can I come later?"}),
        ("0044 7400-123457", {"Can I come later?"}),
        ("+44 (0)7400 123457", {"Can I come later?"}),
        ("123457", {"Can I come later?"}),
        ("123490", {"Does not arrive"}),
        ("123497", {"Never taken"}),
        ("slots", {"Your slot is at noon"}),
        ("noon slot", {"Your slot is at noon"}),
        ("never TAKEN", {"Never taken"}),
        ('"noon', {"Your slot is at noon"}),
        ("zebra", set()),
        ("%", set()),
        ("12", set()),
    ],
)
def test_messages_index_finds_numbers_in_any_form_and_words(
    vic: FlaskClient, typed: str, found: set[str]
) -> None:
    page = ReadPage(vic.post("/messages", data={"q": typed}))
    assert (page.status, texts_of(page)) == (200, found)


@pytest.mark.parametrize("typed", ["Ṣọ́lá", "s\u0323o\u0323\u0301la\u0301", "sola"])
def test_messages_index_finds_words_with_accents_that_stand_apart(
    vic: FlaskClient, sam: FlaskClient, send: Send, typed: str
) -> None:
    send(content="Dear Ṣọ́lá, you are next")
    send(content="Nobody else is")
    assert texts_of(ReadPage(vic.post("/messages", data={"q": typed}))) == {"Dear Ṣọ́lá, you are next"}


@pytest.mark.usefixtures("mixed")
def test_messages_index_searches_within_the_filter(vic: FlaskClient) -> None:
    assert texts_of(ReadPage(vic.post("/messages?direction=in", data={"q": "come"}))) == {"Can I come later?"}
    assert texts_of(ReadPage(vic.post("/messages?direction=out", data={"q": "come"}))) == set()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2026-11-20&until=2026-11-01", "The last day is before the first one"),
        ("since=yesterday", "Not a valid date"),
        ("tag=" + "x" * 300, "longer than"),
    ],
)
def test_messages_index_says_what_is_wrong_with_a_filter(vic: FlaskClient, query: str, words: str) -> None:
    page = ReadPage(vic.get(f"/messages?{query}"))
    assert page.status == 422
    assert words in page.text
    assert ReadPage(vic.post(f"/messages?{query}", data={"q": "x"})).status == 422
    assert vic.post(f"/messages/export?{query}").status_code == 422


def test_messages_index_bears_a_place_nobody_wrote(vic: FlaskClient) -> None:
    for place in ("x", "9" * 16 + "-0-1", "1-7-1", "..%2F"):
        assert vic.get(f"/messages?before={place}").status_code == 200
        assert vic.post("/messages", data={"q": "words", "before": place}).status_code == 200


def test_messages_index_pages_a_search_and_a_list_without_a_gap(
    vic: FlaskClient, provider: SmsWorks, read_log: Callable[[], None]
) -> None:
    numbers = tuple(f"4474001{position:03d}56" for position in range(120))
    provider.send_batch(batch=OutboundBatch("Clinic", numbers, "To many"))
    read_log()
    seen: list[str] = []
    url = "/messages"
    while url:
        page = ReadPage(vic.get(url))
        seen += [link.get_text(strip=True) for link in page.soup.select(".row-link")]
        older = page.soup.select_one("a[rel=next]")
        url = str(older["href"]) if older else ""
    assert len(seen) == len(set(seen)) == 120
    found: list[str] = []
    form = {"q": "many"}
    while form:
        page = ReadPage(vic.post("/messages", data=form))
        found += [link.get_text(strip=True) for link in page.soup.select(".row-link")]
        more = page.soup.select_one("button[name=before]")
        form = {"q": "many", "before": str(more["value"])} if more else {}
    assert sorted(found) == sorted(seen)


@pytest.mark.usefixtures("mixed")
def test_messages_index_exports_what_is_filtered_and_searched(vic: FlaskClient) -> None:
    everything = vic.post("/messages/export").get_data(as_text=True).splitlines()
    assert len(everything) == 1 + len(EVERYTHING)
    assert "Time,Time (UTC)" in everything[0]
    received = vic.post("/messages/export?direction=in").get_data(as_text=True).splitlines()
    assert len(received) == 2
    assert received[1].startswith("in,+44 7400 123457,")
    noon = vic.post("/messages/export", data={"q": "noon"}).get_data(as_text=True).splitlines()
    assert len(noon) == 2


@pytest.mark.usefixtures("mixed")
def test_messages_record_shows_another_programs_message(vic: FlaskClient, ada: FlaskClient) -> None:
    row = ReadPage(vic.post("/messages", data={"q": "noon"})).soup.select_one(".row-link")
    assert row is not None
    page = ReadPage(vic.get(str(row["href"])))
    assert "Sent by another program of this account" in page.text
    assert "Your slot is at noon" in page.text
    assert "Delete the record" not in page.text
    assert "Provider’s record" not in page.text
    assert "Provider’s record" in ReadPage(ada.get(str(row["href"]))).text
    assert ReadPage(vic.post(f"{row['href']}/refresh", follow_redirects=True)).status == 200


@pytest.mark.usefixtures("mixed")
def test_messages_record_of_what_came_in_leads_to_its_conversation(vic: FlaskClient) -> None:
    row = ReadPage(vic.get("/messages?direction=in")).soup.select_one(".row-link")
    assert row is not None
    page = ReadPage(vic.get(str(row["href"])))
    assert page.soup.select_one("#own_conversation") is not None
    assert "Text from +44 7400 123457" in page.text


@pytest.mark.usefixtures("mixed")
def test_messages_record_is_deleted_at_the_provider_first_and_leaves_a_tombstone(
    ada: FlaskClient, sam: FlaskClient, sandbox: Sandbox, provider: SmsWorks
) -> None:
    row = ReadPage(ada.post("/messages", data={"q": "noon"})).soup.select_one(".row-link")
    assert row is not None
    url = str(row["href"])
    assert sam.post(f"{url}/delete", data={"last_digits": "3456"}).status_code == 403
    assert ReadPage(ada.post(f"{url}/delete", data={"last_digits": "0000"})).status == 422
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="delete_message"))
    assert ReadPage(ada.post(f"{url}/delete", data={"last_digits": "3456"})).status == 502
    assert "noon" in ada.get(url).text
    page = ReadPage(ada.post(f"{url}/delete", data={"last_digits": "3456"}, follow_redirects=True))
    assert "Record deleted by ada" in page.text
    assert "noon" not in ada.get(url).text
    assert texts_of(ReadPage(ada.post("/messages", data={"q": "noon"}))) == set()
    again = ReadPage(ada.post(f"{url}/delete", data={"last_digits": "3456"}, follow_redirects=True))
    assert again.status == 200
