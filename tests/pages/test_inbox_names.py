"""Who it is that texts us: lists that were sent to mostly say so."""

import csv
import io
import logging

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.markup import Element
from tests.pages.batch_steps import a_checked_list, a_confirmed_list
from tests.pages.inbox import Receive, address, begin_reply
from tests.pages.page import ReadPage
from tests.pages.test_inbox_index import listed, poll
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


def test_inbox_names_are_in_no_log(
    sam: FlaskClient, receive: Receive, worker: Worker, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    a_confirmed_list(sam, CLINIC)
    worker.round(db)
    sam.get("/inbox")
    sam.get(address(receive()))
    assert "job=names" in caplog.text
    assert not [name for name in ("Jane", "Smith") if name in caplog.text]


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
