import dataclasses

import pytest

from webapp.sandbox import DEMO_TOKEN, REPLY_NUMBER, Sandbox, Switches

from .client import NUMBER, Api, batch_to, numbers, problems, text_to


@pytest.fixture(autouse=True)
def signed_out(api: Api) -> None:
    """The control plane asks nobody who they are."""
    api.session.headers.pop("Authorization")


def signed_in(api: Api) -> Api:
    api.session.headers["Authorization"] = DEMO_TOKEN
    return api


def test_faults_are_set_listed_and_cleared(api: Api, sandbox: Sandbox):
    one = {"kind": "drop", "when": "after", "operation": "send_message", "times": 2}
    assert api.post("/_sandbox/faults", one).status_code == 200
    listed = api.post("/_sandbox/faults", [{"kind": "html"}, {"kind": "too_many", "times": None}]).json()
    assert [(fault["kind"], fault["times"]) for fault in listed] == [
        ("drop", 2),
        ("html", 1),
        ("too_many", None),
    ]
    assert listed == api.get("/_sandbox/faults").json()
    assert api.delete("/_sandbox/faults").json() == []
    assert sandbox.faults.pending() == ()


def test_a_list_with_one_wrong_fault_sets_none(api: Api, sandbox: Sandbox):
    reply = api.post("/_sandbox/faults", [{"kind": "drop"}, {"kind": "explode"}])
    assert reply.status_code == 400
    assert "explode" in reply.json()["message"]
    assert sandbox.faults.pending() == ()


def test_switches_are_shown_and_changed(api: Api, sandbox: Sandbox):
    assert api.get("/_sandbox/switches").json() == dataclasses.asdict(Switches())
    reply = api.post("/_sandbox/switches", {"page_order": "random", "log_lag_seconds": 3})
    assert reply.json()["page_order"] == "random"
    assert sandbox.switches.log_lag_seconds == 3
    assert sandbox.switches.wrapped_lists is False


@pytest.mark.parametrize("body", [{"nothing": 1}, ["page_order"], None])
def test_wrong_switches_are_refused(api: Api, sandbox: Sandbox, body: object):
    assert api.post("/_sandbox/switches", body).status_code == 400
    assert sandbox.switches == Switches()


def test_an_inbound_text_can_be_injected(api: Api):
    text = {"from": "07400123456", "content": "Hello", "keyword": "SKYWALKER"}
    reply = api.post("/_sandbox/inbound", text)
    [message] = signed_in(api).unread()
    assert (reply.status_code, message["messageid"]) == (201, reply.json()["messageid"])
    assert (message["sender"], message["destination"]) == (NUMBER, REPLY_NUMBER)
    api.post("/_sandbox/inbound", {**text, "to": "447400123455"})
    assert api.unread()[0]["destination"] == "447400123455"


def test_an_inbound_text_needs_a_sender_and_content(api: Api):
    assert set(problems(api.post("/_sandbox/inbound", {}))) == {"from", "content"}


def test_the_log_is_readable(api: Api):
    signed_in(api).post("/batch/send", batch_to(*numbers(3)))
    later = {"schedule": "2026-11-24T09:00:00Z", "metadata": [{"key": "ref", "value": "7"}]}
    api.post("/message/schedule", text_to(**later))
    log = api.get("/_sandbox/log").json()
    assert log["by_destination"] == dict.fromkeys([*numbers(3), NUMBER], 1)
    assert [text["destination"] for text in log["messages"]] == [*numbers(3), NUMBER]
    scheduled = log["messages"][3]
    assert (scheduled["operation"], scheduled["metadata"]) == ("schedule_message", {"ref": "7"})
    assert scheduled["accepted_at"] == "2026-11-23T09:00:00.000Z"
    assert scheduled["scheduled_at"] == "2026-11-24T09:00:00.000Z"
    few = api.get(f"/_sandbox/log?destination={numbers(3)[1]}").json()["messages"]
    assert [text["destination"] for text in few] == [numbers(3)[1]]
    assert len(api.get("/_sandbox/log?limit=2").json()["messages"]) == 2


def test_calls_are_counted_by_operation(api: Api):
    signed_in(api)
    api.send()
    api.unread()
    api.unread()
    api.get("/nothing")
    assert api.get("/_sandbox/calls").json() == {"send_message": 1, "fetch_unread": 2}
    assert api.delete("/_sandbox/calls").json() == {}


def test_refused_calls_are_counted_too(api: Api):
    api.send()
    assert api.get("/_sandbox/calls").json() == {"send_message": 1}


def test_credits_can_be_set(api: Api):
    assert api.post("/_sandbox/credits", {"credits": 2.5}).json() == {"credits": 2.5}
    assert signed_in(api).credits() == 2.5
    assert api.post("/_sandbox/credits", {"credits": "many"}).status_code == 400
    assert api.post("/_sandbox/credits", {}).status_code == 400


def test_reset_makes_it_as_new(api: Api, sandbox: Sandbox):
    signed_in(api).send(metadata=[{"key": "ref", "value": "7"}])
    api.post(
        "/message/schedule", {"sender": "A", "destination": NUMBER, "content": "a", "schedule": "2030-01-01"}
    )
    api.post("/_sandbox/inbound", {"from": NUMBER, "content": "Hello"})
    api.post("/_sandbox/switches", {"wrapped_lists": True})
    api.post("/auth/token", {"key": "demo-key", "secret": "demo-secret"})
    api.post("/_sandbox/faults", {"kind": "drop"})
    assert api.post("/_sandbox/reset", {}).status_code == 204
    assert (sandbox.accepted(), sandbox.calls(), sandbox.switches) == ((), {}, Switches())
    assert api.search() == api.get("/messages/schedule").json() == []
    assert api.search(metadata=[{"key": "ref", "value": "7"}]) == []
    assert api.credits() == 10_000
