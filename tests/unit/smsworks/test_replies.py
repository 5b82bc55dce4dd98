"""What the HTTP statuses and bodies of the provider mean, for each kind of call."""

import json
from typing import Any

import pytest
import responses

from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import (
    BadCredentials,
    BadReply,
    InvalidRequest,
    NotEnoughCredits,
    NotFound,
    OutcomeUnknown,
    ProviderFault,
    RateLimited,
    Refused,
    SmsWorksError,
)
from webapp.smsworks.models import OutboundMessage
from webapp.smsworks.replies import MAX_REPLY_BYTES

from .conftest import BASE

MESSAGE = OutboundMessage("Clinic", "447400123456", "Hello")
HTML = "<!doctype html><html><body><h1>447400123456 Hello</h1></body></html>"


def send(sms: SmsWorks, provider: responses.RequestsMock, **reply: Any) -> SmsWorksError:
    provider.add("POST", BASE + "/message/send", **reply)
    with pytest.raises(SmsWorksError) as caught:
        sms.send_message(message=MESSAGE)
    assert len(provider.calls) == 1, "a call that sends is made once"
    return caught.value


def read(sms: SmsWorks, provider: responses.RequestsMock, **reply: Any) -> SmsWorksError:
    provider.add("GET", BASE + "/messages/1", **reply)
    with pytest.raises(SmsWorksError) as caught:
        sms.get_message(message_id="1")
    return caught.value


def cancel(sms: SmsWorks, provider: responses.RequestsMock, **reply: Any) -> SmsWorksError:
    provider.add("DELETE", BASE + "/messages/schedule/1", **reply)
    with pytest.raises(SmsWorksError) as caught:
        sms.cancel_scheduled_message(message_id="1")
    assert len(provider.calls) == 1, "a call that changes something is made once"
    return caught.value


def fetch(sms: SmsWorks, provider: responses.RequestsMock, **reply: Any) -> SmsWorksError:
    provider.add("POST", BASE + "/messages/inbox", **reply)
    with pytest.raises(SmsWorksError) as caught:
        sms.fetch_unread()
    assert len(provider.calls) == 1, "a call that consumes is made once"
    return caught.value


@pytest.mark.parametrize(
    ("status", "sending", "reading", "cancelling"),
    [
        (301, OutcomeUnknown, BadReply, OutcomeUnknown),
        (307, OutcomeUnknown, BadReply, OutcomeUnknown),
        (400, InvalidRequest, InvalidRequest, Refused),
        (401, BadCredentials, BadCredentials, BadCredentials),
        (402, NotEnoughCredits, NotEnoughCredits, NotEnoughCredits),
        (403, BadCredentials, BadCredentials, BadCredentials),
        (404, Refused, NotFound, NotFound),
        (408, OutcomeUnknown, ProviderFault, OutcomeUnknown),
        (409, Refused, Refused, Refused),
        (410, Refused, NotFound, NotFound),
        (413, Refused, Refused, Refused),
        (422, InvalidRequest, InvalidRequest, Refused),
        (425, Refused, Refused, Refused),
        (429, RateLimited, RateLimited, RateLimited),
        (499, OutcomeUnknown, ProviderFault, OutcomeUnknown),
        (500, OutcomeUnknown, ProviderFault, OutcomeUnknown),
        (502, OutcomeUnknown, ProviderFault, OutcomeUnknown),
        (503, OutcomeUnknown, ProviderFault, OutcomeUnknown),
        (504, OutcomeUnknown, ProviderFault, OutcomeUnknown),
    ],
)
@pytest.mark.parametrize("body", [json.dumps({"message": "No"}), HTML, ""])
def test_a_status_means_the_same_whatever_the_body(
    status: int,
    sending: type[SmsWorksError],
    reading: type[SmsWorksError],
    cancelling: type[SmsWorksError],
    body: str,
    sms: SmsWorks,
    provider: responses.RequestsMock,
) -> None:
    reply = {"status": status, "body": body, "headers": {"Location": "https://elsewhere.test/"}}
    sent = send(sms, provider, **reply)
    provider.calls.reset()
    cancelled = cancel(sms, provider, **reply)
    provider.calls.reset()
    fetched = fetch(sms, provider, **reply)
    asked = read(sms, provider, **reply)
    assert (type(sent), type(asked), type(cancelled)) == (sending, reading, cancelling)
    assert isinstance(fetched, OutcomeUnknown) == issubclass(sending, OutcomeUnknown)
    assert {sent.status, asked.status, cancelled.status, fetched.status} == {status}
    assert "447400123456" not in f"{sent} {sent.user_message}"


@pytest.mark.parametrize("cause", [(500, ProviderFault), (302, BadReply)])
def test_an_unknown_outcome_keeps_its_cause(
    cause: tuple[int, type[SmsWorksError]], sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    error = send(sms, provider, status=cause[0], json={"message": "No", "errorCode": 77})
    assert type(error.__cause__) is cause[1]
    assert error.code == "77"


@pytest.mark.parametrize(
    "body", ["", "null", "{}", "[]", '{"status": "SENT"}', '{"messageid": "1", "stat', HTML, "OK", '"1"']
)
def test_a_success_without_a_readable_receipt_leaves_the_outcome_open(
    body: str, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    assert type(send(sms, provider, status=201, body=body)) is OutcomeUnknown
    provider.calls.reset()
    assert type(cancel(sms, provider, status=200, body=body)) is OutcomeUnknown
    provider.calls.reset()
    if body != "[]":
        assert type(fetch(sms, provider, status=200, body=body)) is OutcomeUnknown
    assert type(read(sms, provider, status=200, body=body)) is BadReply


def test_a_reply_that_does_not_end_is_cut_off(sms: SmsWorks, provider: responses.RequestsMock) -> None:
    endless = b" " * (MAX_REPLY_BYTES + 1)
    assert type(send(sms, provider, status=201, body=endless)) is OutcomeUnknown
    assert type(read(sms, provider, status=200, body=endless)) is BadReply


def test_a_long_reply_within_bounds_is_read(sms: SmsWorks, provider: responses.RequestsMock) -> None:
    records = [{"messageid": str(number), "status": "SENT", "content": "é" * 1280} for number in range(1000)]
    provider.add("POST", BASE + "/messages", json=records)
    assert len(sms.search_messages()) == 1000


def test_the_fields_of_a_validation_body_are_named(sms: SmsWorks, provider: responses.RequestsMock) -> None:
    problems = [
        {"code": "PATTERN", "message": "Bad number", "path": ["destination"], "errors": []},
        {"code": "MAX_LENGTH", "message": "Too long", "path": "content"},
        {"code": "MAX_LENGTH", "message": "Still too long", "path": "/content"},
        {
            "code": "OBJECT_MISSING_REQUIRED_PROPERTY",
            "message": "Missing required property: sender",
            "path": [],
        },
        {"message": "Missing required property: tag", "path": ["tag"]},
        {"code": "MINIMUM", "path": [3, "validity"], "message": None},
        "not an object",
    ]
    outer = {
        "code": "INVALID_REQUEST_PARAMETER",
        "message": "Invalid parameter (smsMessage)",
        "in": "body",
        "name": "smsMessage",
        "path": ["paths", "/message/send", "post", "parameters", "0"],
        "errors": problems,
    }
    error = send(sms, provider, status=400, json={"message": "Validation errors", "errors": [outer]})
    assert isinstance(error, InvalidRequest)
    assert error.fields == {
        "destination": ("Bad number",),
        "content": ("Too long", "Still too long"),
        "sender": ("Missing required property: sender",),
        "tag": ("Missing required property: tag",),
        "3.validity": ("",),
    }
    assert "Validation errors" in error.user_message


@pytest.mark.parametrize("errors", [None, [], "nonsense", {}, [None], 5])
def test_a_validation_body_without_details_is_still_an_invalid_request(
    errors: object, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    error = send(sms, provider, status=400, json={"message": "Validation errors", "errors": errors})
    assert type(error) is InvalidRequest


@pytest.mark.parametrize(("depth", "fields"), [(50, {"content": ("deep",)}), (5000, {})])
def test_errors_nested_without_end_do_no_harm(
    depth: int, fields: dict[str, tuple[str]], sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    nested = '{"errors":[' * depth + '{"message":"deep","path":["content"]}' + "]}" * depth
    error = send(sms, provider, status=400, body=nested)
    assert type(error) is InvalidRequest
    assert error.fields == fields


def test_an_extended_error_gives_its_code_and_permanence(
    sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    body = {"message": "Already processed", "errorCode": 2005.0, "status": "REJECTED", "permanent": True}
    error = cancel(sms, provider, status=400, json=body)
    assert type(error) is Refused
    assert (error.code, error.permanent) == ("2005", True)
    assert error.user_message == (
        "The SMS Works refused this: “Already processed”. Nothing was changed, sent or charged. "
        "Change it and try again."
    )


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ("Unauthorized", "“Unauthorized”"),
        ('"Unauthorized"', "“Unauthorized”"),
        ('{"message": "two\\n lines\\u0007"}', "“two lines”"),
        (json.dumps({"message": "x" * 5000}), "x" * 299 + "…"),
    ],
)
def test_the_providers_words_are_quoted_when_they_are_words(
    body: str, quoted: str, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    assert quoted in send(sms, provider, status=401, body=body).user_message


@pytest.mark.parametrize(
    "body", [HTML, "x" * 5000, '{"message": null}', '{"message": ["a"]}', "[1]", b"\xff\xfe"]
)
def test_what_is_not_words_is_not_quoted(
    body: str | bytes, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    message = send(sms, provider, status=409, body=body).user_message
    assert message == "The SMS Works refused this. Nothing was sent or charged. Change it and try again."


@pytest.mark.parametrize("code", ["Hello there", 447400123456, "", None, "x" * 41, ["a"]])
def test_what_is_no_error_code_stays_out_of_the_log(
    code: object, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    error = send(sms, provider, status=409, json={"errorCode": code})
    assert (error.provider_code, error.code) == (None, "refused")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Mon, 23 Nov 2026 09:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(
    header: str | None, expected: float | None, sms: SmsWorks, provider: responses.RequestsMock
) -> None:
    headers = {"Date": "Mon, 23 Nov 2026 09:00:00 GMT"} | ({} if header is None else {"Retry-After": header})
    error = send(sms, provider, status=429, headers=headers)
    assert isinstance(error, RateLimited)
    assert error.retry_after == expected
