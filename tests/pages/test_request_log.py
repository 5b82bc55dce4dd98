import logging
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.pages.page import ReadPage
from webapp.config import Settings
from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.smsworks.client import SmsWorks
from webapp.web.context import Desk

LINE = re.compile(
    r"id=(?P<id>[0-9a-f]{16}) method=(?P<method>\w+) endpoint=(?P<endpoint>[\w.-]+) status=(?P<status>\d{3}) "
    r"ms=\d+ user=(?P<user>\d+|-) bytes=(?P<bytes>\d+|-)"
)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The lines of requests so far."""
    caplog.set_level(logging.INFO, logger="textdesk.requests")
    return lambda: [each.getMessage() for each in caplog.records if each.name == "textdesk.requests"]


def read(line: str) -> dict[str, str]:
    found = LINE.fullmatch(line)
    assert found is not None, line
    return found.groupdict()


def test_a_request_leaves_one_line_and_its_number(sam: FlaskClient, lines: Callable[[], list[str]]) -> None:
    response = sam.get("/messages?tag=secret-tag")
    line = read(lines()[-1])
    assert (line["method"], line["endpoint"], line["status"]) == ("GET", "messages.index", "200")
    assert line["user"] == "2"
    assert line["bytes"] == str(len(response.data))
    assert line["id"] == response.headers["X-Request-ID"]
    assert "secret-tag" not in lines()[-1]


def test_an_address_that_is_none_is_not_logged(mallory: FlaskClient, lines: Callable[[], list[str]]) -> None:
    mallory.open("/webhooks/delivery/hunter2/07400123456", method="BREW")
    line = read(lines()[-1])
    assert (line["endpoint"], line["method"], line["user"]) == ("-", "other", "-")


def test_the_watchdog_and_files_leave_no_line(mallory: FlaskClient, lines: Callable[[], list[str]]) -> None:
    assert "X-Request-ID" in mallory.get("/healthz").headers
    with mallory.get("/static/js/app.js") as response:
        assert response.status_code == 200
    assert lines() == []


@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [(1, "a1b2c3d4e5f6", True), (0, "a1b2c3d4e5f6", False), (1, "x y", False), (1, "a" * 65, False)],
)
def test_only_a_trusted_proxy_numbers_requests(
    app: Flask, settings: Settings, provider: SmsWorks, proxies: int, given: str, is_taken: bool
) -> None:
    app.extensions["textdesk"] = Desk(replace(settings, proxies=proxies), provider)
    response = app.test_client().get("/sign-in", headers={"X-Request-ID": given})
    assert (response.headers["X-Request-ID"] == given) is is_taken


def test_an_error_page_shows_the_number_to_tell(
    ada: FlaskClient, sandbox: Sandbox, lines: Callable[[], list[str]]
) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.HTML, operation="list_failed", times=None))
    response = ada.post("/failed/fetch")
    assert response.status_code == 502
    assert response.headers["X-Request-ID"] in ReadPage(response).text


def test_an_address_with_nothing_there_needs_no_number(ada: FlaskClient) -> None:
    response = ada.get("/nowhere")
    assert response.headers["X-Request-ID"] not in ReadPage(response).text
