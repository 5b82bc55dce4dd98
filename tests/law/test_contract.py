"""The client's requests and the sandbox's replies, against the provider's published description.

The description (OpenAPI 1.9.0) belongs to the provider and is not part of this project. It is looked for
beside the checkout, or where TEXTDESK_OPENAPI says. Where it is known to be wrong or silent, CORRECTIONS says
what is true and why (docs/provider.md).
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from requests.adapters import BaseAdapter

from tests.wsgi_adapter import WsgiAdapter
from webapp.sandbox import DEMO_KEY, DEMO_SECRET, DEMO_TOKEN, REPLY_NUMBER, Sandbox, create_sandbox
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import BadCredentials, InvalidRequest, NotEnoughCredits, NotFound, Refused
from webapp.smsworks.models import MessageQuery, OutboundBatch, OutboundMessage
from webapp.smsworks.transport import Transport

BESIDE_THE_CHECKOUT = Path(__file__).parents[3] / "shared" / "reference" / "smsworks-openapi-1.9.0.yaml"
DESCRIPTION = Path(os.environ.get("TEXTDESK_OPENAPI") or BESIDE_THE_CHECKOUT)
BASE = "https://api.thesmsworks.co.uk/v1"


@dataclass(frozen=True, slots=True)
class Correction:
    """At `where` in the description (a "*" stands for every key that fits) it should say `really`."""

    where: str
    really: Any
    because: str


def _array_of(schema: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}


def _replies(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "", "content": {"application/json;charset=UTF-8": {"schema": schema}}}


def _object(**properties: str) -> dict[str, Any]:
    described = {name: {"type": kind} for name, kind in properties.items()}
    return {"type": "object", "properties": described, "required": sorted(properties)}


def _look_up(reply: dict[str, Any], *parameters: str) -> dict[str, Any]:
    return {
        "get": {
            "parameters": [
                {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
                for name in parameters
            ],
            "responses": {"200": _replies(reply), "default": _replies(_object(message="string"))},
            "security": [{"JWT": []}],
        }
    }


SCHEMAS = "components.schemas"
VALIDATION = {
    "type": "object",
    "required": ["message", "errors"],
    "properties": {
        "message": {"type": "string"},
        "errors": {"type": "array", "items": _object(code="string", message="string")},
    },
}
CORRECTIONS = (
    Correction(
        f"{SCHEMAS}.Message_metadata",
        _array_of("MetaData"),
        "a list, as its example: the type got lost one level in",
    ),
    Correction(f"{SCHEMAS}.Query_metadata", _array_of("MetaData"), "the same in a query"),
    Correction(f"{SCHEMAS}.MessageArray", _array_of("Message"), "called an array, but typed as an object"),
    Correction(
        f"{SCHEMAS}.ScheduledMessagesResponse_message",
        {"$ref": f"#/{SCHEMAS.replace('.', '/')}/ScheduledMessage"},
        "the fields got lost one level in; the example has them here",
    ),
    Correction(
        "paths./messages/schedule.get.responses.200",
        _replies(_array_of("ScheduledMessagesResponse")),
        "'returns a list', but described as one item",
    ),
    Correction(
        f"{SCHEMAS}.MessageResponse.properties.destination",
        {"oneOf": [{"type": "number"}, {"type": "string"}]},
        "a number for our texts, text for replies",
    ),
    Correction(
        "paths.*.post.responses.400",
        _replies(VALIDATION),
        "400 is the validation body, which is not described",
    ),
    Correction(
        "paths.*.*.responses.401",
        _replies(_object(message="string")),
        "401 comes from the gate before the operations and has a message alone",
    ),
    Correction(
        "paths./auth/token",
        {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": _object(key="string", secret="string") | {"additionalProperties": False}
                        }
                    },
                },
                "responses": {
                    "200": _replies(_object(token="string")),
                    "401": _replies(_object(message="string")),
                },
            }
        },
        "described up to 1.2, left out since, still in use",
    ),
    Correction(
        "paths./credits/{country}",
        _look_up(_object(code="string", country="string", credits="number"), "country"),
        "described from 1.11 on",
    ),
    Correction("paths./messages/volume", _look_up(_object(volume="number")), "described from 1.10 on"),
    # Not wrong, but so open that a misspelt field would pass: nothing may be sent that is not described.
    Correction(f"{SCHEMAS}.Message.additionalProperties", False, "closed for this test"),
    Correction(f"{SCHEMAS}.BatchMessage.additionalProperties", False, "closed for this test"),
    Correction(f"{SCHEMAS}.Query.additionalProperties", False, "closed for this test"),
    Correction(f"{SCHEMAS}.MetaData.required", ["key", "value"], "closed for this test"),
    Correction(f"{SCHEMAS}.MetaData.additionalProperties", False, "closed for this test"),
)
METHODS = ("get", "post", "delete")


def correct(description: dict[str, Any], correction: Correction) -> None:
    *steps, last = _steps(correction.where)
    places = [description]
    for step in steps:
        places = [inner for place in places for inner in _inside(place, step)]
    for place in places:
        place[last] = correction.really
    assert places, f"nothing to correct at {correction.where}"


def _steps(where: str) -> list[str]:
    """Paths have dots in none of their parts, so that a dot always separates."""
    return where.split(".")


def _inside(place: dict[str, Any], step: str) -> list[dict[str, Any]]:
    if step != "*":
        return [place[step]] if step in place else []
    return [inner for key, inner in place.items() if key.startswith("/") or key in METHODS]


@pytest.fixture(scope="module")
def description() -> OpenAPI:
    if not DESCRIPTION.is_file():
        pytest.skip("the provider's published description is not here; TEXTDESK_OPENAPI says where it is")
    document = yaml.safe_load(DESCRIPTION.read_text())
    for correction in CORRECTIONS:
        correct(document, correction)
    return OpenAPI.from_dict(document)


class Recorder(BaseAdapter):
    """Keeps what went over the wire."""

    def __init__(self, inner: BaseAdapter) -> None:
        super().__init__()
        self.inner = inner
        self.exchanges: list[tuple[requests.PreparedRequest, requests.Response]] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = self.inner.send(request, *args, **kwargs)
        assert isinstance(response.content, bytes)  # reading it here keeps it for both readers
        self.exchanges.append((request, response))
        return response

    def close(self) -> None:
        self.inner.close()


@dataclass(frozen=True, slots=True)
class Wire:
    """A client, the sandbox it speaks to, and what they said."""

    sms: SmsWorks
    sandbox: Sandbox
    recorder: Recorder


def wire_to(sandbox: Sandbox, *, token: str = DEMO_TOKEN) -> Wire:
    recorder = Recorder(WsgiAdapter(sandbox.wsgi))
    session = requests.Session()
    session.mount(BASE, recorder)
    transport = Transport(base_url=BASE, token=lambda: token, session=session, sleep=lambda _seconds: None)
    return Wire(SmsWorks(transport=transport), sandbox, recorder)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = create_sandbox(database=tmp_path / "sandbox.db")
    yield sandbox
    sandbox.close()


LATER = datetime.now(UTC) + timedelta(days=2)
TEXT = OutboundMessage(
    sender="Clinic",
    destination="447400123456",
    content="Your appointment is tomorrow — café “open”",
    delivery_report_url="https://example.test/reports",
    tag="reminders",
    ttl_minutes=10,
    validity_minutes=1440,
    metadata={"ref": "7", "who": "Sam"},
    ai=False,
)
ASKING = OutboundMessage(
    REPLY_NUMBER, "447400123456", "Is it?", response_emails=("reception@example.test", "ada@example.test")
)
TIMED = OutboundMessage("Clinic", "447400123456", "Hello", scheduled_at=LATER)
BATCH = OutboundBatch(
    "Clinic", ("447400123456", "447400123457"), "Hello", tag="all", validity_minutes=60, ai=True
)
TIMED_BATCH = OutboundBatch("Clinic", ("447400123456", "447400123457"), "Hello", scheduled_at=LATER)
FULL_QUERY = MessageQuery(
    status="SENT",
    credits=Decimal(1),
    destination="447400123456",
    sender="Clinic",
    keyword="HELP",
    created_from=LATER - timedelta(days=3),
    created_to=LATER,
    limit=10,
    skip=0,
    metadata={"ref": "7"},
)


def _fetch_unread(wire: Wire) -> None:
    wire.sandbox.inject_inbound(sender="447400123456", content="Yes please", keyword="HELP")
    assert [message.content for message in wire.sms.fetch_unread()] == ["Yes please"]
    assert wire.sms.fetch_unread() == ()
    read = wire.sms.search_messages(query=MessageQuery(status="INCOMING", unread=False))
    assert [(message.sender, message.keyword) for message in read] == [("447400123456", "HELP")]


def _get_message(wire: Wire) -> None:
    sent = wire.sms.send_message(message=TEXT)
    assert wire.sms.get_message(message_id=sent.message_id).content == TEXT.content


def _get_batch(wire: Wire) -> None:
    assert len(wire.sms.get_batch(batch_id=wire.sms.send_batch(batch=BATCH).batch_id)) == 2


def _delete_message(wire: Wire) -> None:
    sent = wire.sms.send_message(message=TEXT)
    assert wire.sms.delete_message(message_id=sent.message_id).status == "DELETED"


def _cancel_message(wire: Wire) -> None:
    scheduled = wire.sms.schedule_message(message=TIMED)
    assert wire.sms.cancel_scheduled_message(message_id=scheduled.message_id).status == "CANCELLED"


def _cancel_batch(wire: Wire) -> None:
    scheduled = wire.sms.schedule_batch(batch=TIMED_BATCH)
    assert wire.sms.cancel_scheduled_batch(batch_id=scheduled.batch_id).status == "CANCELLED"


def _list_scheduled(wire: Wire) -> None:
    wire.sms.schedule_message(message=TIMED)
    wire.sms.schedule_batch(batch=TIMED_BATCH)
    listed = wire.sms.list_scheduled()
    assert {item.is_batch: item.destinations for item in listed} == {
        False: (TIMED.destination,),
        True: TIMED_BATCH.destinations,
    }


def _list_failed(wire: Wire) -> None:
    wire.sms.send_message(message=OutboundMessage("Clinic", "447400123492", "Rejected"))
    assert [message.status for message in wire.sms.list_failed()] == ["REJECTED"]


CALLS: dict[str, Callable[[Wire], object]] = {
    "send_message": lambda wire: (wire.sms.send_message(message=TEXT), wire.sms.send_message(message=ASKING)),
    "send_flash": lambda wire: wire.sms.send_flash(message=TEXT),
    "schedule_message": lambda wire: wire.sms.schedule_message(message=TIMED),
    "send_batch": lambda wire: wire.sms.send_batch(batch=BATCH),
    "schedule_batch": lambda wire: wire.sms.schedule_batch(batch=TIMED_BATCH),
    "send_collection": lambda wire: wire.sms.send_collection(messages=[TEXT, TEXT]),
    "search_messages": lambda wire: (_get_message(wire), wire.sms.search_messages(query=FULL_QUERY)),
    "fetch_unread": _fetch_unread,
    "list_failed": _list_failed,
    "list_scheduled": _list_scheduled,
    "get_message": _get_message,
    "get_batch": _get_batch,
    "delete_message": _delete_message,
    "cancel_scheduled_message": _cancel_message,
    "cancel_scheduled_batch": _cancel_batch,
    "get_credits": lambda wire: wire.sms.get_credits(),
    "get_price": lambda wire: wire.sms.get_price(country="IE"),
    "get_sent_today": lambda wire: wire.sms.get_sent_today(),
    "get_customer_id": lambda wire: wire.sms.get_customer_id(),
    "get_error_sample": lambda wire: wire.sms.get_error_sample(code="402"),
    "issue_token": lambda wire: wire.sms.issue_token(key=DEMO_KEY, secret=DEMO_SECRET),
}
REFUSALS: dict[str, tuple[type[Refused], Callable[[SmsWorks], object]]] = {
    "not enough credits": (
        NotEnoughCredits,
        lambda sms: sms.send_message(message=OutboundMessage("Clinic", "447400123497", "Hello")),
    ),
    "a sender that is too long": (
        InvalidRequest,
        lambda sms: sms.send_message(message=OutboundMessage("TwelveLetter", "447400123456", "Hello")),
    ),
    "a collection with an empty text": (
        InvalidRequest,
        lambda sms: sms.send_collection(messages=[TEXT, OutboundMessage("Clinic", "447400123456", "")]),
    ),
    "a batch for nobody's number": (
        InvalidRequest,
        lambda sms: sms.send_batch(batch=OutboundBatch("Clinic", ("nobody",), "Hello")),
    ),
    "an unknown message": (NotFound, lambda sms: sms.get_message(message_id="123")),
    "an unknown batch": (NotFound, lambda sms: sms.get_batch(batch_id="123")),
    "an unknown country": (NotFound, lambda sms: sms.get_price(country="XX")),
    "a deletion of nothing": (Refused, lambda sms: sms.delete_message(message_id="123")),
    "a cancellation of nothing": (Refused, lambda sms: sms.cancel_scheduled_message(message_id="123")),
    "a wrong secret": (BadCredentials, lambda sms: sms.issue_token(key=DEMO_KEY, secret="wrong")),
}


def check(description: OpenAPI, wire: Wire) -> None:
    assert wire.recorder.exchanges
    for sent, answered in wire.recorder.exchanges:
        request = RequestsOpenAPIRequest(sent)
        description.validate_request(request)
        description.validate_response(request, RequestsOpenAPIResponse(answered))


def test_every_operation_is_in_the_table() -> None:
    methods = {name for name, value in vars(SmsWorks).items() if callable(value) and not name.startswith("_")}
    assert methods - {"with_token"} == set(CALLS)


@pytest.mark.parametrize("operation", CALLS)
def test_request_and_reply_are_as_described(operation: str, sandbox: Sandbox, description: OpenAPI) -> None:
    wire = wire_to(sandbox)
    CALLS[operation](wire)
    check(description, wire)


@pytest.mark.parametrize("what", REFUSALS)
def test_refusals_are_as_described(what: str, sandbox: Sandbox, description: OpenAPI) -> None:
    expected, call = REFUSALS[what]
    wire = wire_to(sandbox)
    with pytest.raises(Refused) as caught:
        call(wire.sms)
    assert type(caught.value) is expected
    check(description, wire)


def test_a_wrong_token_is_refused_as_described(sandbox: Sandbox, description: OpenAPI) -> None:
    wire = wire_to(sandbox, token="JWT not.the.token")
    for call in (wire.sms.get_credits, wire.sms.list_scheduled, lambda: wire.sms.send_message(message=TEXT)):
        with pytest.raises(BadCredentials):
            call()
    check(description, wire)


GOOD = {"sender": "Clinic", "destination": "447400123456", "content": "Hello"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/message/send", {"sender": "Clinic", "destination": "447400123456"}),
        ("/message/send", GOOD | {"destination": 447400123456}),
        ("/message/send", GOOD | {"validity": 2881}),
        ("/message/send", GOOD | {"shedule": "2026-11-23T09:00:00.000Z"}),
        ("/message/send", GOOD | {"metadata": {"ref": "7"}}),
        ("/message/send", GOOD | {"metadata": [{"key": "ref"}]}),
        ("/message/send", GOOD | {"metadata": [{"key": "ref", "value": "7", "note": "8"}]}),
        ("/batch/send", GOOD | {"destinations": ["447400123456"]}),
        ("/batch/any", {"messages": [GOOD]}),
        ("/batch/any", [GOOD, {}]),
        ("/messages", {"status": "SENT", "tag": "reminders"}),
        ("/messages", {"metadata": {"ref": "7"}}),
    ],
)
def test_the_description_would_catch_a_wrong_request(path: str, body: object, description: OpenAPI) -> None:
    headers = {"Authorization": DEMO_TOKEN}
    request = requests.Request("POST", BASE + path, json=body, headers=headers).prepare()
    with pytest.raises(OpenAPIError):
        description.validate_request(RequestsOpenAPIRequest(request))


def test_the_description_would_catch_a_wrong_scheduled_list(description: OpenAPI) -> None:
    request = requests.Request(
        "GET", f"{BASE}/messages/schedule", headers={"Authorization": DEMO_TOKEN}
    ).prepare()
    reply = requests.Response()
    reply.status_code = 200
    reply.headers["Content-Type"] = "application/json;charset=UTF-8"
    for body in (b"{}", b'[{"id": "1", "message": {"destinations": "447400123456"}}]'):
        reply._content = body
        with pytest.raises(OpenAPIError):
            description.validate_response(RequestsOpenAPIRequest(request), RequestsOpenAPIResponse(reply))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"wrapped_lists": True},
        {"schedule_reply": "object"},
        {"scheduled_list": "object"},
        {"scheduled_message_nested": True},
        {"destination_form": "string"},
        {"metadata_form": "map"},
        {"date_form": "javascript"},
        {"date_form": "epoch"},
        {"absent_fields": "null"},
        {"absent_fields": "omitted"},
        {"message_credits": True},
        {"bare_token": True},
        {"batch_status": "SENT"},
        {"cancelled_batch_key": "batchid"},
    ],
    ids=str,
)
def test_the_client_reads_every_variant_of_the_wire(changes: dict[str, Any], sandbox: Sandbox) -> None:
    sandbox.change_switches(changes)
    sms = wire_to(sandbox).sms
    begun = datetime.now(UTC) - timedelta(seconds=2)
    sent = sms.send_message(message=TEXT)
    for found in (sms.get_message(message_id=sent.message_id), *sms.search_messages()):
        assert (found.message_id, found.destination, found.content) == (
            sent.message_id,
            TEXT.destination,
            TEXT.content,
        )
        assert found.metadata == TEXT.metadata
        assert found.tag == "reminders"
        assert found.created_at is not None
        assert begun < found.created_at < datetime.now(UTC) + timedelta(seconds=2)
        assert found.scheduled_at is None
    scheduled = sms.schedule_message(message=TIMED)
    (item,) = sms.list_scheduled()
    assert (item.item_id, item.is_batch, item.content) == (scheduled.message_id, False, "Hello")
    assert (item.destinations, item.status) == ((TIMED.destination,), "SCHEDULED")
    assert item.scheduled_at is not None
    assert abs(item.scheduled_at - LATER) < timedelta(seconds=2)
    batch = sms.schedule_batch(batch=TIMED_BATCH)
    assert sms.cancel_scheduled_batch(batch_id=batch.batch_id).item_id == batch.batch_id
    assert sms.issue_token(key=DEMO_KEY, secret=DEMO_SECRET).startswith("JWT ey")


@pytest.mark.parametrize(
    "changes",
    [
        {"auth_failure_status": 403},
        {"auth_failure_body": "text"},
        {"auth_failure_status": 403, "auth_failure_body": "text"},
    ],
)
def test_a_wrong_token_is_told_in_every_variant(changes: dict[str, Any], sandbox: Sandbox) -> None:
    sandbox.change_switches(changes)
    with pytest.raises(BadCredentials):
        wire_to(sandbox, token="JWT not.the.token").sms.get_credits()


@pytest.mark.parametrize("status", [400, 404])
def test_a_deletion_of_nothing_is_refused_in_every_variant(status: int, sandbox: Sandbox) -> None:
    sandbox.change_switches({"unknown_delete_status": status})
    with pytest.raises(Refused):
        wire_to(sandbox).sms.delete_message(message_id="123")
