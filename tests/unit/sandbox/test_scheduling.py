import pytest

from webapp.sandbox import Sandbox

from .client import NUMBER, Api, Clock, batch_to, numbers, text_to

IN_AN_HOUR = "2026-11-23T10:00:00.000Z"


def schedule_one(api: Api, destination: str = NUMBER, at: str = IN_AN_HOUR) -> str:
    reply = api.post("/message/schedule", text_to(destination, schedule=at))
    [receipt] = reply.json()
    assert (reply.status_code, receipt["status"]) == (200, "SCHEDULED")
    return str(receipt["messageid"])


def schedule_many(api: Api) -> str:
    reply = api.post("/batch/schedule", batch_to(*numbers(3), schedule=IN_AN_HOUR))
    assert (reply.status_code, reply.json()["status"]) == (201, "SCHEDULED")
    return str(reply.json()["batchid"])


def states(api: Api) -> dict[str, str]:
    return {item["id"]: item["status"] for item in api.get("/messages/schedule").json()}


def test_the_list_shows_single_messages_and_batches(api: Api):
    message_id, batch_id = schedule_one(api), schedule_many(api)
    batch, single = api.get("/messages/schedule").json()
    common = {"sender": "Clinic", "content": "See you at 3", "schedule": IN_AN_HOUR}
    assert single == {
        "id": message_id,
        "batch": False,
        "status": "SCHEDULED",
        "message": {**common, "destination": NUMBER},
    }
    assert batch == {
        "id": batch_id,
        "batch": True,
        "status": "SCHEDULED",
        "message": {**common, "destinations": numbers(3)},
    }


def test_a_scheduled_text_is_no_message_and_costs_nothing_until_it_is_due(
    api: Api, clock: Clock, sandbox: Sandbox
):
    message_id = schedule_one(api)
    clock.move(minutes=59)
    sandbox.run_due()
    assert api.get(f"/messages/{message_id}").status_code == 404
    assert api.search() == []
    assert api.credits() == 10_000


def test_a_due_text_becomes_a_message_with_the_same_id(api: Api, clock: Clock, sandbox: Sandbox):
    message_id = schedule_one(api)
    clock.move(hours=1)
    sandbox.run_due()
    message = api.get(f"/messages/{message_id}").json()
    assert (message["status"], message["schedule"], message["created"]) == ("SENT", IN_AN_HOUR, IN_AN_HOUR)
    assert states(api) == {message_id: "PROCESSED"}
    assert api.credits() == 9999
    clock.move(seconds=2)
    sandbox.run_due()
    assert api.one()["status"] == "DELIVERED"


def test_a_due_batch_becomes_its_messages_once(api: Api, clock: Clock, sandbox: Sandbox):
    batch_id = schedule_many(api)
    clock.move(hours=1, seconds=10)
    sandbox.run_due()
    sandbox.run_due()
    found = api.get(f"/batch/{batch_id}").json()
    assert [str(message["destination"]) for message in found] == numbers(3)
    assert {message["status"] for message in found} == {"DELIVERED"}
    assert sandbox.accepted_counts() == dict.fromkeys(numbers(3), 1)
    assert api.credits() == 9997


def test_a_cancelled_text_is_never_sent_and_stays_on_the_list(api: Api, clock: Clock, sandbox: Sandbox):
    message_id = schedule_one(api)
    reply = api.delete(f"/messages/schedule/{message_id}")
    assert (reply.status_code, reply.json()) == (200, {"messageid": message_id, "status": "CANCELLED"})
    clock.move(hours=2)
    sandbox.run_due()
    assert states(api) == {message_id: "CANCELLED"}
    assert api.search() == []


def test_a_scheduled_batch_can_be_cancelled(api: Api, clock: Clock, sandbox: Sandbox):
    batch_id = schedule_many(api)
    assert api.delete(f"/batches/schedule/{batch_id}").json() == {
        "messageid": batch_id,
        "status": "CANCELLED",
    }
    clock.move(hours=2)
    sandbox.run_due()
    assert api.get(f"/batch/{batch_id}").status_code == 404


def test_what_is_not_waiting_cannot_be_cancelled(api: Api, clock: Clock, sandbox: Sandbox):
    cancelled, processed, batch_id = schedule_one(api), schedule_one(api), schedule_many(api)
    api.delete(f"/messages/schedule/{cancelled}")
    api.delete(f"/batches/schedule/{batch_id}")
    clock.move(hours=2)
    sandbox.run_due()
    for path in (
        f"/messages/schedule/{cancelled}",
        f"/messages/schedule/{processed}",
        f"/batches/schedule/{batch_id}",
        f"/batches/schedule/{processed}",
        "/messages/schedule/12345",
        "/messages/schedule/unknown",
        "/batches/schedule/52692416-ce9e-45ad-aa1e-14fcee8fa662",
    ):
        reply = api.delete(path)
        assert reply.status_code == 400
        assert (reply.json()["permanent"], isinstance(reply.json()["errorCode"], int)) == (True, True)


def test_a_batch_is_not_cancelled_as_a_message_nor_the_other_way_round(api: Api):
    message_id, batch_id = schedule_one(api), schedule_many(api)
    assert api.delete(f"/batches/schedule/{message_id}").status_code == 400
    assert api.delete(f"/messages/schedule/{batch_id}").status_code == 400
    assert set(states(api).values()) == {"SCHEDULED"}


@pytest.mark.parametrize("at", ["2026-11-23T09:00:00.000Z", "2026-11-23T08:59:59Z"])
@pytest.mark.parametrize("path", ["/message/schedule", "/batch/schedule"])
def test_the_past_is_refused(api: Api, path: str, at: str):
    body = {**text_to(schedule=at), "destinations": [NUMBER]}
    reply = api.post(path, body)
    assert (reply.status_code, reply.json()["permanent"]) == (400, True)
    assert states(api) == {}


def test_javascript_dates_are_understood(api: Api):
    schedule_one(api, at="Wed Nov 25 2026 10:30:00 GMT+0100 (BST)")
    [item] = api.get("/messages/schedule").json()
    assert item["message"]["schedule"] == "2026-11-25T09:30:00.000Z"


def test_the_list_goes_back_three_months(api: Api, clock: Clock, sandbox: Sandbox):
    schedule_one(api)
    clock.move(days=91)
    sandbox.run_due()
    assert len(states(api)) == 1
    clock.move(days=10)
    assert states(api) == {}


def test_a_text_that_cannot_be_paid_for_when_due_is_rejected(api: Api, clock: Clock, sandbox: Sandbox):
    message_id = schedule_one(api)
    sandbox.set_credits(0)
    clock.move(hours=1)
    sandbox.run_due()
    assert api.get(f"/messages/{message_id}").json()["status"] == "REJECTED"
    assert api.credits() == 0


def test_the_log_counts_a_scheduled_text_once(api: Api, clock: Clock, sandbox: Sandbox):
    message_id = schedule_one(api)
    [text] = sandbox.accepted()
    assert (text.operation, text.message_id) == ("schedule_message", message_id)
    assert text.scheduled_at == 1795428000000
    clock.move(hours=2)
    sandbox.run_due()
    assert sandbox.accepted() == (text,)
