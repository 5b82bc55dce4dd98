"""What people do on the Batches pages, step by step; every address is that of the batch, "/batches/<ref>"."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from tests.faults.lists import csv_of, people
from tests.markup import Element
from tests.pages.page import ReadPage
from webapp.store import optouts
from webapp.store.optouts import OptOutSource

TEXT = "The clinic is closed on Friday."
PERSONAL = "Dear ((name)), the clinic is closed on Friday."
# One row of every verdict that a list can have before there is a text.
MIXED = (
    "Name,Mobile,Ward\n"
    "Ada,07400 123456,A\n"
    "Sam,07400 123457,B\n"
    "Ada again,+44 7400 123456,C\n"
    "Landline,0161 496 0000,A\n"
    ",,\n"
    "Vic,,B\n"
    "Excel,4.474E+11,A\n"
    "Lost zero,7400123458,B\n"
)


def upload(client: FlaskClient, content: bytes | str, name: str = "clinic.csv") -> TestResponse:
    octets = content.encode() if isinstance(content, str) else content
    return post_files(client, {"file": FileStorage(BytesIO(octets), name), "recipients": ""})


def post_files(client: FlaskClient, fields: dict[str, Any]) -> TestResponse:
    """As the test client would, but for the temporary file that it leaves open when there is much to send."""
    boundary, body = encode_multipart(MultiDict(fields))
    return client.post("/batches/new", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def paste(client: FlaskClient, text: str, **more: str) -> TestResponse:
    return client.post("/batches/new", data={"recipients": text, **more})


def a_list(client: FlaskClient, content: bytes | str | int = 3, name: str = "clinic.csv") -> str:
    """A list that has been read: that content, or so many good rows."""
    rows = csv_of(people(content)) if isinstance(content, int) else content
    response = upload(client, rows, name)
    assert response.status_code == 302, response.text
    return response.location.removesuffix("/edit")


def write(client: FlaskClient, url: str, content: str = TEXT, **typed: str) -> TestResponse:
    """Fill in the text and press "Check and send"."""
    sensible = {"sender": "ElmStreet", "content": content, "when": "now", "intent": "check"}
    return client.post(f"{url}/edit", data={**sensible, **typed})


def a_checked_list(
    client: FlaskClient, content: bytes | str | int = 3, text: str = TEXT, **typed: str
) -> str:
    """A list with its text, counted and ready for a yes."""
    url = a_list(client, content)
    response = write(client, url, text, **typed)
    assert response.location == f"{url}/check", response.text
    return url


def shown_on(client: FlaskClient, url: str) -> dict[str, str]:
    """The hidden fields of the check page as it stands."""
    form = ReadPage(client.get(f"{url}/check")).soup.select_one("#check_form")
    assert form is not None
    return {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}


def confirm(client: FlaskClient, url: str, **more: str) -> TestResponse:
    """Press Send on the check page."""
    return client.post(f"{url}/confirm", data={**shown_on(client, url), **more})


def a_confirmed_list(
    client: FlaskClient, content: bytes | str | int = 3, text: str = TEXT, **typed: str
) -> str:
    url = a_checked_list(client, content, text, **typed)
    response = confirm(client, url)
    assert response.location == url, response.text
    return url


def opt_out(db: Database, number: str) -> None:
    optouts.add_opt_out(db, number, who="sam", source=OptOutSource.STAFF, now=datetime.now(UTC))


def figures(page: ReadPage) -> dict[str, int]:
    """The figures of a list or of a batch by the words beside them."""
    pairs = [(each.select_one("dt"), each.select_one("dd")) for each in page.soup.select(".figure")]
    return {_words(term): _number(value) for term, value in pairs if term and value}


def _words(element: Element) -> str:
    return " ".join(element.get_text(" ").split())


def _number(element: Element) -> int:
    return int(_words(element).replace(",", ""))


def numbers_on(page: ReadPage) -> list[str]:
    """The first column of the table of people, without what stands beside the number."""
    return [
        _words(each.select_one(".number") or each) for each in page.soup.select("tbody tr > :first-child")
    ]
