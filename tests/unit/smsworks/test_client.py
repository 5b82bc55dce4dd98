"""Every operation: the call it makes and what it makes of the reply."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import responses

from webapp.smsworks.client import MOST_RECIPIENTS, SmsWorks
from webapp.smsworks.errors import InvalidRequest, NotFound, OutcomeUnknown, ProviderFault, Refused
from webapp.smsworks.models import MessageQuery, OutboundBatch, OutboundMessage, Price

from .conftest import BASE, TOKEN

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MESSAGE = OutboundMessage("Clinic", "447400123456", "Hello")
LATER = OutboundMessage("Clinic", "447400123456", "Hello", scheduled_at=AT)
BATCH = OutboundBatch("Clinic", ("447400123456", "447400123457"), "Hello")
LATER_BATCH = OutboundBatch("Clinic", ("447400123456",), "Hello", scheduled_at=AT)
QUERY = MessageQuery(status="SENT", limit=5)
SENT = {"messageid": "1", "status": "SENT", "credits": 9.5, "creditsUsed": 1}
RECORD = {"messageid": "1", "status": "SENT"}
ITEM = {"id": "1", "status": "SCHEDULED", "batch": True, "message": {"destinations": ["447400123456"]}}

Call = Callable[[SmsWorks], Any]

# method, path, call, body sent, status and body of the reply, what comes of it
OPERATIONS: dict[str, tuple[str, str, Call, Any, int, Any, Callable[[Any], Any]]] = {
    "send_message": (
        "POST",
        "/message/send",
        lambda sms: sms.send_message(message=MESSAGE),
        MESSAGE.to_wire(),
        201,
        SENT,
        lambda receipt: (receipt.message_id, receipt.credits_left) == ("1", Decimal("9.5")),
    ),
    "send_flash": (
        "POST",
        "/message/flash",
        lambda sms: sms.send_flash(message=MESSAGE),
        MESSAGE.to_wire(),
        201,
        SENT,
        lambda receipt: receipt.credits_used == 1,
    ),
    "schedule_message": (
        "POST",
        "/message/schedule",
        lambda sms: sms.schedule_message(message=LATER),
        LATER.to_wire(),
        200,
        [{"messageid": "1", "status": "SCHEDULED"}],
        lambda receipt: (receipt.message_id, receipt.status) == ("1", "SCHEDULED"),
    ),
    "schedule_message, older": (
        "POST",
        "/message/schedule",
        lambda sms: sms.schedule_message(message=LATER),
        LATER.to_wire(),
        201,
        {"messageid": "1", "status": "SCHEDULED"},
        lambda receipt: (receipt.message_id, receipt.status) == ("1", "SCHEDULED"),
    ),
    "send_batch": (
        "POST",
        "/batch/send",
        lambda sms: sms.send_batch(batch=BATCH),
        BATCH.to_wire(),
        201,
        {"batchid": "4", "status": "SCHEDULED"},
        lambda receipt: (receipt.batch_id, receipt.status) == ("4", "SCHEDULED"),
    ),
    "schedule_batch": (
        "POST",
        "/batch/schedule",
        lambda sms: sms.schedule_batch(batch=LATER_BATCH),
        LATER_BATCH.to_wire(),
        201,
        {"batchid": 4, "status": "SCHEDULED"},
        lambda receipt: receipt.batch_id == "4",
    ),
    "send_collection": (
        "POST",
        "/batch/any",
        lambda sms: sms.send_collection(messages=[MESSAGE, MESSAGE]),
        [MESSAGE.to_wire(), MESSAGE.to_wire()],
        201,
        {"batchid": "4", "status": "SENT"},
        lambda receipt: receipt.batch_id == "4",
    ),
    "search_messages": (
        "POST",
        "/messages",
        lambda sms: sms.search_messages(query=QUERY),
        {"status": "SENT", "limit": 5},
        200,
        [RECORD],
        lambda found: [message.message_id for message in found] == ["1"],
    ),
    "search_messages, everything": (
        "POST",
        "/messages",
        lambda sms: sms.search_messages(),
        {},
        200,
        {"messages": []},
        lambda found: found == (),
    ),
    "fetch_unread": (
        "POST",
        "/messages/inbox",
        lambda sms: sms.fetch_unread(),
        {},
        200,
        RECORD,
        lambda found: [message.message_id for message in found] == ["1"],
    ),
    "list_failed": (
        "POST",
        "/messages/failed",
        lambda sms: sms.list_failed(query=QUERY),
        {"status": "SENT", "limit": 5},
        200,
        {"messages": [RECORD, RECORD]},
        lambda found: len(found) == 2,
    ),
    "list_scheduled": (
        "GET",
        "/messages/schedule",
        lambda sms: sms.list_scheduled(),
        None,
        200,
        ITEM,
        lambda found: (
            [(item.item_id, item.is_batch, item.destinations) for item in found]
            == [("1", True, ("447400123456",))]
        ),
    ),
    "get_message": (
        "GET",
        "/messages/1",
        lambda sms: sms.get_message(message_id="1"),
        None,
        200,
        RECORD,
        lambda message: message.status == "SENT",
    ),
    "get_batch": (
        "GET",
        "/batch/4",
        lambda sms: sms.get_batch(batch_id="4"),
        None,
        200,
        [RECORD, RECORD],
        lambda found: len(found) == 2,
    ),
    "delete_message": (
        "DELETE",
        "/messages/1",
        lambda sms: sms.delete_message(message_id="1"),
        None,
        200,
        {"messageid": "1", "status": "DELETED"},
        lambda removal: (removal.item_id, removal.status) == ("1", "DELETED"),
    ),
    "cancel_scheduled_message": (
        "DELETE",
        "/messages/schedule/1",
        lambda sms: sms.cancel_scheduled_message(message_id="1"),
        None,
        200,
        {"messageid": "1", "status": "CANCELLED"},
        lambda removal: removal.status == "CANCELLED",
    ),
    "cancel_scheduled_batch": (
        "DELETE",
        "/batches/schedule/4",
        lambda sms: sms.cancel_scheduled_batch(batch_id="4"),
        None,
        200,
        {"messageid": "4", "status": "CANCELLED"},
        lambda removal: removal.item_id == "4",
    ),
    "get_credits": (
        "GET",
        "/credits/balance",
        lambda sms: sms.get_credits(),
        None,
        200,
        {"credits": 180.5},
        lambda credits: credits == Decimal("180.5"),
    ),
    "get_price": (
        "GET",
        "/credits/IE",
        lambda sms: sms.get_price(country="ie"),
        None,
        200,
        {"code": "IE", "country": "Ireland", "credits": 2.5},
        lambda price: price == Price("IE", "Ireland", Decimal("2.5")),
    ),
    "get_sent_today": (
        "GET",
        "/messages/volume",
        lambda sms: sms.get_sent_today(),
        None,
        200,
        {"volume": 12},
        lambda volume: volume == 12,
    ),
    "get_customer_id": (
        "GET",
        "/utils/test",
        lambda sms: sms.get_customer_id(),
        None,
        200,
        {"message": "0fca8c3c-6cbc"},
        lambda customer_id: customer_id == "0fca8c3c-6cbc",
    ),
    "issue_token": (
        "POST",
        "/auth/token",
        lambda sms: sms.issue_token(key="the key", secret="the secret"),
        {"key": "the key", "secret": "the secret"},
        200,
        {"token": "a.bare.token"},
        lambda token: token == "JWT a.bare.token",
    ),
    "issue_token, prefixed": (
        "POST",
        "/auth/token",
        lambda sms: sms.issue_token(key="the key", secret="the secret", customer_id="me"),
        {"key": "the key", "secret": "the secret", "customerid": "me"},
        200,
        {"token": "JWT a.whole.token"},
        lambda token: token == "JWT a.whole.token",
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_makes_its_call_and_reads_its_reply(
    name: str, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    method, path, call, body, status, reply, comes_of_it = OPERATIONS[name]
    provider.add(method, BASE + path, json=reply, status=status)
    assert comes_of_it(call(sms))
    sent = provider.calls[0].request
    assert json.loads(sent.body or "null") == body
    assert sent.headers.get("Authorization") == (None if path == "/auth/token" else TOKEN)
    assert sent.headers.get("Content-Type") == (None if body is None else "application/json")


def test_every_operation_is_in_the_table() -> None:
    methods = {name for name, value in vars(SmsWorks).items() if callable(value) and not name.startswith("_")}
    assert methods - {"get_error_sample", "with_token"} == {name.split(",")[0] for name in OPERATIONS}


@pytest.mark.parametrize(
    "call",
    [
        lambda sms: sms.send_message(message=LATER),
        lambda sms: sms.send_flash(message=LATER),
        lambda sms: sms.send_batch(batch=LATER_BATCH),
        lambda sms: sms.send_collection(messages=[MESSAGE, LATER]),
        lambda sms: sms.schedule_message(message=MESSAGE),
        lambda sms: sms.schedule_batch(batch=BATCH),
    ],
)
def test_a_text_with_a_time_is_never_sent_at_once_nor_one_without_scheduled(
    call: Call, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        call(sms)
    assert "schedule" in caught.value.fields
    assert "Nothing was sent or charged" in caught.value.user_message
    assert len(provider.calls) == 0


@pytest.mark.parametrize("size", [0, MOST_RECIPIENTS + 1])
def test_a_batch_has_one_to_five_thousand_recipients(
    size: int, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    with pytest.raises(InvalidRequest):
        sms.send_batch(batch=OutboundBatch("Clinic", ("447400123456",) * size, "Hello"))
    with pytest.raises(InvalidRequest):
        sms.send_collection(messages=[MESSAGE] * size)
    assert len(provider.calls) == 0


def test_the_inbox_is_never_paged_with_skip(sms: SmsWorks, provider: responses.RequestsMock) -> None:
    with pytest.raises(InvalidRequest) as caught:
        sms.fetch_unread(query=MessageQuery(skip=1000))
    assert "skip" in caught.value.fields
    assert len(provider.calls) == 0


@pytest.mark.parametrize("country", ["", "balance", "I", "é1", "1E", "IRL"])
def test_a_country_is_two_letters(country: str, sms: SmsWorks, provider: responses.RequestsMock) -> None:
    with pytest.raises(NotFound):
        sms.get_price(country=country)
    assert len(provider.calls) == 0


@pytest.mark.parametrize("status", [200, 400, 402, 500])
def test_an_error_sample_is_returned_whatever_its_status(
    status: int, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    sample = {"message": "Not enough credits", "errorCode": 1001, "status": "REJECTED", "permanent": True}
    provider.add("GET", BASE + "/utils/errors/1001", json=sample, status=status)
    error = sms.get_error_sample(code="1001")
    assert isinstance(error, Refused | ProviderFault)
    assert (error.code, error.permanent) == ("1001", True)
    assert error.said == "Not enough credits"


def test_an_error_that_is_not_the_sample_is_raised(sms: SmsWorks, provider: responses.RequestsMock) -> None:
    provider.add("GET", BASE + "/utils/errors/1001", json={"message": "No such code"}, status=404)
    with pytest.raises(NotFound):
        sms.get_error_sample(code="1001")


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("/credits/balance", lambda sms: sms.get_credits()),
        ("/utils/test", lambda sms: sms.get_customer_id()),
        ("/messages/volume", lambda sms: sms.get_sent_today()),
    ],
)
def test_a_reply_without_what_was_asked_for_is_a_bad_reply(
    path: str, call: Call, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    provider.add("GET", BASE + path, json={"something": "else"})
    with pytest.raises(Exception, match="error=BadReply"):
        call(sms)


@pytest.mark.parametrize("reply", [{}, {"token": ""}, {"token": "JWT "}, {"token": "not\u20aca token"}])
def test_a_token_that_is_none_leaves_the_outcome_open(
    reply: dict[str, str], sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    provider.add("POST", BASE + "/auth/token", json=reply)
    with pytest.raises(OutcomeUnknown):
        sms.issue_token(key="the key", secret="the secret")
