"""The adapter must fail as a socket does: tests/faults/test_sandbox_sockets.py has the real ones."""

from http.client import RemoteDisconnected

import pytest
import requests
from urllib3.exceptions import ProtocolError

from tests.wsgi_adapter import WsgiAdapter
from webapp.sandbox import Fault, FaultKind, Sandbox

from .client import ADDRESS, Api, text_to


def test_a_dropped_connection_is_what_requests_raises_for_one(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.DROP))
    with pytest.raises(requests.ConnectionError) as caught:
        api.send()
    [cause] = caught.value.args
    assert isinstance(cause, ProtocolError)
    assert isinstance(cause.args[1], RemoteDisconnected)
    assert caught.value.request.url == f"{ADDRESS}/v1/message/send"


def test_a_reply_can_be_read_as_a_stream(api: Api):
    reply = api.session.get(f"{ADDRESS}/v1/utils/test", stream=True)
    whole = b"".join(reply.iter_content(7))
    assert whole.startswith(b'{"message": ')
    assert len(whole) == int(reply.headers["Content-Length"])


def test_a_reply_can_be_read_raw_in_parts(api: Api):
    reply = api.session.get(f"{ADDRESS}/v1/utils/test", stream=True)
    assert (reply.raw.read(3), reply.raw.read(9)) == (b'{"m', b'essage": ')
    assert reply.raw.read().endswith(b'"}')
    assert reply.raw.read() == b""


def test_a_drip_arrives_as_it_is_sent(api: Api, sandbox: Sandbox, naps: list[float]):
    sandbox.faults.add(Fault(kind=FaultKind.SLOW_DRIP, seconds=10))
    reply = api.session.get(f"{ADDRESS}/v1/utils/test", stream=True)
    assert reply.raw.read1(1024)
    assert 1 <= len(naps) < 5
    reply.close()


def test_a_reply_cut_off_fails_while_it_is_read(api: Api, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.CUT_OFF))
    reply = api.session.post(f"{ADDRESS}/v1/message/send", json=text_to(), stream=True)
    assert reply.status_code == 201
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        reply.content  # noqa: B018 - reading is the act


def test_the_application_sees_the_request_as_sent(api: Api):
    environs = []

    def application(environ, start_response):
        environs.append(environ | {"body": environ["wsgi.input"].read()})
        start_response("204 NO CONTENT", [("X-Reply", "yes")])
        return []

    with requests.Session() as session:
        session.mount("https://elsewhere.test", WsgiAdapter(application))
        reply = session.put("https://elsewhere.test/a%20b?c=d", data="ü", headers={"X-Asked": "yes"})
    [environ] = environs
    assert (environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"]) == (
        "PUT",
        "/a b",
        "c=d",
    )
    assert (environ["HTTP_X_ASKED"], environ["HTTP_HOST"]) == ("yes", "elsewhere.test")
    assert (environ["wsgi.url_scheme"], environ["body"]) == ("https", "ü".encode())
    assert (reply.status_code, reply.reason, reply.headers["X-Reply"]) == (204, "NO CONTENT", "yes")
    assert reply.content == b""


def test_a_mistake_in_the_application_is_seen_as_itself(api: Api):
    def application(environ, start_response):
        raise ZeroDivisionError

    with requests.Session() as session:
        session.mount("http://broken.test", WsgiAdapter(application))
        with pytest.raises(ZeroDivisionError):
            session.get("http://broken.test/")
