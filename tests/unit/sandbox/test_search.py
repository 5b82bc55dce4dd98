from typing import Any

import pytest

from webapp.sandbox import Sandbox

from .client import NUMBER, Api, Clock, numbers, problems


@pytest.fixture
def log(api: Api, clock: Clock, sandbox: Sandbox) -> dict[str, str]:
    """The ids of a few messages, a minute apart, by what is special about each; the last is the newest."""
    ids = {}

    def sent(name: str, destination: str = NUMBER, **fields: Any) -> None:
        ids[name] = api.send(destination, **fields).json()["messageid"]
        clock.move(minutes=1)
        sandbox.run_due()

    sent("plain")
    sent("long", content="a" * 161)
    sent("sender", sender="447400123455")
    sent("destination", "447400123401")
    sent("failed", "447400123490")
    sent("expired", "447400123491")
    sent("rejected", "447400123492")
    sent("tagged", metadata=[{"key": "ref", "value": "7"}, {"key": "row", "value": "1"}])
    sent("tagged elsewhere", metadata=[{"key": "ref", "value": "7"}, {"key": "row", "value": "2"}])
    ids["reply"] = sandbox.inject_inbound(sender="447400123402", content="Hello", keyword="SKYWALKER")
    return ids


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "UNDELIVERABLE"}, ["failed"]),
        ({"status": "NONSENSE"}, []),
        ({"credits": 2}, ["long"]),
        ({"credits": 0}, ["reply", "rejected"]),
        ({"credits": 1, "sender": "447400123455"}, ["sender"]),
        ({"destination": "447400123401"}, ["destination"]),
        ({"destination": "07400123401"}, ["destination"]),
        ({"sender": "447400123402"}, ["reply"]),
        ({"sender": "447400123455", "status": "EXPIRED"}, []),
        ({"keyword": "SKYWALKER"}, ["reply"]),
        ({"keyword": "CALRISSIAN"}, []),
        ({"metadata": [{"key": "ref", "value": "7"}]}, ["tagged elsewhere", "tagged"]),
        ({"metadata": [{"key": "ref", "value": "7"}, {"key": "row", "value": "1"}]}, ["tagged"]),
        ({"metadata": [{"key": "row", "value": "7"}]}, []),
        ({"metadata": [{"key": "row", "value": "2"}], "destination": NUMBER}, ["tagged elsewhere"]),
        ({"status": "INCOMING", "unread": True}, ["reply"]),
        ({"status": "INCOMING", "unread": False}, []),
        ({"from": "2026-11-23T09:08:00.000Z"}, ["reply", "tagged elsewhere"]),
        ({"to": "2026-11-23T09:01:00.000Z"}, ["long", "plain"]),
        ({"from": "2026-11-23T09:02:00Z", "to": "2026-11-23T09:03:00Z"}, ["destination", "sender"]),
        ({"from": "Mon Nov 23 2026 10:08:00 GMT+0100 (CET)"}, ["reply", "tagged elsewhere"]),
        ({"from": "Mon Nov 23 2026 04:38:00 GMT-0430 (VET)"}, ["reply", "tagged elsewhere"]),
        ({"from": "2026-11-23T09:03:00Z", "to": "2026-11-23T09:02:00Z"}, []),
        ({"from": "2026-11-23T09:04:00Z", "status": "DELIVERED", "limit": 1}, ["tagged elsewhere"]),
        ({"limit": 2}, ["reply", "tagged elsewhere"]),
        ({"limit": 2, "skip": 8}, ["long", "plain"]),
        ({"skip": 9}, ["plain"]),
        ({"skip": 10}, []),
    ],
)
def test_a_search_finds_what_matches_every_field_newest_first(
    api: Api, log: dict[str, str], query: dict[str, Any], names: list[str]
):
    assert [row["messageid"] for row in api.search(**query)] == [log[name] for name in names]


def test_an_empty_query_finds_everything(api: Api, log: dict[str, str]):
    assert [row["messageid"] for row in api.search()] == list(log.values())[::-1]


def test_failed_messages_are_those_that_will_never_arrive(api: Api, log: dict[str, str]):
    found = api.post("/messages/failed", {}).json()
    assert [row["messageid"] for row in found] == [log["rejected"], log["expired"], log["failed"]]
    one = api.post("/messages/failed", {"destination": "447400123490"}).json()
    assert [row["messageid"] for row in one] == [log["failed"]]


def test_messages_of_the_same_moment_come_by_id(api: Api):
    ids = [api.send(number).json()["messageid"] for number in numbers(5)]
    assert [row["messageid"] for row in api.search()] == ids[::-1]


def test_a_page_holds_at_most_a_thousand(api: Api):
    api.post("/batch/send", {"sender": "Clinic", "destinations": numbers(1001), "content": "Hello"})
    assert len(api.search()) == len(api.search(limit=1000)) == 1000
    assert len(api.search(skip=1000)) == 1


def test_tag_is_not_a_filter(api: Api):
    api.send(tag="recall")
    assert len(api.search(tag="other")) == 1


def test_unread_alone_is_refused(api: Api):
    assert problems(api.post("/messages", {"unread": False, "status": "SENT"}))


@pytest.mark.parametrize(
    "message_id", ["1", "0", "unknown", "109999999999999999999", "1" * 40, "10" + "٣" * 19]
)
def test_an_unknown_id_is_not_found(api: Api, message_id: str):
    assert api.get(f"/messages/{message_id}").status_code == 404
    assert api.get(f"/batch/{message_id}").status_code == 404
    assert api.delete(f"/messages/{message_id}").status_code == 400
