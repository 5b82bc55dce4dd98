from contextlib import suppress

import pytest
import requests

from webapp.sandbox import REPLY_NUMBER, Fault, FaultKind, Sandbox, When

from .client import NUMBER, Api, Clock


def receive(sandbox: Sandbox, *contents: str) -> list[str]:
    return [sandbox.inject_inbound(sender=NUMBER, content=content) for content in contents]


def test_an_inbound_text_comes_from_the_texter_to_the_reply_number(api: Api, sandbox: Sandbox):
    sandbox.inject_inbound(sender=NUMBER, content="Hello", keyword="SKYWALKER")
    [message] = api.unread()
    assert (message["sender"], message["destination"]) == (NUMBER, REPLY_NUMBER)
    assert (message["status"], message["content"], message["keyword"]) == ("INCOMING", "Hello", "SKYWALKER")
    assert message["created"] == "2026-11-23T09:00:00.000Z"


def test_fetching_marks_what_it_returned_as_read(api: Api, sandbox: Sandbox):
    receive(sandbox, "one", "two", "three")
    assert [row["content"] for row in api.unread(limit=2)] == ["three", "two"]
    assert [row["content"] for row in api.unread()] == ["one"]
    assert api.unread() == []
    assert len(api.search(status="INCOMING", unread=False)) == 3


def test_searching_marks_nothing(api: Api, sandbox: Sandbox):
    [message_id] = receive(sandbox, "one")
    api.search(status="INCOMING")
    api.get(f"/messages/{message_id}")
    assert len(api.unread()) == 1


def test_the_inbox_takes_the_fields_of_a_query(api: Api, clock: Clock, sandbox: Sandbox):
    sandbox.inject_inbound(sender="447400123401", content="one")
    clock.move(minutes=5)
    sandbox.inject_inbound(sender="447400123402", content="two")
    assert [row["content"] for row in api.unread(sender="447400123401", status="INCOMING")] == ["one"]
    assert [row["content"] for row in api.unread(**{"from": "2026-11-23T09:05:00Z"})] == ["two"]


def test_outbound_texts_are_never_in_the_inbox(api: Api):
    api.send()
    assert api.unread() == []


@pytest.mark.parametrize("kind", list(FaultKind))
def test_a_lost_reply_has_consumed_what_it_held(api: Api, sandbox: Sandbox, kind: FaultKind):
    receive(sandbox, "one")
    sandbox.faults.add(Fault(kind=kind, when=When.AFTER))
    with suppress(requests.RequestException):
        api.post("/messages/inbox", {})
    assert api.unread() == []
    assert len(api.search(status="INCOMING")) == 1


def test_a_call_that_fails_before_its_work_consumes_nothing(api: Api, sandbox: Sandbox):
    receive(sandbox, "one")
    sandbox.faults.add(Fault(kind=FaultKind.DROP))
    with pytest.raises(requests.ConnectionError):
        api.unread()
    assert len(api.unread()) == 1


def test_a_refused_query_consumes_nothing(api: Api, sandbox: Sandbox):
    receive(sandbox, "one")
    assert api.post("/messages/inbox", {"limit": 0}).status_code == 400
    assert len(api.unread()) == 1
