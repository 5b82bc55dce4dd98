import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from webapp.sandbox import Sandbox

from .client import NUMBER, Api, Clock


class Receiver:
    """A web server that remembers what was posted to it."""

    def __init__(self, server: HTTPServer) -> None:
        self.status = 200
        self.requests: list[Request] = []
        self.url = server.url_for("/hook?secret=7")
        server.expect_request("/hook").respond_with_handler(self._receive)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.get_data()) for request in self.requests]

    def _receive(self, request: Request) -> Response:
        request.get_data()
        self.requests.append(request)
        return Response(status=self.status)


@pytest.fixture
def receiver(httpserver: HTTPServer) -> Receiver:
    return Receiver(httpserver)


def finish(clock: Clock, sandbox: Sandbox) -> None:
    clock.move(seconds=10)
    sandbox.run_due()


def test_a_report_is_the_message_as_it_is_now(api: Api, clock: Clock, sandbox: Sandbox, receiver: Receiver):
    api.send("447400123490", deliveryreporturl=receiver.url)
    assert receiver.bodies == []
    finish(clock, sandbox)
    assert receiver.bodies == [api.one()]
    assert receiver.bodies[0]["status"] == "UNDELIVERABLE"
    [request] = receiver.requests
    assert (request.args["secret"], request.content_type) == ("7", "application/json;charset=UTF-8")


def test_each_change_is_reported(api: Api, clock: Clock, sandbox: Sandbox, receiver: Receiver):
    api.send("447400123493", deliveryreporturl=receiver.url)
    finish(clock, sandbox)
    assert [body["status"] for body in receiver.bodies] == ["SENT", "DELIVERED"]


def test_texts_without_a_url_are_reported_to_the_accounts(
    api: Api, clock: Clock, sandbox: Sandbox, receiver: Receiver
):
    sandbox.change_switches({"delivery_report_url": receiver.url})
    api.send()
    finish(clock, sandbox)
    assert [body["status"] for body in receiver.bodies] == ["DELIVERED"]


def test_reports_can_come_in_arrays_and_more_than_once(
    api: Api, clock: Clock, sandbox: Sandbox, receiver: Receiver
):
    sandbox.change_switches({"reports_in_array": True, "reports_repeated": 2})
    api.send(deliveryreporturl=receiver.url)
    finish(clock, sandbox)
    assert receiver.bodies == [[api.one()], [api.one()]]


def test_an_inbound_text_is_posted(api: Api, sandbox: Sandbox, receiver: Receiver):
    sandbox.change_switches({"inbound_url": receiver.url})
    message_id = sandbox.inject_inbound(
        sender=NUMBER, content="Hello", destination="447400123455", keyword="HI"
    )
    sandbox.run_due()
    assert receiver.bodies == [
        {
            "messagetype": "incoming",
            "messageid": message_id,
            "content": "Hello",
            "from": NUMBER,
            "to": "447400123455",
            "keyword": "HI",
        }
    ]


def test_an_inbound_text_can_be_posted_under_other_names(
    api: Api, clock: Clock, sandbox: Sandbox, receiver: Receiver
):
    sandbox.change_switches({"inbound_url": receiver.url, "inbound_names": "alternative"})
    api.send("447400123495", sender="447400123455")
    finish(clock, sandbox)
    [body] = receiver.bodies
    assert body.pop("id") == api.unread()[0]["messageid"]
    assert body == {
        "messagetype": "incoming",
        "message": "Yes please",
        "source": "447400123495",
        "destination": "447400123455",
    }


def test_anything_but_200_is_tried_again_later_and_later(
    api: Api, clock: Clock, sandbox: Sandbox, receiver: Receiver
):
    receiver.status = 204
    sandbox.change_switches({"inbound_url": receiver.url})
    sandbox.inject_inbound(sender=NUMBER, content="Hello")
    attempts = []
    for _ in range(130):
        sandbox.run_due()
        attempts.append(len(receiver.requests))
        clock.move(seconds=1)
    assert [attempts.index(count) for count in range(1, 7)] == [0, 2, 6, 14, 30, 62]
    assert len(receiver.requests) == 6


def test_200_ends_the_attempts(api: Api, clock: Clock, sandbox: Sandbox, receiver: Receiver):
    receiver.status = 500
    sandbox.change_switches({"inbound_url": receiver.url})
    sandbox.inject_inbound(sender=NUMBER, content="Hello")
    sandbox.run_due()
    receiver.status = 200
    for _ in range(3):
        finish(clock, sandbox)
    assert len(receiver.requests) == 2


def test_a_name_and_password_in_the_url_become_basic_authorization(
    api: Api, clock: Clock, sandbox: Sandbox, receiver: Receiver
):
    api.send(deliveryreporturl=receiver.url.replace("http://", "http://desk:s%40fe@"))
    finish(clock, sandbox)
    [request] = receiver.requests
    assert request.authorization is not None
    assert (request.authorization.username, request.authorization.password) == ("desk", "s@fe")


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://clinic.example/hook", "not posted: not an address of this machine"),
        ("https://127.0.0.1/hook", "not posted: not an address of this machine"),
        ("http://127.0.0.1:99999/hook", "not posted: not an address of this machine"),
        ("http://127.0.0.1:1/hook", "ConnectionRefusedError"),
    ],
)
def test_what_cannot_be_posted_is_noted_and_hinders_nothing(
    api: Api, clock: Clock, sandbox: Sandbox, url: str, outcome: str
):
    api.send(deliveryreporturl=url)
    finish(clock, sandbox)
    assert api.one()["status"] == "DELIVERED"
    with sandbox.store.reading() as db:
        assert [row["outcome"] for row in db.query("SELECT outcome FROM webhook_posts")] == [outcome]
