import json
import threading

import pytest

from webapp.sandbox import Sandbox

from .client import NUMBER, Api, Clock, batch_to, numbers, text_to


def test_sending_answers_with_the_receipt(api: Api):
    reply = api.send()
    receipt = reply.json()
    assert reply.status_code == 201
    assert reply.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert receipt.pop("messageid").isdecimal()
    assert receipt == {"status": "SENT", "credits": 9999.0, "creditsUsed": 1.0, "messageparts": 1}


def test_a_sent_text_is_on_record_with_all_it_was_sent_with(api: Api):
    fields = {
        "tag": "recall",
        "deliveryreporturl": "http://127.0.0.1:9/reports",
        "metadata": [{"key": "ref", "value": "7"}],
        "validity": 60,
        "ttl": 10,
        "ai": False,
        "responseemail": ["desk@clinic.example"],
    }
    message_id = api.send(**fields).json()["messageid"]
    message = api.get(f"/messages/{message_id}").json()
    assert message == api.one()
    assert message["messageid"] == message["id"] == message_id
    assert message["destination"] == int(NUMBER)
    assert message["metadata"] == fields["metadata"]
    assert message["created"] == message["modified"] == "2026-11-23T09:00:00.000Z"
    expected = ("Clinic", "See you at 3", "recall", fields["deliveryreporturl"], "SENT")
    assert (
        tuple(message[name] for name in ("sender", "content", "tag", "deliveryreporturl", "status"))
        == expected
    )


def test_flash_is_sent_like_a_message(api: Api, sandbox: Sandbox):
    assert api.post("/message/flash", text_to()).status_code == 201
    assert [text.operation for text in sandbox.accepted()] == ["send_flash"]


@pytest.mark.parametrize(
    ("content", "segments"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 81, 2), ("’" * 70, 1), ("’" * 71, 2), ("a" * 1280, 9)],
)
def test_each_segment_costs_a_credit(api: Api, content: str, segments: int):
    receipt = api.send(content=content).json()
    assert (receipt["messageparts"], receipt["creditsUsed"]) == (segments, segments)
    assert api.credits() == 10_000 - segments


@pytest.mark.parametrize(
    ("destination", "price"), [("353851234567", 2.0), ("12015550123", 2.0), ("33612345678", 2.5)]
)
def test_a_text_abroad_costs_the_price_of_the_country(api: Api, destination: str, price: float):
    assert api.send(destination, content="a" * 161).json()["creditsUsed"] == 2 * price


@pytest.mark.parametrize("typed", ["07400123456", "+447400123456", "00447400123456", NUMBER])
def test_every_form_of_a_number_is_stored_with_its_country_code(api: Api, typed: str):
    api.send(typed)
    assert len(api.search(destination=NUMBER)) == 1
    assert api.one(destination=typed)["destination"] == int(NUMBER)


def test_ids_are_digits_that_never_repeat_and_go_up(api: Api, sandbox: Sandbox):
    ids = [api.send().json()["messageid"] for _ in range(5)]
    ids.append(api.post("/batch/send", batch_to(NUMBER)).json()["batchid"])
    sandbox.reset()
    ids += [api.send().json()["messageid"] for _ in range(5)]
    assert all(len(text) == 21 and text.isdecimal() for text in ids)
    assert sorted(set(ids)) == ids


def test_a_batch_is_one_message_for_each_destination(api: Api, sandbox: Sandbox):
    reply = api.post("/batch/send", batch_to(*numbers(3), tag="recall"))
    batch_id = reply.json()["batchid"]
    found = api.get(f"/batch/{batch_id}").json()
    assert (reply.status_code, reply.json()["status"]) == (201, "SCHEDULED")
    assert [str(message["destination"]) for message in found] == numbers(3)
    assert {message["batchid"] for message in found} == {batch_id}
    assert {message["tag"] for message in found} == {"recall"}
    assert sandbox.credits == 9997


def test_a_batch_takes_no_metadata(api: Api):
    api.post("/batch/send", batch_to(NUMBER, metadata=[{"key": "ref", "value": "7"}]))
    assert "metadata" not in api.one()
    assert api.search(metadata=[{"key": "ref", "value": "7"}]) == []


def test_a_collection_keeps_each_messages_own_text_and_metadata(api: Api):
    rows = [
        text_to(number, content=f"Hello {number}", metadata=[{"key": "row", "value": number}])
        for number in numbers(3)
    ]
    batch_id = api.post("/batch/any", rows).json()["batchid"]
    found = api.get(f"/batch/{batch_id}").json()
    assert [message["content"] for message in found] == [row["content"] for row in rows]
    assert [message["metadata"] for message in found] == [row["metadata"] for row in rows]


def test_a_number_that_comes_twice_in_a_batch_is_sent_to_twice(api: Api):
    api.post("/batch/send", batch_to(NUMBER, NUMBER))
    assert len(api.search(destination=NUMBER)) == 2


def test_without_enough_credits_nothing_is_sent_or_charged(api: Api, sandbox: Sandbox):
    sandbox.set_credits(2.5)
    for refused in (
        api.send(content="a" * 400),
        api.post("/batch/send", batch_to(*numbers(3))),
        api.post("/batch/any", [text_to(number) for number in numbers(3)]),
        api.post("/batch/schedule", batch_to(*numbers(3), schedule="2026-11-24T09:00:00Z")),
    ):
        assert refused.status_code == 402
        body = refused.json()
        assert isinstance(body["errorCode"], int)
        assert (body["status"], body["permanent"]) == ("REJECTED", True)
    assert api.search() == []
    assert sandbox.accepted() == ()
    assert api.credits() == 2.5


def test_a_text_that_costs_the_last_credit_is_sent(api: Api, sandbox: Sandbox):
    sandbox.set_credits(1)
    assert api.send().json()["credits"] == 0
    assert api.send().status_code == 402


def test_the_log_has_a_row_for_each_accepted_text_of_a_call(api: Api, sandbox: Sandbox):
    api.send(metadata=[{"key": "ref", "value": "7"}])
    batch_id = api.post("/batch/send", batch_to(*numbers(2))).json()["batchid"]
    single, *batch = sandbox.accepted()
    assert (single.destination, single.sender, single.content) == (NUMBER, "Clinic", "See you at 3")
    assert single.metadata == (("ref", "7"),)
    assert single.message_id == api.one(destination=NUMBER)["messageid"]
    assert [text.batch_id for text in batch] == [batch_id, batch_id]
    assert batch[0].call_id == batch[1].call_id != single.call_id
    assert sandbox.accepted_counts() == {NUMBER: 1, numbers(2)[0]: 1, numbers(2)[1]: 1}


def test_deleting_removes_the_record_but_neither_the_charge_nor_the_log(api: Api, sandbox: Sandbox):
    message_id = api.send(metadata=[{"key": "ref", "value": "7"}]).json()["messageid"]
    reply = api.delete(f"/messages/{message_id}")
    assert (reply.status_code, reply.json()) == (200, {"messageid": message_id, "status": "DELETED"})
    assert api.get(f"/messages/{message_id}").status_code == 404
    assert api.search() == api.search(metadata=[{"key": "ref", "value": "7"}]) == []
    assert api.delete(f"/messages/{message_id}").status_code == 400
    assert api.credits() == 9999
    assert len(sandbox.accepted()) == 1


def test_volume_counts_what_went_out_since_midnight_in_london(api: Api, clock: Clock, sandbox: Sandbox):
    clock.now = clock.now.replace(hour=23, minute=59)
    api.send()
    clock.move(minutes=1)
    api.send()
    api.post("/batch/send", batch_to(*numbers(2)))
    sandbox.inject_inbound(sender=NUMBER, content="Hello")
    assert api.get("/messages/volume").json() == {"volume": 3}


def test_many_threads_may_send_at_once(api: Api, sandbox: Sandbox):
    receipts: list[dict[str, object]] = []

    def send_some() -> None:
        receipts.extend(api.send(number).json() for number in numbers(10))

    threads = [threading.Thread(target=send_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({str(receipt["messageid"]) for receipt in receipts}) == 80
    assert {receipt["credits"] for receipt in receipts} == set(range(9920, 10_000))
    assert sandbox.accepted_counts() == dict.fromkeys(numbers(10), 8)


def test_text_outside_ascii_survives(api: Api):
    api.send(content="Grüße, Ὀδυσσεύς 🙂")
    reply = api.post("/messages", {})
    assert json.loads(reply.content.decode())[0]["content"] == "Grüße, Ὀδυσσεύς 🙂"
