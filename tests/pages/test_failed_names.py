"""Who did not get their text: a list to phone them by says what they are called."""

import csv
import io
from collections.abc import Callable

from flask.testing import FlaskClient

from tests.pages.batch_steps import a_confirmed_list
from tests.pages.page import ReadPage

CLINIC = "Name,Mobile\n=Jane <Smith>,07400 123490\n,07400 123491\n"


def test_failed_index_names_whose_text_failed(
    sam: FlaskClient, vic: FlaskClient, batch_time: Callable[[], None]
) -> None:
    a_confirmed_list(sam, CLINIC)
    batch_time()
    for client in (sam, vic):
        links = ReadPage(client.get("/failed")).soup.select("form.picking .row-link")
        assert sorted(link.get_text() for link in links) == [
            "+44 7400 123490 =Jane <Smith>",
            "+44 7400 123491",
        ]
        assert not [link for link in links if "Jane" in str(link["href"])]
    labels = {str(box["aria-label"]) for box in ReadPage(sam.get("/failed")).soup.select("[name=pick]")}
    assert labels == {"Pick =Jane <Smith>, +44 7400 123490", "Pick +44 7400 123491"}


def test_failed_index_names_whom_to_phone(
    sam: FlaskClient, vic: FlaskClient, batch_time: Callable[[], None]
) -> None:
    a_confirmed_list(sam, CLINIC)
    batch_time()
    lines = csv.DictReader(io.StringIO(vic.post("/failed/export").get_data(as_text=True).lstrip("\ufeff")))
    assert {line["Number"]: line["Name"] for line in lines} == {
        "+44 7400 123490": "'=Jane <Smith>",
        "+44 7400 123491": "",
    }
