import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.smsworks.models import (
    BatchReceipt,
    FailureReason,
    Message,
    MessageQuery,
    OutboundBatch,
    OutboundMessage,
    Price,
    Removal,
    ScheduledItem,
    ScheduleReceipt,
    SendReceipt,
)
from webapp.smsworks.models.received import read_message, read_messages, read_scheduled, required_credits
from webapp.smsworks.wire import Unreadable

from .test_wire import ANY_JSON, SETTINGS

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FULL = {
    "messageid": "123456789",
    "batchid": "2586749",
    "customerid": "0fca8c3c-6cbc-11e7-8154-a6006ad3dba0",
    "sender": "Clinic",
    "destination": 447400123456,
    "content": "Your appointment is tomorrow",
    "tag": "reminders",
    "status": "DELIVERED",
    "created": "2026-11-23T09:00:00.000Z",
    "modified": "Mon Nov 23 2026 09:00:05 GMT+0000 (GMT)",
    "schedule": 1795424399000,
    "deliveryreporturl": "https://example.test/reports",
    "identifier": "reply-1",
    "keyword": "HELP",
    "failurereason": {"code": 34, "details": "Handset error", "permanent": False},
    "credits": 2.5,
    "metadata": [{"key": "ref", "value": "7"}],
    "somethingnew": {"kept": True},
}


def test_a_full_message_is_read_field_by_field() -> None:
    assert Message.from_wire(FULL) == Message(
        message_id="123456789",
        status="DELIVERED",
        sender="Clinic",
        destination="447400123456",
        content="Your appointment is tomorrow",
        batch_id="2586749",
        customer_id="0fca8c3c-6cbc-11e7-8154-a6006ad3dba0",
        tag="reminders",
        keyword="HELP",
        identifier="reply-1",
        created_at=AT,
        modified_at=AT + timedelta(seconds=5),
        scheduled_at=AT - timedelta(seconds=1),
        delivery_report_url="https://example.test/reports",
        failure=FailureReason(code="34", details="Handset error", permanent=False),
        credits=Decimal("2.5"),
        metadata={"ref": "7"},
        raw=FULL,
    )


def test_a_message_with_only_its_id_and_status_is_read() -> None:
    bare = {"messageid": 123, "status": "SENT"}
    assert Message.from_wire(bare) == Message(message_id="123", status="SENT", raw=bare)


def test_null_and_empty_fields_count_as_missing() -> None:
    for nothing in (None, ""):
        fields: dict[str, Any] = dict.fromkeys(FULL, nothing) | {"messageid": "1", "status": "SENT"}
        assert Message.from_wire(fields) == Message(message_id="1", status="SENT", raw=fields)


def test_id_stands_in_for_messageid() -> None:
    assert Message.from_wire({"id": "9", "messageid": "", "status": "SENT"}).message_id == "9"


def test_an_unknown_status_and_unknown_fields_are_kept() -> None:
    message = Message.from_wire({"messageid": "1", "status": "TELEPORTED", "hue": 3})
    assert message.status == "TELEPORTED"
    assert message.raw["hue"] == 3


def test_a_record_without_an_id_gets_one_that_stays_the_same() -> None:
    first, again, other = (
        Message.from_wire(fields).message_id
        for fields in (
            {"content": "yes", "sender": "1"},
            {"sender": "1", "content": "yes"},
            {"content": "no", "sender": "1"},
        )
    )
    assert first == again
    assert first != other
    assert first.startswith("without-id-")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"code": 5001, "details": "No such number", "permanent": True}, ("5001", "No such number", True)),
        ({"code": 0}, ("0", "", None)),
        ({"details": "Handset error", "permanent": "false"}, (None, "Handset error", False)),
        ("Handset error", (None, "Handset error", None)),
    ],
)
def test_a_failure_reason_is_read_whatever_is_missing(value: object, expected: tuple[Any, ...]) -> None:
    failure = FailureReason.from_wire(value)
    assert failure is not None
    assert (failure.code, failure.details, failure.permanent) == expected


@pytest.mark.parametrize("value", [None, "", {}, [], 0, False])
def test_no_failure_reason_is_none(value: object) -> None:
    assert FailureReason.from_wire(value) is None


@pytest.mark.parametrize("document", [FULL, [FULL], {"messages": [FULL]}])
def test_one_message_is_read_from_every_form_of_reply(document: object) -> None:
    assert read_message(document).message_id == "123456789"


@pytest.mark.parametrize("document", [[], [FULL, FULL], [{"status": "SENT"}], {"message": "hello"}, None])
def test_what_is_not_one_message_with_an_id_is_unreadable(document: object) -> None:
    with pytest.raises(Unreadable):
        read_message(document)


SCHEDULED_TEXT = {
    "sender": "Clinic",
    "destination": "447400123456",
    "content": "Hello",
    "schedule": "2026-11-23T09:00:00.000Z",
}


@pytest.mark.parametrize(
    "item",
    [
        {"id": "7", "status": "SCHEDULED", "batch": False, "message": SCHEDULED_TEXT},
        {"id": 7, "status": "SCHEDULED", "message": {"schema": SCHEDULED_TEXT}},
        {"messageid": "7", "status": "SCHEDULED", **SCHEDULED_TEXT},
    ],
)
def test_a_scheduled_text_is_read_in_every_form(item: dict[str, Any]) -> None:
    for document in (item, [item], {"messages": [item]}):
        assert read_scheduled(document) == (
            ScheduledItem("7", False, "SCHEDULED", "Clinic", ("447400123456",), "Hello", AT, item),
        )


def test_a_scheduled_batch_has_all_its_destinations() -> None:
    batch = {**SCHEDULED_TEXT, "destinations": [447400123456, "447400123457", ""], "destination": None}
    for said in (True, "true", None):
        item = ScheduledItem.from_wire({"id": "7", "status": "PROCESSED", "batch": said, "message": batch})
        assert item.is_batch is True
        assert item.destinations == ("447400123456", "447400123457")


def test_a_send_receipt_says_what_was_charged_exactly() -> None:
    reply = {"messageid": "1", "status": "SENT", "credits": 180.5, "creditsUsed": 0.1, "messageparts": 3}
    for document in (reply, [reply]):
        receipt = SendReceipt.from_wire(document)
        assert (receipt.message_id, receipt.status, receipt.raw) == ("1", "SENT", reply)
        assert (receipt.credits_left, receipt.credits_used) == (Decimal("180.5"), Decimal("0.1"))
        assert receipt.segments == 3


def test_a_send_receipt_needs_nothing_but_its_id() -> None:
    receipt = SendReceipt.from_wire({"messageid": 5})
    assert receipt == SendReceipt("5", "", None, None, None, {"messageid": 5})


@pytest.mark.parametrize(
    "document", [[{"messageid": "1", "status": "SCHEDULED"}], {"messageid": "1"}, {"id": 1}]
)
def test_a_schedule_receipt_may_be_an_array_or_an_object(document: object) -> None:
    assert ScheduleReceipt.from_wire(document).message_id == "1"


@pytest.mark.parametrize("fields", [{"batchid": "4"}, {"batchid": None, "messageid": "4"}, {"id": 4}])
def test_a_cancelled_batch_may_be_named_by_either_id(fields: dict[str, Any]) -> None:
    removal = Removal.from_wire({**fields, "status": "CANCELLED"})
    assert (removal.item_id, removal.status) == ("4", "CANCELLED")


@pytest.mark.parametrize("receipt", [SendReceipt, ScheduleReceipt, BatchReceipt, Removal])
@pytest.mark.parametrize(
    "document", [{}, {"status": "SENT"}, {"messageid": None}, {"messageid": {}}, [], None, "ok"]
)
def test_a_receipt_without_an_id_is_unreadable(receipt: Any, document: object) -> None:
    with pytest.raises(Unreadable):
        receipt.from_wire(document)


def test_a_message_id_is_not_taken_for_a_batch_id() -> None:
    assert BatchReceipt.from_wire({"batchid": "4", "messageid": "5"}).batch_id == "4"
    with pytest.raises(Unreadable):
        BatchReceipt.from_wire({"messageid": "5", "status": "SENT"})


def test_a_price_and_a_balance_need_a_number() -> None:
    assert Price.from_wire({"code": "IE", "country": "Ireland", "credits": 2.5}) == Price(
        "IE", "Ireland", Decimal("2.5")
    )
    assert required_credits({"credits": "180.5"}) == Decimal("180.5")
    for document in ({}, {"credits": None}, {"credits": "many"}):
        with pytest.raises(Unreadable):
            required_credits(document)


@SETTINGS
@given(st.dictionaries(st.sampled_from(sorted(FULL)) | st.text(), ANY_JSON))
def test_no_record_however_strange_makes_reading_fail(fields: dict[str, Any]) -> None:
    assert Message.from_wire(fields).message_id
    assert ScheduledItem.from_wire(fields).item_id


@SETTINGS
@given(ANY_JSON)
def test_a_strange_document_is_read_or_unreadable_and_nothing_else(document: Any) -> None:
    readers = (read_messages, read_scheduled, read_message, SendReceipt.from_wire, Price.from_wire)
    for read in readers:
        try:
            read(document)
        except Unreadable:
            continue


MESSAGE = OutboundMessage(
    sender="Clinic",
    destination="447400123456",
    content="Hello",
    scheduled_at=AT,
    delivery_report_url="https://example.test/reports",
    tag="reminders",
    ttl_minutes=10,
    validity_minutes=1440,
    response_emails=("reception@example.test",),
    metadata={"textdesk-ref": "7"},
    ai=False,
)


def test_a_message_is_written_with_the_names_of_the_wire() -> None:
    assert MESSAGE.to_wire() == {
        "sender": "Clinic",
        "destination": "447400123456",
        "content": "Hello",
        "schedule": "2026-11-23T09:00:00.000Z",
        "deliveryreporturl": "https://example.test/reports",
        "tag": "reminders",
        "ttl": 10,
        "validity": 1440,
        "responseemail": ["reception@example.test"],
        "metadata": [{"key": "textdesk-ref", "value": "7"}],
        "ai": False,
    }


def test_what_is_not_set_is_left_out() -> None:
    assert OutboundMessage("Clinic", "447400123456", "Hello").to_wire() == {
        "sender": "Clinic",
        "destination": "447400123456",
        "content": "Hello",
    }
    assert MessageQuery().to_wire() == {}


def test_a_batch_is_written_with_its_destinations_and_no_metadata() -> None:
    batch = OutboundBatch("Clinic", ("447400123456", "447400123457"), "Hello", scheduled_at=AT, ai=True)
    assert batch.to_wire() == {
        "sender": "Clinic",
        "destinations": ["447400123456", "447400123457"],
        "content": "Hello",
        "schedule": "2026-11-23T09:00:00.000Z",
        "ai": True,
    }


def test_a_query_is_written_with_the_names_of_the_wire() -> None:
    query = MessageQuery(
        status="INCOMING",
        credits=Decimal("2.5"),
        destination="447400123456",
        sender="Clinic",
        keyword="HELP",
        created_from=AT,
        created_to=AT + timedelta(hours=1),
        limit=50,
        skip=0,
        unread=False,
        metadata={"a": "b"},
    )
    assert query.to_wire() == {
        "status": "INCOMING",
        "credits": 2.5,
        "destination": "447400123456",
        "sender": "Clinic",
        "keyword": "HELP",
        "from": "2026-11-23T09:00:00.000Z",
        "to": "2026-11-23T10:00:00.000Z",
        "limit": 50,
        "skip": 0,
        "unread": False,
        "metadata": [{"key": "a", "value": "b"}],
    }


@pytest.mark.parametrize(
    "request_",
    [
        MESSAGE,
        OutboundMessage("Clinic", "447400123456", "Hello"),
        OutboundBatch("Clinic", ("447400123456",), "Hello", AT, "https://example.test", "tag", 5, 60, True),
        MessageQuery(
            "SENT", Decimal("0.5"), "44", "C", "K", AT, AT + timedelta(hours=1), 5, 0, True, {"a": "b"}
        ),
        MessageQuery(),
    ],
)
def test_a_stored_request_reads_back_as_it_was(request_: Any) -> None:
    assert type(request_).from_wire(json.loads(json.dumps(request_.to_wire()))) == request_


@pytest.mark.parametrize(
    "value",
    [
        MESSAGE,
        OutboundBatch("Clinic", ("447400123456",), "Hello"),
        Message.from_wire({**FULL, "sender": "447400123456", "content": "Hello"}),
        ScheduledItem.from_wire({"id": "1", "message": SCHEDULED_TEXT}),
        SendReceipt.from_wire({"messageid": "1", "destination": "447400123456"}),
        MessageQuery(destination="447400123456"),
    ],
)
def test_a_printed_value_shows_no_number_and_no_text(value: object) -> None:
    assert "447400123456" not in repr(value)
    assert "Hello" not in repr(value)
