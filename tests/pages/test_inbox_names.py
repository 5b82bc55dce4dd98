"""Who it is that texts us: lists that were sent to mostly say so."""

import csv
import io
import logging

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import Clock
from tests.markup import Element
from tests.pages.batch_steps import a_checked_list, a_confirmed_list
from tests.pages.inbox import Receive, address, begin_reply
from tests.pages.page import ReadPage
from tests.pages.test_inbox_index import listed, poll
from webapp.sandbox import Sandbox
from webapp.worker import Worker

CLINIC = "First name,Surname,Mobile\nJane,Smith,07400 123456\n"
SHOWN = "+44 7400 123456"


def link(page: ReadPage) -> Element:
    found = page.soup.select_one(".conversation-link")
    assert found is not None
    return found


@pytest.fixture
def one_named(sam: FlaskClient, receive: Receive, worker: Worker, db: Database) -> None:
    """Two people text us, and one of them stands in a list that was sent to."""
    a_confirmed_list(sam, CLINIC)
    worker.round(db)
    receive()
    receive(sender="447400123457")


@pytest.mark.usefixtures("one_named")
def test_inbox_index_names_who_texts_as_the_list_did_that_they_were_on(
    vic: FlaskClient,
) -> None:
    page = ReadPage(vic.get("/inbox"))
    assert listed(page) == [f"Jane Smith {SHOWN}", "+44 7400 123457"]


def test_inbox_index_a_name_that_becomes_known_comes_with_the_poll(
    sam: FlaskClient, vic: FlaskClient, receive: Receive, worker: Worker, db: Database
) -> None:
    receive()
    worker.round(db)
    page = ReadPage(vic.get("/inbox"))
    assert listed(page) == [SHOWN]
    assert poll(vic, page) == 204
    a_confirmed_list(sam, CLINIC)
    worker.round(db)
    assert poll(vic, page) == 200
    page = ReadPage(vic.get("/inbox"))
    assert listed(page) == [f"Jane Smith {SHOWN}"]
    assert poll(vic, page) == 204


def test_inbox_index_a_list_that_was_not_sent_names_nobody(
    sam: FlaskClient, receive: Receive, worker: Worker, db: Database
) -> None:
    a_checked_list(sam, CLINIC)
    receive()
    worker.round(db)
    assert listed(ReadPage(sam.get("/inbox"))) == [SHOWN]


def test_inbox_index_a_name_is_words_whatever_stands_in_it(
    sam: FlaskClient, receive: Receive, worker: Worker, db: Database
) -> None:
    a_confirmed_list(sam, 'Name,Mobile\n"<b>Jane</b> "" onload=x",07400 123456\n')
    worker.round(db)
    receive()
    page = ReadPage(sam.get("/inbox"))
    name = link(page).select_one(".known-name")
    assert name is not None
    assert name.get_text() == '<b>Jane</b> " onload=x'
    assert name["dir"] == "auto"
    box = page.soup.select_one("input[name=pick]")
    assert box is not None
    assert box["aria-label"] == f'Pick <b>Jane</b> " onload=x, {SHOWN}'
    assert "Jane" not in str(link(page)["href"])


def test_inbox_index_a_search_names_them_too(
    sam: FlaskClient, receive: Receive, worker: Worker, db: Database
) -> None:
    a_confirmed_list(sam, CLINIC)
    worker.round(db)
    receive("Can I come on Friday?")
    for searched in ("Friday", "123456"):
        assert listed(ReadPage(sam.post("/inbox", data={"q": searched}))) == [f"Jane Smith {SHOWN}"]


@pytest.mark.usefixtures("one_named")
@pytest.mark.parametrize("typed", ["jane", "SMITH", "smith ja"])
def test_inbox_index_finds_people_by_their_name(vic: FlaskClient, typed: str) -> None:
    page = ReadPage(vic.post("/inbox", data={"q": typed}))
    assert listed(page) == [f"Jane Smith {SHOWN}"]
    assert headings(page) == ["People"]
    assert f"Found for {typed} ." in page.text


@pytest.mark.usefixtures("one_named")
def test_inbox_index_says_what_is_searched_and_where_names_are_known_from(vic: FlaskClient) -> None:
    page = ReadPage(vic.post("/inbox", data={"q": "John"}))
    label = page.soup.select_one("label[for=q]")
    assert label is not None
    assert label.get_text() == "Name, number or words"
    assert "Nothing found for John . Names are known from the lists that were sent to." in page.text


def test_inbox_index_shows_people_who_are_called_so_above_texts_that_say_so(
    sam: FlaskClient, receive: Receive, worker: Worker, db: Database
) -> None:
    a_confirmed_list(sam, CLINIC)
    worker.round(db)
    receive("It is Jane. Jane Smith!")
    receive("Jane has the key", sender="447400123457")
    receive("So has Jane, I think", sender="447400123457")
    page = ReadPage(sam.post("/inbox", data={"q": "jane"}))
    assert headings(page) == ["People", "Texts"]
    jane = f"Jane Smith {SHOWN}"
    assert listed(page) == [jane, "+44 7400 123457", "+44 7400 123457", jane]


@pytest.mark.parametrize("typed", ["jane", "12345"])
def test_inbox_index_shows_who_texted_last_first(
    sam: FlaskClient, receive: Receive, worker: Worker, db: Database, clock: Clock, typed: str
) -> None:
    a_confirmed_list(sam, f"{CLINIC}Jane,Jones,07400 123457\n")
    worker.round(db)
    receive()
    clock.advance(60)
    receive(sender="447400123457")
    clock.advance(60)
    receive("And on Saturday?")
    page = ReadPage(sam.post("/inbox", data={"q": typed}))
    assert listed(page) == [f"Jane Smith {SHOWN}", "Jane Jones +44 7400 123457"]


def test_inbox_index_leaves_texts_on_the_page_however_many_are_called_so(
    sam: FlaskClient, sandbox: Sandbox, receive: Receive, worker: Worker, db: Database
) -> None:
    numbers = [f"44740012{ending}" for ending in range(3410, 3470)]
    a_confirmed_list(sam, "Name,Mobile\n" + "".join(f"Will,+{number}\n" for number in numbers))
    for number in numbers:
        sandbox.inject_inbound(sender=number, content="Yes")
    receive("I will come", sender="447400123470")
    worker.round(db)
    page = ReadPage(sam.post("/inbox", data={"q": "will"}))
    assert len(listed(page)) == 11
    assert listed(page)[-1] == "+44 7400 123470"
    page = ReadPage(sam.post("/inbox", data={"q": "will", "people": "y"}))
    assert headings(page) == ["People"]
    seen = listed(page)
    asked = page.soup.select("#more_found [name]:not([name=csrf_token])")
    page = ReadPage(sam.post("/inbox", data={str(each["name"]): str(each["value"]) for each in asked}))
    assert len(seen) == 50
    assert len({*seen, *listed(page)}) == 60


def test_inbox_index_puts_the_texts_of_who_is_called_so_into_the_file_and_nobodys_twice(
    sam: FlaskClient, receive: Receive, worker: Worker, db: Database
) -> None:
    a_confirmed_list(sam, CLINIC)
    worker.round(db)
    receive("It is Jane")
    receive("Jane has the key", sender="447400123457")
    receive("At ten?")
    assert texts_in_file(sam, q="jane") == ["At ten?", "It is Jane", "Jane has the key"]
    assert texts_in_file(sam, q="jane", people="y") == ["At ten?", "It is Jane"]


def texts_in_file(client: FlaskClient, **asked: str) -> list[str]:
    file = client.post("/inbox/export", data=asked).get_data(as_text=True).lstrip("\ufeff")
    return [line["Text"] for line in csv.DictReader(io.StringIO(file))]


def headings(page: ReadPage) -> list[str]:
    return [each.get_text() for each in page.soup.select("#inbox_list h2")]


def test_inbox_names_are_in_no_log(
    sam: FlaskClient, receive: Receive, worker: Worker, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    a_confirmed_list(sam, CLINIC)
    worker.round(db)
    sam.get("/inbox")
    sam.get(address(receive()))
    assert listed(ReadPage(sam.post("/inbox", data={"q": "jane smith"})))
    sam.post("/inbox/export", data={"q": "jane smith"}).get_data()
    assert "job=names" in caplog.text
    assert not [name for name in ("Jane", "Smith") if name.lower() in caplog.text.lower()]


def test_inbox_show_says_who_it_is_in_its_heading_and_before_a_reply_goes(
    sam: FlaskClient, receive: Receive, worker: Worker, db: Database
) -> None:
    a_confirmed_list(sam, "Name,Mobile\n<b>Jane</b> Smith,07400 123456\n")
    worker.round(db)
    conversation = receive()
    page = ReadPage(sam.get(address(conversation)))
    assert page.heading() == f"<b>Jane</b> Smith {SHOWN}"
    title = page.soup.select_one("title")
    assert title is not None
    assert "Jane" not in title.get_text()
    page = ReadPage(sam.get(begin_reply(sam, conversation)))
    assert page.heading() == f"<b>Jane</b> Smith {SHOWN}"
    asked = page.soup.select_one("#confirm_form h2")
    assert asked is not None
    assert asked.get_text() == "Your reply to <b>Jane</b> Smith, as it will arrive"


def test_inbox_show_a_name_that_becomes_known_comes_with_the_poll(
    sam: FlaskClient, vic: FlaskClient, receive: Receive, worker: Worker, db: Database
) -> None:
    page = ReadPage(vic.get(address(receive())))
    a_confirmed_list(sam, CLINIC)
    polled = poll_of(page)
    assert vic.get(polled, headers={"HX-Request": "true"}).status_code == 200
    worker.round(db)
    fragment = ReadPage(vic.get(polled, headers={"HX-Request": "true"}), whole=False)
    renewed = fragment.soup.select_one('[hx-swap-oob="innerHTML:h1"]')
    assert renewed is not None
    assert renewed.get_text() == f"Jane Smith {SHOWN}"
    assert vic.get(poll_of(fragment), headers={"HX-Request": "true"}).status_code == 204


def poll_of(page: ReadPage) -> str:
    texts = page.soup.select_one("#conversation_texts")
    assert texts is not None
    return str(texts["hx-get"])


def test_inbox_show_of_somebody_no_list_names_is_headed_by_the_number(
    sam: FlaskClient, receive: Receive
) -> None:
    conversation = receive()
    assert ReadPage(sam.get(address(conversation))).heading() == SHOWN
    assert "Your reply, as it will arrive" in ReadPage(sam.get(begin_reply(sam, conversation))).text


@pytest.mark.usefixtures("one_named")
def test_inbox_index_names_them_in_the_file_too(
    vic: FlaskClient,
) -> None:
    for searched in ({}, {"q": "Friday"}):
        file = vic.post("/inbox/export", data=searched).get_data(as_text=True).lstrip("\ufeff")
        lines = csv.DictReader(io.StringIO(file))
        assert {line["Number"]: line["Name"] for line in lines} == {
            SHOWN: "Jane Smith",
            "+44 7400 123457": "",
        }
