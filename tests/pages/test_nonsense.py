"""Whatever is put into any field of any page is answered in words, never by a fault of ours."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.conftest import signed_in
from tests.markup import Element
from tests.pages.batch_steps import MIXED, TEXT, a_checked_list, a_confirmed_list, a_list
from tests.pages.inbox import Receive
from tests.pages.page import ReadPage
from webapp.worker import Worker

NONSENSE = ("2023-03-03¿'\"(", "-1", "9" * 30, "NaN", "²", "<b>\x00\ufffd")
# Where it leads is not a page of ours any more, or nobody would be signed in afterwards.
LEFT_ALONE = ("auth.sign_out", "account.end_other_sessions", "account.end_session")
MOST_PAGES = 120
LEAST_PLACES = 50


@dataclass(frozen=True)
class Form:
    """A form of a page as it stands: where it goes, how, and with what."""

    action: str
    method: str
    fields: tuple[tuple[str, str], ...]


@pytest.fixture
def lively(
    sam: FlaskClient,
    send: Callable[..., str],
    doubtful: str,
    receive: Receive,
    batch_time: Callable[[], None],
    worker: Worker,
    db: Database,
) -> None:
    """Something on every page."""
    send(recipients="07400 123490, 07400 123491")
    next_week = datetime.now(UTC) + timedelta(days=7)
    send(content="Later", when="later", date=f"{next_week:%Y-%m-%d}", time="12:00")
    receive("Can I come on Friday?")
    receive("STOP", sender="447400123457")
    a_confirmed_list(sam, 3)
    batch_time()


def test_nonsense_in_any_field_of_any_page_is_answered_in_words(lively: None, app: Flask) -> None:
    ada = signed_in(app, "ada")
    unsent = [a_checked_list(ada, 2, TEXT), a_list(ada, MIXED)]
    faults, places = [], set()
    starts = ["/", *(f"{url}/edit" for url in unsent), f"{unsent[0]}/check"]
    # What changes how people get in comes last.
    for form in sorted(_forms(app, ada, starts), key=lambda form: "two-factor" in form.action):
        places.add((form.method, _endpoint(app, urlsplit(form.action).path, form.method)))
        for name, _ in form.fields:
            for nonsense in NONSENSE:
                answer = _submit(ada, form, {name: nonsense})
                if answer.status_code >= 500 and answer.status_code != 502:
                    faults.append((form.method, form.action, name, nonsense, answer.status_code))
                if "/sign-in" in answer.headers.get("Location", ""):
                    ada = signed_in(app, "ada")
    assert faults == []
    assert len(places) >= LEAST_PLACES


def _forms(app: Flask, client: FlaskClient, waiting: list[str]) -> Iterator[Form]:
    """Of every page that links lead to, one of a kind; each form that is like no other so far."""
    kinds: set[object] = set()
    seen: set[object] = set()
    while waiting and len(kinds) < MOST_PAGES:
        address = waiting.pop(0)
        parts = urlsplit(address)
        kind = (
            _endpoint(app, parts.path),
            frozenset(each.partition("=")[0] for each in parts.query.split("&")),
        )
        if kind in kinds or kind[0] in (None, "static", "bootstrap.static"):
            continue
        kinds.add(kind)
        answer = client.get(address, follow_redirects=True)
        if answer.mimetype != "text/html":
            continue
        page = ReadPage(answer)
        waiting += [str(link["href"]).partition("#")[0] for link in page.soup.select("a[href^='/']")]
        for form in map(_read, page.soup.select("form[action]")):
            endpoint = _endpoint(app, urlsplit(form.action).path, form.method)
            what = (endpoint, tuple(name for name, _ in form.fields))
            if endpoint not in LEFT_ALONE and what not in seen:
                seen.add(what)
                yield form


def _endpoint(app: Flask, path: str, method: str = "GET") -> str | None:
    try:
        return str(app.url_map.bind("localhost").match(path, method=method)[0])
    except HTTPException:
        return None


def _read(form: Element) -> Form:
    fields = [
        (str(field["name"]), _value(field))
        for field in form.select("input[name]:not([type=file]), select[name], textarea[name]")
    ]
    return Form(str(form["action"]), str(form.get("method", "get")).upper(), tuple(fields))


def _value(field: Element) -> str:
    if field.name == "textarea":
        return field.get_text()
    if field.name == "select":
        chosen = field.select_one("option[selected]") or field.select_one("option")
        return str(chosen.get("value", "")) if chosen else ""
    return str(field.get("value", ""))


def _submit(client: FlaskClient, form: Form, changed: dict[str, str]) -> TestResponse:
    data = {**dict(form.fields), **changed}
    if form.method == "GET":
        return client.get(form.action, query_string=data)
    return client.post(form.action, data=data)
