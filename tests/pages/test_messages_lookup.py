from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.page import ReadPage
from tests.pages.test_messages_index import FROM_ELSEWHERE, texts_of
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundBatch

TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


def ask(client: FlaskClient, **typed: Any) -> ReadPage:
    return ReadPage(client.post("/messages/provider", data={"limit": "100", **typed}))


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"destination": "07400 123456"},
        {"sender": "Booking"},
        {"status": "sent"},
        {"credits": "1"},
        {"since": "2020-01-01", "until": "2099-01-01"},
        {"metadata": 'ward "A" = it\'s = north'},
        {"destination": "+44 7400 123456", "sender": "Booking", "status": "SENT", "credits": "1.0"},
    ],
)
def test_messages_lookup_passes_every_criterion_and_stores_what_comes(
    vic: FlaskClient, provider: SmsWorks, typed: dict[str, str]
) -> None:
    provider.send_message(message=FROM_ELSEWHERE)
    page = ask(vic, **typed)
    assert (page.status, texts_of(page)) == (200, {"Your slot is at noon"})
    assert "1 to 1. That is all." in page.text
    assert texts_of(ReadPage(vic.get("/messages"))) == {"Your slot is at noon"}


@pytest.mark.parametrize(
    "typed",
    [
        {"destination": "07400 123457"},
        {"sender": "Nobody"},
        {"status": "TELEPORTED"},
        {"credits": "7"},
        {"until": "2020-01-01"},
        {"metadata": 'ward "A" = south'},
        {"keyword": "NONE"},
    ],
)
def test_messages_lookup_finds_nothing_else(
    vic: FlaskClient, provider: SmsWorks, typed: dict[str, str]
) -> None:
    provider.send_message(message=FROM_ELSEWHERE)
    page = ask(vic, **typed)
    assert page.status in (200, 422)
    assert texts_of(page) == set()


def test_messages_lookup_tells_unread_from_read(vic: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.inject_inbound(sender="447400123457", content="Hello", keyword="CLINIC")
    assert texts_of(ask(vic, status="INCOMING", unread="yes", keyword="CLINIC")) == {"Hello"}
    assert texts_of(ask(vic, status="INCOMING", unread="no")) == set()
    assert "fetch_unread" not in sandbox.calls()


def test_messages_lookup_knows_its_own_texts_among_what_comes(
    sam: FlaskClient, send: Callable[..., str], provider: SmsWorks
) -> None:
    url = send()
    provider.send_message(message=FROM_ELSEWHERE)
    page = ask(sam)
    authors = {cell.get_text(strip=True) for cell in page.soup.select('td[data-label="By"]')}
    assert authors == {"sam", "another program"}
    assert page.soup.select_one(f'main a[href="{url}"]')


def test_messages_lookup_offers_statuses_in_plain_words(
    vic: FlaskClient, provider: SmsWorks, sandbox: Sandbox
) -> None:
    sandbox.inject_inbound(sender="447400123457", content="Hello")
    provider.send_message(message=FROM_ELSEWHERE)
    offered = [
        option["value"] for option in ReadPage(vic.get("/messages/provider")).soup.select("datalist option")
    ]
    assert {"Delivered", "Not delivered", "Received"} <= set(offered)
    assert texts_of(ask(vic, status="Received", unread="yes")) == {"Hello"}
    assert texts_of(ask(vic, status="sent, waiting for report")) == {"Your slot is at noon"}


def test_messages_lookup_pages_by_limit_and_skip_and_promises_no_total(
    vic: FlaskClient, provider: SmsWorks
) -> None:
    numbers = tuple(f"4474001{position:03d}56" for position in range(25))
    provider.send_batch(batch=OutboundBatch("Clinic", numbers, "To many"))
    seen: set[str] = set()
    typed = {"limit": "10", "sender": "Clinic"}
    for words in ("1 to 10. There may be more", "11 to 20. There may be more", "21 to 25. That is all."):
        page = ask(vic, **typed)
        assert words in page.text
        seen |= {link.get_text(strip=True) for link in page.soup.select(".row-link")}
        fields = {str(field["name"]): str(field["value"]) for field in page.soup.select("#page_form input")}
        assert fields.get("sender", "Clinic") == "Clinic"
        more = page.soup.select("button[name=skip]")
        typed = {**fields, "skip": str(more[-1]["value"])}
    assert len(seen) == 25


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"since": "2026-11-20", "until": "2026-11-01"}, "The last day is before the first one"),
        ({"unread": "yes"}, "Only received texts are read or unread"),
        ({"unread": "perhaps"}, "Choose one of those on the list."),
        ({"limit": "0"}, "1 to 1,000"),
        ({"limit": "many"}, "Enter a whole number"),
        ({"skip": "-1"}, "Number must be"),
        ({"credits": "NaN"}, "Enter a number of credits"),
        ({"credits": "1e400000"}, "Enter a number of credits"),
        ({"metadata": "ward"}, "with = between key and value"),
        ({"metadata": "=north"}, "with = between key and value"),
        ({"metadata": "\n".join(f"k{n}=v" for n in range(11))}, "10 pairs at the most"),
        ({"status": "x" * 10_000}, "longer than"),
    ],
)
def test_messages_lookup_says_what_is_wrong_and_asks_nothing(
    vic: FlaskClient, sandbox: Sandbox, typed: dict[str, str], words: str
) -> None:
    page = ask(vic, **typed)
    assert page.status == 422
    assert words in page.text
    assert "search_messages" not in sandbox.calls()


def test_messages_lookup_says_when_the_provider_does_not_answer(vic: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, operation="search_messages", times=None))
    page = ask(vic)
    assert page.status == 502
    assert "Nothing was sent or charged." in page.text


def test_messages_lookup_opens_any_message_by_its_id(
    vic: FlaskClient, provider: SmsWorks, db: Database
) -> None:
    sent = provider.send_message(message=FROM_ELSEWHERE)
    response = vic.post("/messages/provider/id", data={"id": f" {sent.message_id} "})
    assert response.location == f"/messages/{sent.message_id}"
    assert "Your slot is at noon" in ReadPage(vic.get(response.location)).text


@pytest.mark.parametrize(
    ("message_id", "status"),
    [("123456789", 404), ("", 422), ("x" * 10_000, 422), ("../credits", 422), ("..", 422), ("a\x00b", 422)],
)
def test_messages_lookup_of_a_wrong_id_says_so(
    vic: FlaskClient, sandbox: Sandbox, message_id: str, status: int
) -> None:
    page = ReadPage(vic.post("/messages/provider/id", data={"id": message_id}))
    assert page.status == status
    (error,) = page.errors()
    assert f"That message cannot be shown {error}" in page.alerts()
