from typing import Any

import pytest

from webapp.sandbox import Sandbox

from .client import ADDRESS, NUMBER, Api, batch_to, problems, text_to

WRONG_FIELDS = [
    ({"sender": "TwelveLetter"}, "PATTERN"),
    ({"sender": "1234567890123456"}, "PATTERN"),
    ({"sender": "A clinic"}, "PATTERN"),
    ({"sender": ""}, "MIN_LENGTH"),
    ({"content": ""}, "MIN_LENGTH"),
    ({"content": "a" * 1281}, "MAX_LENGTH"),
    ({"content": 7}, "INVALID_TYPE"),
    ({"content": None}, "INVALID_TYPE"),
    ({"content": "\ud83d"}, "INVALID_FORMAT"),
    ({"destination": ""}, "MIN_LENGTH"),
    ({"destination": 447400123456}, "INVALID_TYPE"),
    ({"destination": "44740012345"}, "PATTERN"),
    ({"destination": "4474001234567"}, "PATTERN"),
    ({"destination": "reception"}, "PATTERN"),
    ({"destination": "1234567"}, "PATTERN"),
    ({"destination": "999123456789"}, "PATTERN"),
    ({"tag": "a" * 281}, "MAX_LENGTH"),
    ({"validity": 0}, "MINIMUM"),
    ({"validity": 2881}, "MAXIMUM"),
    ({"validity": 1.5}, "INVALID_TYPE"),
    ({"validity": "60"}, "INVALID_TYPE"),
    ({"validity": True}, "INVALID_TYPE"),
    ({"validity": 1e300}, "MAXIMUM"),
    ({"ttl": 0}, "MINIMUM"),
    ({"ai": "yes"}, "INVALID_TYPE"),
    ({"deliveryreporturl": "ftp://clinic.example"}, "PATTERN"),
]


@pytest.mark.parametrize(("field", "code"), WRONG_FIELDS)
def test_a_wrong_field_is_refused_and_named(api: Api, sandbox: Sandbox, field: dict[str, Any], code: str):
    assert problems(api.post("/message/send", text_to(**field))) == {next(iter(field)): code}
    assert sandbox.accepted() == ()
    assert api.credits() == 10_000


@pytest.mark.parametrize(
    ("field", "path", "code"),
    [
        ({"metadata": {"ref": "7"}}, "metadata", "INVALID_TYPE"),
        ({"metadata": ["ref"]}, "metadata.0", "INVALID_TYPE"),
        ({"metadata": [{"value": "7"}]}, "metadata.0.key", "OBJECT_MISSING_REQUIRED_PROPERTY"),
        ({"metadata": [{"key": "ref", "value": 7}]}, "metadata.0.value", "INVALID_TYPE"),
        ({"responseemail": "desk@clinic.example"}, "responseemail", "INVALID_TYPE"),
        ({"responseemail": ["desk"]}, "responseemail.0", "INVALID_FORMAT"),
    ],
)
def test_a_wrong_part_of_a_field_is_named_by_its_path(api: Api, field: dict[str, Any], path: str, code: str):
    assert problems(api.post("/message/send", text_to(**field))) == {path: code}


@pytest.mark.parametrize(
    "field",
    [
        {"sender": "ElevenChars"},
        {"sender": "123456789012345"},
        {"content": "🙂" * 1280},
        {"tag": "a" * 280},
        {"validity": 1},
        {"validity": 2880},
        {"validity": 60.0},
        {"schedule": ""},
    ],
)
def test_the_largest_values_are_accepted(api: Api, field: dict[str, Any]):
    assert api.post("/message/send", text_to(**field)).status_code == 201


def test_everything_wrong_is_named_at_once(api: Api):
    missing = "OBJECT_MISSING_REQUIRED_PROPERTY"
    wrong = problems(api.post("/message/send", {"tag": 1}))
    assert wrong == {"sender": missing, "destination": missing, "content": missing, "tag": "INVALID_TYPE"}


def test_a_validation_error_says_where_it_is_in_the_description(api: Api):
    [error] = api.post("/message/flash", {}).json()["errors"]
    assert (error["code"], error["in"], error["name"]) == ("INVALID_REQUEST_PARAMETER", "body", "smsMessage")
    assert error["path"] == ["paths", "/message/flash", "post", "parameters", "0"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"limit": NaN}', b"[" * 100_000])
def test_what_is_not_json_is_refused(api: Api, body: bytes):
    reply = api.session.post(f"{ADDRESS}/v1/messages", data=body)
    assert problems(reply) == {"": "INVALID_JSON"}


@pytest.mark.parametrize(
    ("destinations", "expected"),
    [
        ([], {"destinations": "ARRAY_LENGTH_SHORT"}),
        ([NUMBER] * 5001, {"destinations": "ARRAY_LENGTH_LONG"}),
        ([NUMBER, "reception"], {"destinations.1": "PATTERN"}),
        ([NUMBER, 447400123456], {"destinations.1": "INVALID_TYPE"}),
    ],
)
def test_a_batch_with_wrong_destinations_is_refused_whole(
    api: Api, sandbox: Sandbox, destinations: list[str], expected: dict[str, str]
):
    assert problems(api.post("/batch/send", batch_to(*destinations))) == expected
    assert sandbox.accepted() == ()


def test_a_batch_without_destinations_is_refused(api: Api):
    body = {"sender": "Clinic", "content": "Hello"}
    assert problems(api.post("/batch/send", body)) == {"destinations": "OBJECT_MISSING_REQUIRED_PROPERTY"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], {"": "ARRAY_LENGTH_SHORT"}),
        ([text_to()] * 5001, {"": "ARRAY_LENGTH_LONG"}),
        ({"messages": []}, {"": "INVALID_TYPE"}),
        ([text_to(), text_to(content="")], {"1.content": "MIN_LENGTH"}),
        ([text_to(), "text"], {"1": "INVALID_TYPE"}),
    ],
)
def test_a_collection_with_a_wrong_row_is_refused_whole(
    api: Api, sandbox: Sandbox, body: Any, expected: dict[str, str]
):
    assert problems(api.post("/batch/any", body)) == expected
    assert sandbox.accepted() == ()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": 0}, "MINIMUM"),
        ({"limit": 1001}, "MAXIMUM"),
        ({"skip": -1}, "MINIMUM"),
        ({"from": "yesterday"}, "INVALID_FORMAT"),
        ({"to": "Wed Foo 19 2017 20:26:28 GMT+0100 (BST)"}, "INVALID_FORMAT"),
        ({"credits": "2"}, "INVALID_TYPE"),
        ({"unread": True}, "INVALID_COMBINATION"),
    ],
)
def test_a_wrong_query_is_refused(api: Api, query: dict[str, Any], code: str):
    assert problems(api.post("/messages", query)) == {next(iter(query)): code}


@pytest.mark.parametrize("schedule", [None, "", "tomorrow"])
def test_scheduling_needs_a_date(api: Api, schedule: str | None):
    body = text_to() if schedule is None else text_to(schedule=schedule)
    assert set(problems(api.post("/message/schedule", body))) == {"schedule"}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("PUT", "/message/send"), ("GET", "/messages/schedule/1")]
)
def test_a_path_that_is_none_of_the_operations_is_not_found(api: Api, method: str, path: str):
    reply = api.session.request(method, f"{ADDRESS}/v1{path}")
    assert reply.status_code in (404, 405)
    assert reply.json()["message"]
