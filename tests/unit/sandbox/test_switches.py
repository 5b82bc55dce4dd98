import dataclasses
from typing import Any

import pytest
from werkzeug.test import Client

from webapp.sandbox import CUSTOMER_ID, DEMO_KEY, DEMO_SECRET, DEMO_TOKEN, Sandbox, Switches
from webapp.sandbox.switches import SwitchRefused

from .client import ADDRESS, NUMBER, Api, Clock, batch_to, numbers, problems, text_to

IN_AN_HOUR = "2026-11-23T10:00:00.000Z"
PAIRS = [{"key": "ref", "value": "7"}, {"key": "row", "value": "1"}]


def switch(sandbox: Sandbox, **changes: Any) -> None:
    sandbox.change_switches(changes)


def test_lists_can_be_wrapped(api: Api, sandbox: Sandbox):
    batch_id = api.post("/batch/send", batch_to(NUMBER)).json()["batchid"]
    sandbox.inject_inbound(sender=NUMBER, content="Hello")
    api.post("/message/schedule", text_to(schedule=IN_AN_HOUR))
    switch(sandbox, wrapped_lists=True)
    replies = [
        api.post("/messages", {"limit": 1}),
        api.post("/messages/inbox", {}),
        api.get(f"/batch/{batch_id}"),
        api.get("/messages/schedule"),
    ]
    assert [len(reply.json()["messages"]) for reply in replies] == [1, 1, 1, 1]


def test_a_schedule_reply_can_be_one_object(api: Api, sandbox: Sandbox):
    switch(sandbox, schedule_reply="object")
    reply = api.post("/message/schedule", text_to(schedule=IN_AN_HOUR))
    assert (reply.status_code, reply.json()["status"]) == (201, "SCHEDULED")


def test_a_scheduled_list_of_one_can_be_that_one(api: Api, sandbox: Sandbox):
    api.post("/message/schedule", text_to(schedule=IN_AN_HOUR))
    switch(sandbox, scheduled_list="object")
    assert api.get("/messages/schedule").json()["message"]["destination"] == NUMBER
    api.post("/message/schedule", text_to(schedule=IN_AN_HOUR))
    assert len(api.get("/messages/schedule").json()) == 2


def test_a_scheduled_message_can_be_nested(api: Api, sandbox: Sandbox):
    api.post("/message/schedule", text_to(schedule=IN_AN_HOUR))
    switch(sandbox, scheduled_message_nested=True)
    [item] = api.get("/messages/schedule").json()
    assert item["message"]["schema"]["content"] == "See you at 3"


def test_a_destination_can_be_text(api: Api, sandbox: Sandbox):
    api.send()
    switch(sandbox, destination_form="string")
    assert api.one()["destination"] == NUMBER


@pytest.mark.parametrize(
    ("form", "metadata"), [("array", PAIRS), ("map", {"ref": "7", "row": "1"}), ("absent", None)]
)
def test_metadata_comes_back_in_each_form(api: Api, sandbox: Sandbox, form: str, metadata: Any):
    api.send(metadata=PAIRS)
    switch(sandbox, metadata_form=form)
    assert api.one(metadata=PAIRS).get("metadata") == metadata


@pytest.mark.parametrize(
    ("form", "created"),
    [
        ("iso", "2026-11-23T09:00:00.000Z"),
        ("javascript", "Mon Nov 23 2026 09:00:00 GMT+0000 (GMT)"),
        ("epoch", 1795424400000),
    ],
)
def test_dates_come_in_each_form(api: Api, sandbox: Sandbox, form: str, created: Any):
    api.send()
    api.post("/message/schedule", text_to(schedule="2026-11-23T09:00:00.001Z"))
    switch(sandbox, date_form=form)
    assert api.one()["created"] == created
    assert type(api.get("/messages/schedule").json()[0]["message"]["schedule"]) is type(created)


def test_javascript_dates_name_summer_time(api: Api, clock: Clock, sandbox: Sandbox):
    clock.now = clock.now.replace(month=7, day=1)
    api.send()
    switch(sandbox, date_form="javascript")
    assert api.one()["created"] == "Wed Jul 01 2026 10:00:00 GMT+0100 (BST)"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("empty", {"tag": "", "schedule": ""}),
        ("omitted", {}),
        (
            "null",
            dict.fromkeys(("batchid", "deliveryreporturl", "failurereason", "keyword", "schedule", "tag")),
        ),
    ],
)
def test_what_a_message_lacks_comes_in_each_form(
    api: Api, sandbox: Sandbox, form: str, expected: dict[str, Any]
):
    api.send()
    switch(sandbox, absent_fields=form)
    message = api.one()
    assert {name: value for name, value in message.items() if not value} == expected


def test_messages_can_name_their_credits(api: Api, sandbox: Sandbox):
    api.send("33612345678")
    switch(sandbox, message_credits=True)
    assert api.one()["credits"] == 2.5


def test_a_token_can_come_without_its_prefix(api: Api, sandbox: Sandbox):
    switch(sandbox, bare_token=True)
    token = api.post("/auth/token", {"key": DEMO_KEY, "secret": DEMO_SECRET}).json()["token"]
    assert token.startswith("eyJ")
    api.session.headers["Authorization"] = f"JWT {token}"
    assert api.get("/utils/test").json() == {"message": CUSTOMER_ID}


def test_batch_replies_can_be_worded_otherwise(api: Api, sandbox: Sandbox):
    switch(sandbox, batch_status="SENT", cancelled_batch_key="batchid")
    assert api.post("/batch/send", batch_to(NUMBER)).json()["status"] == "SENT"
    batch_id = api.post("/batch/schedule", batch_to(NUMBER, schedule=IN_AN_HOUR)).json()["batchid"]
    assert api.delete(f"/batches/schedule/{batch_id}").json()["batchid"] == batch_id


def test_an_authorization_failure_can_look_otherwise(api: Api, sandbox: Sandbox):
    switch(sandbox, auth_failure_status=403, auth_failure_body="text")
    reply = api.session.get(f"{ADDRESS}/v1/utils/test", headers={"Authorization": DEMO_TOKEN[:-1]})
    assert (reply.status_code, reply.text) == (403, "Unauthorized")
    assert reply.headers["Content-Type"].startswith("text/plain")


def test_refusals_can_have_other_statuses(api: Api, sandbox: Sandbox):
    switch(sandbox, unknown_get_status=400, unknown_delete_status=404, not_scheduled_status=409)
    switch(sandbox, error_sample_status=200)
    assert api.get("/messages/1").status_code == api.get("/batch/1").status_code == 400
    assert api.delete("/messages/1").status_code == 404
    assert api.delete("/messages/schedule/1").status_code == 409
    assert api.get("/utils/errors/34").status_code == 200


def test_pages_can_come_oldest_first(api: Api, sandbox: Sandbox):
    ids = [api.send().json()["messageid"] for _ in range(3)]
    switch(sandbox, page_order="oldest_first")
    assert [row["messageid"] for row in api.search(limit=2)] == ids[:2]


def test_pages_can_come_shuffled_yet_whole(api: Api, sandbox: Sandbox):
    api.post("/batch/send", batch_to(*numbers(60)))
    in_order = [row["messageid"] for row in api.search()]
    switch(sandbox, page_order="random")
    pages = [[row["messageid"] for row in api.search(limit=30, skip=skip)] for skip in (0, 30)]
    assert [set(page) for page in pages] == [set(in_order[:30]), set(in_order[30:])]
    assert pages[0] != in_order[:30]


def test_pages_can_come_in_no_order_yet_whole_between_them(api: Api, sandbox: Sandbox):
    api.post("/batch/send", batch_to(*numbers(60)))
    in_order = [row["messageid"] for row in api.search()]
    switch(sandbox, page_order="scrambled")
    pages = [[row["messageid"] for row in api.search(limit=30, skip=skip)] for skip in (0, 30)]
    assert sorted(pages[0] + pages[1]) == sorted(in_order)
    assert set(pages[0]) not in (set(in_order[:30]), set(in_order[30:]))


def test_rows_can_repeat_across_pages_without_any_being_lost(api: Api, sandbox: Sandbox):
    api.post("/batch/send", batch_to(*numbers(9)))
    in_order = [row["messageid"] for row in api.search()]
    switch(sandbox, repeated_rows=2)
    pages = [[row["messageid"] for row in api.search(limit=4, skip=skip)] for skip in (0, 4, 8)]
    assert pages == [in_order[:4], in_order[2:6], in_order[6:]]


def test_the_log_can_lag_behind_acceptance(api: Api, clock: Clock, sandbox: Sandbox):
    switch(sandbox, log_lag_seconds=30)
    message_id = api.send("447400123492").json()["messageid"]
    sandbox.inject_inbound(sender=NUMBER, content="Hello")
    clock.move(seconds=29)
    assert api.search() == api.post("/messages/failed", {}).json() == []
    assert api.get(f"/messages/{message_id}").status_code == 200
    assert len(api.unread()) == 1
    clock.move(seconds=1)
    assert len(api.search()) == 2


def test_periods_can_compare_the_change_and_leave_their_edges_out(api: Api, clock: Clock, sandbox: Sandbox):
    api.send("447400123493")
    clock.move(minutes=1)
    sandbox.run_due()
    changed = api.one()["modified"]
    assert api.search(**{"from": changed}) == []
    switch(sandbox, period_field="modified")
    assert len(api.search(**{"from": changed, "to": changed})) == 1
    switch(sandbox, period_inclusive=False)
    assert api.search(**{"from": changed}) == api.search(to=changed) == []


def test_the_inbox_can_mark_nothing(api: Api, sandbox: Sandbox):
    switch(sandbox, inbox_marking="never")
    sandbox.inject_inbound(sender=NUMBER, content="Hello")
    assert api.unread() == api.unread() != []


@pytest.mark.parametrize(("marking", "unread_before_the_body"), [("with_answer", 0), ("after_answer", 1)])
def test_the_inbox_marks_with_its_answer_or_after_it(
    api: Api, sandbox: Sandbox, marking: str, unread_before_the_body: int
):
    switch(sandbox, inbox_marking=marking)
    sandbox.inject_inbound(sender=NUMBER, content="Hello")
    reply = Client(sandbox.wsgi).post(
        "/v1/messages/inbox", json={}, headers={"Authorization": DEMO_TOKEN}, buffered=False
    )
    unread = {"status": "INCOMING", "unread": True}
    assert len(api.search(**unread)) == unread_before_the_body
    reply.close()
    assert api.search(**unread) == []


def test_a_processed_text_can_get_an_id_of_its_own(api: Api, clock: Clock, sandbox: Sandbox):
    switch(sandbox, processed_keeps_id=False)
    [receipt] = api.post("/message/schedule", text_to(schedule=IN_AN_HOUR)).json()
    clock.move(hours=1)
    sandbox.run_due()
    assert api.get(f"/messages/{receipt['messageid']}").status_code == 404
    assert api.one()["messageid"] > receipt["messageid"]


def test_a_past_schedule_can_mean_now(api: Api, sandbox: Sandbox):
    switch(sandbox, past_schedule="sent_at_once")
    api.post("/message/schedule", text_to(schedule="2026-11-23T08:00:00Z"))
    sandbox.run_due()
    assert api.one()["status"] == "DELIVERED"


def test_duplicates_in_a_batch_can_be_sent_once_or_refused(api: Api, sandbox: Sandbox):
    rows = [
        text_to(NUMBER, content="first"),
        text_to("447400123457"),
        text_to("07400123456", content="second"),
    ]
    switch(sandbox, duplicates="sent_once")
    api.post("/batch/any", rows)
    assert [row["content"] for row in api.search(destination=NUMBER)] == ["first"]
    switch(sandbox, duplicates="refused")
    assert problems(api.post("/batch/any", rows)) == {"": "ARRAY_UNIQUE"}
    assert problems(api.post("/batch/send", batch_to(NUMBER, NUMBER))) == {"": "ARRAY_UNIQUE"}
    assert api.post("/batch/any", rows[:2]).status_code == 201


@pytest.mark.parametrize("typed", ["07400123456", "+447400123456", "00447400123456"])
def test_other_forms_of_a_number_can_be_refused(api: Api, sandbox: Sandbox, typed: str):
    switch(sandbox, other_number_forms=False)
    assert problems(api.post("/message/send", text_to(typed))) == {"destination": "PATTERN"}
    assert api.send().status_code == 201


def test_a_wrapped_collection_can_be_accepted(api: Api, sandbox: Sandbox):
    switch(sandbox, wrapped_collection=True)
    assert api.post("/batch/any", {"messages": [text_to()]}).status_code == 201
    assert api.post("/batch/any", [text_to()]).status_code == 201
    assert problems(api.post("/batch/any", {"messages": []})) == {"": "ARRAY_LENGTH_SHORT"}


def test_everything_can_happen_faster(api: Api, clock: Clock, sandbox: Sandbox):
    switch(sandbox, pace=0.01)
    api.send("447400123493")
    clock.move(seconds=0.1)
    sandbox.run_due()
    assert api.one()["status"] == "DELIVERED"


@pytest.mark.parametrize(
    "changes",
    [
        {"nothing": 1},
        {"metadata_form": "list"},
        {"wrapped_lists": 1},
        {"wrapped_lists": "yes"},
        {"repeated_rows": True},
        {"repeated_rows": -1},
        {"log_lag_seconds": "3"},
        {"batch_status": None},
        {"date_form": []},
    ],
)
def test_a_value_that_a_switch_cannot_take_changes_nothing(sandbox: Sandbox, changes: dict[str, Any]):
    with pytest.raises(SwitchRefused):
        sandbox.change_switches({"page_order": "random", **changes})
    assert sandbox.switches == Switches()


def test_switches_stay_as_they_are(sandbox: Sandbox):
    with pytest.raises(dataclasses.FrozenInstanceError):
        sandbox.switches.wrapped_lists = True  # type: ignore[misc]
