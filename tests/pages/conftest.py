"""What the page tests do again and again, in a person's words."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Compose = Callable[..., TestResponse]
# A date for scheduling in tests that run in October.
LATER = {"when": "later", "date": "2026-12-07", "time": "09:00"}


@pytest.fixture(autouse=True)
def october(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that ask for it by name run on Tuesday 20 October 2026, people signed in and all."""
    if "october" not in {name for mark in request.node.iter_markers("usefixtures") for name in mark.args}:
        yield
        return
    with time_machine.travel(datetime(2026, 10, 20, 12, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def compose(sam: FlaskClient) -> Compose:
    """Sam fills in the Compose form and presses "Check and send"; what is not said is filled in sensibly."""

    def fill_in(**typed: object) -> TestResponse:
        return sam.post("/compose/new", data=form_data(**typed))

    return fill_in


@pytest.fixture
def check_url(compose: Compose) -> Callable[..., str]:
    """The address of the check page of a new draft."""

    def address(**typed: object) -> str:
        response = compose(**typed)
        assert response.status_code == 302, response.text
        return response.location

    return address


@pytest.fixture
def send(sam: FlaskClient, check_url: Callable[..., str]) -> Callable[..., str]:
    """Sam sends a text; the address of the page that follows."""

    def confirm(**typed: object) -> str:
        url = check_url(**typed)
        response = sam.post(url.replace("/check", "/confirm"), data={"version": 1, "send_again": "yes"})
        assert response.status_code == 302
        shown = sam.get(response.location)
        return shown.location if shown.status_code == 302 else response.location

    return confirm


def form_data(**typed: object) -> dict[str, object]:
    sensible = {
        "recipients": "07400 123456",
        "sender": "ElmStreet",
        "content": "Your appointment is on Tuesday.",
        "when": "now",
        "intent": "check",
    }
    return {**sensible, **typed}
