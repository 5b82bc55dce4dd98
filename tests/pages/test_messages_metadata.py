"""Messages, searched by metadata: posted as numbers and words are, for it may be about a person."""

import logging
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.markup import as_browsers_read
from tests.pages.page import ReadPage
from webapp.sandbox import Sandbox
from webapp.services.sync_log import sync_log
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.models import OutboundMessage

Send = Callable[..., str]
QUOTED = {'ward "A"': "it's = north"}
WARD = {"metadata-0-key": "ward", "metadata-0-value": "North"}


@pytest.fixture(autouse=True)
def sent(send: Send, sandbox: Sandbox, provider: SmsWorks, db: Database) -> None:
    """Two of a ward, from here and from elsewhere; one never taken; another ward; and one that came in."""
    send(content="From here", recipients="07400 123456", **WARD)
    send(content="Never taken", recipients="07400 123497", **WARD)
    send(content="Without any", recipients="07400 123456")
    for content, metadata in (
        ("From elsewhere", {"WARD": "north", "patient": "Ada Example"}),
        ("Another ward", {"ward": "south"}),
        ("Quoted", QUOTED),
    ):
        message = OutboundMessage("Booking", "447400123458", content, tag="slots", metadata=metadata)
        provider.send_message(message=message)
    sandbox.inject_inbound(sender="447400123457", content="ward north", keyword="CLINIC")
    sync_log(db, provider, lease_seconds=30)


def texts_of(page: ReadPage) -> set[str]:
    return {cell.get_text(strip=True) for cell in page.soup.select("tbody .excerpt")}


OF_NORTH = {"From here", "Never taken", "From elsewhere"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ward", OF_NORTH | {"Another ward"}),
        ("ward=north", OF_NORTH),
        (" Ward = NORTH ", OF_NORTH),
        ("ward=", set()),
        ("ward=nor", set()),
        ("war", set()),
        ("patient=Ada Example", {"From elsewhere"}),
        ('ward "A"', {"Quoted"}),
        ('ward "A"=it\'s = north', {"Quoted"}),
        ("' OR 1=1 --", set()),
        ("%", set()),
        ("textdesk-ref", set()),
    ],
)
def test_messages_are_found_by_metadata(vic: FlaskClient, typed: str, found: set[str]) -> None:
    page = ReadPage(vic.post("/messages", data={"metadata": typed}))
    assert (page.status, texts_of(page)) == (200, found)
    assert page.value("metadata") == typed.strip()


@pytest.mark.parametrize(
    ("query", "words", "found"),
    [
        ("", "from", {"From here", "From elsewhere"}),
        ("", "zebra", set()),
        ("", "07400 123458", {"From elsewhere"}),
        ("", "%", set()),
        ("sender=Booking", "", {"From elsewhere"}),
        ("tag=slots&credits=1", "", {"From elsewhere"}),
        ("status=refused", "", {"Never taken"}),
        ("status=refused", "taken", {"Never taken"}),
        ("credits=0", "", {"Never taken"}),
        ("direction=in", "", set()),
        ("direction=out", "", OF_NORTH),
        ("status=INCOMING", "", set()),
        ("keyword=CLINIC", "", set()),
        ("until=2020-01-01", "", set()),
    ],
)
def test_messages_are_found_by_metadata_and_all_else(
    vic: FlaskClient, query: str, words: str, found: set[str]
) -> None:
    page = ReadPage(vic.post(f"/messages?{query}", data={"metadata": "ward=north", "q": words}))
    assert (page.status, texts_of(page)) == (200, found)


def test_messages_found_by_metadata_are_downloaded(vic: FlaskClient) -> None:
    page = ReadPage(vic.post("/messages", data={"metadata": "ward", "q": "from"}))
    form = page.soup.select_one("form[action='/messages/export']")
    assert form is not None
    fields = {str(each["name"]): str(each["value"]) for each in form.select("input[type=hidden]")}
    assert (fields["q"], fields["metadata"]) == ("from", "ward")
    assert len(vic.post("/messages/export", data=fields).get_data(as_text=True).splitlines()) == 3


def test_messages_found_by_metadata_page_by_page(vic: FlaskClient, provider: SmsWorks, db: Database) -> None:
    for number in range(60):
        text = OutboundMessage("Booking", "447400123458", f"Slot {number}", metadata={"system": "booking"})
        provider.send_message(message=text)
    db.execute("DELETE FROM leases")
    sync_log(db, provider, lease_seconds=30)
    first = ReadPage(vic.post("/messages", data={"metadata": "system=booking"}))
    form = first.soup.select_one("form.pager")
    assert form is not None
    fields = {str(each["name"]): str(each["value"]) for each in form.select("input, button[name=before]")}
    second = ReadPage(vic.post("/messages", data=fields))
    assert (len(texts_of(first)), len(texts_of(second))) == (50, 10)
    assert len(texts_of(first) | texts_of(second)) == 60


@pytest.mark.parametrize("typed", ["=north", " = ", "x" * 10_000, "ward\x00", "ward=\u202e"])
def test_messages_says_what_is_wrong_with_metadata_and_keeps_it(vic: FlaskClient, typed: str) -> None:
    page = ReadPage(vic.post("/messages?tag=kept", data={"metadata": typed, "q": "words"}))
    assert page.status == 422
    assert len(page.errors()) == 1
    assert (page.value("metadata"), page.value("q")) == (as_browsers_read(typed).strip(), "words")
    assert page.value("tag") == "kept"
    assert texts_of(page) == set()
    assert vic.post("/messages/export", data={"metadata": typed}).status_code == 422


def test_metadata_stands_in_no_address_and_no_log(vic: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        page = ReadPage(vic.post("/messages", data={"metadata": "patient=Ada Example"}))
    assert "Ada" not in caplog.text
    addresses = [
        str(each.get(name, "")) for name in ("href", "action", "hx-get") for each in page.soup.select("*")
    ]
    assert [each for each in addresses if "Ada" in each or "patient" in each] == []
    assert page.soup.select_one("[hx-get*=messages]") is None


def test_metadata_of_a_deleted_message_is_found_no_more(ada: FlaskClient) -> None:
    row = ReadPage(ada.post("/messages", data={"metadata": "patient"})).soup.select_one(".row-link")
    assert row is not None
    ada.post(f"{row['href']}/delete", data={"last_digits": "3458"})
    assert texts_of(ReadPage(ada.post("/messages", data={"metadata": "patient"}))) == set()
