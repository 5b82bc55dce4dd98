"""The client against real connections that fail in the ways a network can.

What counts is the promise to staff: Unreachable means that nothing can have been sent, OutcomeUnknown that it
may have been. A look-up can fail in the same ways, but its outcome is never unknown.
"""

import gzip
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import requests
from pytest_httpserver import HTTPServer
from werkzeug import Response

from webapp.smsworks.client import SmsWorks
from webapp.smsworks.connections import CarefulAdapter, finishing_by, never_left
from webapp.smsworks.errors import BadReply, OutcomeUnknown, ProviderFault, SmsWorksError, Unreachable
from webapp.smsworks.models import OutboundMessage
from webapp.smsworks.replies import MAX_REPLY_BYTES
from webapp.smsworks.transport import Timeouts, Transport

TOKEN = "JWT eyJ.never.elsewhere"
MESSAGE = OutboundMessage("Clinic", "447400123456", "Hello")
HURRIED = Timeouts(connect=0.5, read=0.5, total=1.0)
UNHURRIED = Timeouts(connect=8.0, read=8.0, total=8.0)
# The limits above, with room for a busy machine. A server that gets its way holds the client far longer.
SOON_SECONDS = 30.0
RECEIPT = b'{"messageid": "1", "status": "SENT", "credits": 9, "creditsUsed": 1}'

# A certificate for 127.0.0.1 that nothing but this file trusts.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgw4pjJMUaAwCbJsjY
lsMjVAGOXoL8m62Ob5pBKD+oHP2hRANCAASCJoMn8RnJKCVExnHhIKajE15FGrYy
0cWIMVZCYWao1FcB90V3yfLzmG/G2bSoScOLVoRxwpuIeeYLOSBwm1YA
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1sb29wYmFj
ayB0ZXN0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA1sb29wYmFjayB0ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEgiaD
J/EZySglRMZx4SCmoxNeRRq2MtHFiDFWQmFmqNRXAfdFd8ny85hvxtm0qEnDi1aE
ccKbiHnmCzkgcJtWAKN0MHIwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMC
AoQwDwYDVR0RBAgwBocEfwAAATAdBgNVHQ4EFgQUxUuia93SgT7K7Dm3pNvb16BK
MpUwHwYDVR0jBBgwFoAUxUuia93SgT7K7Dm3pNvb16BKMpUwCgYIKoZIzj0EAwID
SQAwRgIhAPCN+4f37wHCQ9wk2dA3Q28C5pa0ouuqTqADEEoVRml9AiEAjz2xKhxL
PYCY7Dk54TAKqjFCJQYsl4fG6Y71Wj25LlE=
-----END CERTIFICATE-----
"""


class Server:
    """Listens on the loopback and does to each connection, one after the other, what `behave` does."""

    def __init__(self, behave: "Behaviour") -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def read_request(self, connection: socket.socket) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536) or b"\r\n\r\n"
        head, _, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        while length and len(body) < int(length[1]):
            body += connection.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)

    def drip(self, connection: socket.socket, data: bytes, *, every: float = 0.1) -> None:
        """Send a byte at a time for as long as anybody listens."""
        for byte in data * 1000:
            if self.stopping.wait(every):
                break
            connection.sendall(bytes([byte]))

    def close(self) -> None:
        self.stopping.set()
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            with suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections += 1
                with connection, suppress(OSError):
                    connection.settimeout(SOON_SECONDS)
                    self._behave(self, connection)


Behaviour = Callable[[Server, socket.socket], None]


@contextmanager
def serving(behave: Behaviour) -> Iterator[Server]:
    server = Server(behave)
    try:
        yield server
    finally:
        server.close()


def client(
    port: int,
    *,
    scheme: str = "http",
    host: str = "127.0.0.1",
    timeouts: Timeouts = UNHURRIED,
    session: requests.Session | None = None,
) -> SmsWorks:
    return SmsWorks(
        transport=Transport(
            base_url=f"{scheme}://{host}:{port}/v1",
            token=lambda: TOKEN,
            session=session,
            timeouts=timeouts,
            sleep=lambda _seconds: None,
        )
    )


def failure_of(call: Callable[[], object]) -> SmsWorksError:
    begun = time.monotonic()
    with pytest.raises(SmsWorksError) as caught:
        call()
    assert time.monotonic() - begun < SOON_SECONDS
    return caught.value


def http(body: bytes, *, status: str = "201 Created", headers: str = "", length: object = None) -> bytes:
    said = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {said}\r\n{headers}\r\n".encode() + body


def answer(reply: bytes) -> Behaviour:
    def behave(server: Server, connection: socket.socket) -> None:
        server.read_request(connection)
        connection.sendall(reply)

    return behave


def close_at_once(server: Server, connection: socket.socket) -> None:
    """Ends the connection without having read anything: nothing else to do."""


def close_after_the_request(server: Server, connection: socket.socket) -> None:
    server.read_request(connection)


def close_in_the_middle_of_the_request(server: Server, connection: socket.socket) -> None:
    connection.recv(10)


def reset(server: Server, connection: socket.socket) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def say_nothing(server: Server, connection: socket.socket) -> None:
    server.read_request(connection)
    server.stopping.wait(2 * SOON_SECONDS)


def drip_the_head(server: Server, connection: socket.socket) -> None:
    server.read_request(connection)
    server.drip(connection, b"HTTP/1.1 201 Created\r\nX-Wait: a\r\n")


def drip_the_body(server: Server, connection: socket.socket) -> None:
    server.read_request(connection)
    connection.sendall(http(b"", length=10_000))
    server.drip(connection, b" ")


def drip_the_length_of_a_chunk(server: Server, connection: socket.socket) -> None:
    server.read_request(connection)
    connection.sendall(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n")
    server.drip(connection, b"0")


CHUNKED = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"

LOST: dict[str, Behaviour] = {
    "closed at once": close_at_once,
    "closed in the middle of the request": close_in_the_middle_of_the_request,
    "closed after the request": close_after_the_request,
    "reset": reset,
    "silence": say_nothing,
    "a head byte by byte": drip_the_head,
    "a body byte by byte": drip_the_body,
    "a chunk length byte by byte": drip_the_length_of_a_chunk,
    "half a body": answer(http(RECEIPT[:20], length=len(RECEIPT))),
    "a whole receipt and a length it does not have": answer(http(RECEIPT, length=len(RECEIPT) + 1)),
    "two lengths": answer(http(RECEIPT, length="5, 6")),
    "half a chunk": answer(CHUNKED + b"ff\r\n" + RECEIPT),
    "a chunk with no length": answer(CHUNKED + b"zz\r\n" + RECEIPT),
    "no end of chunks": answer(CHUNKED + b"%x\r\n%b\r\n" % (len(RECEIPT), RECEIPT)),
    "gzip that is none": answer(http(RECEIPT, headers="Content-Encoding: gzip\r\n")),
    "another protocol": answer(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "an endless head": answer(b"HTTP/1.1 201 Created\r\nX: " + b"a" * 100_000),
    "too many headers": answer(b"HTTP/1.1 201 Created\r\n" + b"X: a\r\n" * 200 + b"\r\n"),
}


@pytest.mark.parametrize("how", LOST)
def test_a_text_whose_reply_is_lost_may_have_been_sent(how: str) -> None:
    with serving(LOST[how]) as server:
        error = failure_of(lambda: client(server.port, timeouts=HURRIED).send_message(message=MESSAGE))
        assert type(error) is OutcomeUnknown
        assert server.connections == 1, "it was tried once"


@pytest.mark.parametrize("how", LOST)
def test_a_look_up_whose_reply_is_lost_is_just_unreachable(how: str) -> None:
    with serving(LOST[how]) as server:
        error = failure_of(lambda: client(server.port, timeouts=HURRIED).get_credits())
        assert type(error) is Unreachable


UNREADABLE: dict[str, tuple[bytes, type[SmsWorksError]]] = {
    "half a head": (b"HTTP/1.1 201 Created\r\nContent-", BadReply),
    "half the JSON": (http(RECEIPT[:20]), BadReply),
    "a page": (http(b"<html>Sign in to the guest network</html>", status="200 OK"), BadReply),
    "a page of an error": (http(b"<html>Bad gateway</html>", status="502 Bad Gateway"), ProviderFault),
    "nothing": (http(b"", status="200 OK"), BadReply),
    "a flood": (http(b" " * (MAX_REPLY_BYTES + 1)), BadReply),
    "a flood in a packet": (
        http(20 * gzip.compress(b" " * MAX_REPLY_BYTES), headers="Content-Encoding: gzip\r\n"),
        BadReply,
    ),
    "a status of another kind": (b"HTTP/1.1 103 Early Hints\r\n\r\n", BadReply),
}


@pytest.mark.parametrize("how", UNREADABLE)
def test_a_text_whose_reply_nobody_can_read_may_have_been_sent(how: str) -> None:
    with serving(answer(UNREADABLE[how][0])) as server:
        error = failure_of(lambda: client(server.port).send_message(message=MESSAGE))
        assert type(error) is OutcomeUnknown
        assert server.connections == 1


@pytest.mark.parametrize("how", UNREADABLE)
def test_a_look_up_says_what_was_wrong_with_the_reply(how: str) -> None:
    reply, expected = UNREADABLE[how]
    with serving(answer(reply)) as server:
        assert type(failure_of(lambda: client(server.port).get_credits())) is expected


def test_silence_is_not_waited_out_until_the_deadline() -> None:
    with serving(say_nothing) as server:
        sms = client(server.port, timeouts=Timeouts(connect=60, read=0.5, total=60))
        assert type(failure_of(lambda: sms.send_message(message=MESSAGE))) is OutcomeUnknown


def test_the_silence_of_a_proxy_counts_as_connecting(behind_a_proxy: Callable[[int], None]) -> None:
    with serving(say_nothing) as server:
        behind_a_proxy(server.port)
        limits = Timeouts(connect=0.5, read=60, total=60)
        sms = client(443, scheme="https", host="provider.test", timeouts=limits)
        assert type(failure_of(lambda: sms.send_message(message=MESSAGE))) is Unreachable


def sip(server: Server, connection: socket.socket) -> None:
    """Read on and on, but slowly: 300 kB a second."""
    received = connection.recv(16_384)
    while received and b'"the end"' not in received and not server.stopping.wait(0.05):
        received = received[-20:] + connection.recv(16_384)
    connection.sendall(http(b'{"batchid": "4"}'))


def with_small_buffers() -> requests.Session:
    """So that the pace of the server is the pace of the client."""
    adapter = CarefulAdapter()
    adapter.init_poolmanager(1, 1, socket_options=[(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)])
    session = requests.Session()
    session.mount("http://", adapter)
    return session


def test_a_server_that_hardly_reads_does_not_hold_the_client() -> None:
    heavy = [OutboundMessage("Clinic", "447400123456", "x" * 1280)] * 5000
    with serving(sip) as server:
        limits = Timeouts(connect=60, read=60, total=1)
        sms = client(server.port, timeouts=limits, session=with_small_buffers())
        assert type(failure_of(lambda: sms.send_collection(messages=heavy))) is OutcomeUnknown


def test_a_large_batch_may_take_longer_than_connecting() -> None:
    heavy = [OutboundMessage("Clinic", "447400123456", "x" * 1280)] * 250
    with serving(sip) as server:
        limits = Timeouts(connect=0.4, read=8.0, total=8.0)
        sms = client(server.port, timeouts=limits, session=with_small_buffers())
        last = OutboundMessage("Clinic", "447400123456", "the end")
        assert sms.send_collection(messages=[*heavy, last]).batch_id == "4"


def test_a_connection_that_breaks_while_the_text_is_sent_leaves_it_unknown() -> None:
    heavy = [OutboundMessage("Clinic", "447400123456", "x" * 1280)] * 5000
    with serving(reset) as server:
        error = failure_of(lambda: client(server.port).send_collection(messages=heavy))
        assert type(error) is OutcomeUnknown


def test_nothing_is_sent_after_the_deadline() -> None:
    with serving(answer(http(RECEIPT))) as server:
        request = requests.Request("POST", f"http://127.0.0.1:{server.port}/v1/message/send").prepare()
        with finishing_by(time.monotonic()), pytest.raises(requests.ConnectionError) as caught:
            CarefulAdapter().send(request, timeout=1)
        assert never_left(caught.value)
    assert not any(b"/message/send" in request for request in server.requests)


def test_a_refused_connection_sent_nothing() -> None:
    with serving(close_at_once) as server:
        port = server.port
    error = failure_of(lambda: client(port).send_message(message=MESSAGE))
    assert type(error) is Unreachable
    assert error.log_context["reason"] == "ConnectionRefusedError"
    assert "Nothing was sent or charged" in error.user_message


def test_a_name_that_does_not_exist_sent_nothing() -> None:
    error = failure_of(lambda: client(80, host="provider.invalid").send_message(message=MESSAGE))
    assert type(error) is Unreachable


def test_a_connection_that_is_never_accepted_sent_nothing() -> None:
    with ExitStack() as waiting:
        listener = waiting.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # fill the queue of a listener that never accepts
            queued = waiting.enter_context(socket.socket())
            queued.setblocking(False)
            queued.connect_ex(listener.getsockname())
        sms = client(listener.getsockname()[1], timeouts=HURRIED)
        error = failure_of(lambda: sms.send_message(message=MESSAGE))
    assert type(error) is Unreachable


@pytest.mark.parametrize(
    "behave", [close_at_once, close_in_the_middle_of_the_request, reset, answer(http(RECEIPT))]
)
def test_a_failed_tls_handshake_sent_nothing(behave: Behaviour) -> None:
    with serving(behave) as server:
        sms = client(server.port, scheme="https", timeouts=HURRIED)
        error = failure_of(lambda: sms.send_message(message=MESSAGE))
        assert type(error) is Unreachable
        assert not any(TOKEN.encode() in request for request in server.requests)


def test_a_tls_handshake_that_never_ends_sent_nothing() -> None:
    def listen(server: Server, connection: socket.socket) -> None:
        server.stopping.wait(2 * SOON_SECONDS)

    with serving(listen) as server:
        sms = client(server.port, scheme="https", timeouts=HURRIED)
        error = failure_of(lambda: sms.send_message(message=MESSAGE))
        assert type(error) is Unreachable


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "loopback.pem"
    path.write_text(CERTIFICATE)
    return path


def over_tls(behave: Behaviour, certificate: Path) -> Behaviour:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def behave_encrypted(server: Server, connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as encrypted:
            behave(server, encrypted)

    return behave_encrypted


def test_a_certificate_that_is_not_trusted_ends_it_before_anything_is_sent(certificate: Path) -> None:
    with serving(over_tls(answer(http(RECEIPT)), certificate)) as server:
        error = failure_of(lambda: client(server.port, scheme="https").send_message(message=MESSAGE))
        assert type(error) is Unreachable
        assert error.log_context["reason"] == "SSLCertVerificationError"
        assert server.requests == []


def test_trust_in_a_network_certificate_comes_from_the_environment(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with serving(over_tls(answer(http(RECEIPT)), certificate)) as server:
        assert client(server.port, scheme="https").send_message(message=MESSAGE).message_id == "1"


@pytest.mark.parametrize("how", ["closed after the request", "reset", "half a body", "a head byte by byte"])
def test_a_reply_lost_after_the_tls_handshake_leaves_it_unknown(
    how: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    limits = Timeouts(connect=8.0, read=8.0, total=2.0)
    with serving(over_tls(LOST[how], certificate)) as server:
        sms = client(server.port, scheme="https", timeouts=limits)
        error = failure_of(lambda: sms.send_message(message=MESSAGE))
        assert type(error) is OutcomeUnknown


def test_missing_certificates_are_found_out_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "not there"))
    with serving(close_at_once) as server:
        error = failure_of(lambda: client(server.port, scheme="https").send_message(message=MESSAGE))
        assert type(error) is Unreachable
        assert server.connections == 0


@pytest.fixture
def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def use(port: int) -> None:
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)

    return use


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_sent_nothing(scheme: str, behind_a_proxy: Callable[[int], None]) -> None:
    with serving(close_at_once) as server:
        behind_a_proxy(server.port)
    error = failure_of(lambda: client(80, scheme=scheme, host="provider.test").send_message(message=MESSAGE))
    assert type(error) is Unreachable


@pytest.mark.parametrize(
    "behave",
    [
        answer(http(b"", status="403 Forbidden")),
        answer(http(b"", status="407 Proxy Authentication Required")),
        close_after_the_request,
        reset,
        say_nothing,
    ],
)
def test_a_proxy_that_opens_no_tunnel_sent_nothing(
    behave: Behaviour, behind_a_proxy: Callable[[int], None]
) -> None:
    with serving(behave) as server:
        behind_a_proxy(server.port)
        sms = client(443, scheme="https", host="provider.test", timeouts=HURRIED)
        assert type(failure_of(lambda: sms.send_message(message=MESSAGE))) is Unreachable
        assert not any(TOKEN.encode() in request for request in server.requests)


@pytest.mark.parametrize("behave", [close_after_the_request, reset, say_nothing])
def test_a_text_lost_behind_a_proxy_may_have_been_sent(
    behave: Behaviour, behind_a_proxy: Callable[[int], None]
) -> None:
    """urllib3 reports some of these as "unable to connect to proxy", though the proxy had the whole text."""
    with serving(behave) as server:
        behind_a_proxy(server.port)
        sms = client(80, host="provider.test", timeouts=HURRIED)
        assert type(failure_of(lambda: sms.send_message(message=MESSAGE))) is OutcomeUnknown


def test_this_machine_is_not_reached_through_the_proxy(behind_a_proxy: Callable[[int], None]) -> None:
    with serving(close_at_once) as proxy, serving(answer(http(RECEIPT))) as server:
        behind_a_proxy(proxy.port)
        assert client(server.port).send_message(message=MESSAGE).message_id == "1"
        assert proxy.connections == 0


def test_a_redirect_is_not_followed_and_the_token_stays_here(httpserver: HTTPServer) -> None:
    with serving(answer(http(RECEIPT))) as elsewhere:
        moved = Response(
            status=307, headers={"Location": f"http://127.0.0.1:{elsewhere.port}/v1/message/send"}
        )
        httpserver.expect_request("/v1/message/send").respond_with_response(moved)
        error = failure_of(lambda: client(httpserver.port).send_message(message=MESSAGE))
        assert type(error) is OutcomeUnknown
        assert elsewhere.connections == 0
    assert len(httpserver.log) == 1


def test_the_flood_after_a_redirect_is_not_read_either() -> None:
    reply = http(
        b" " * (MAX_REPLY_BYTES + 1), status="302 Found", headers="Location: http://127.0.0.1:9/\r\n"
    )
    with serving(answer(reply)) as server:
        assert type(failure_of(lambda: client(server.port).send_message(message=MESSAGE))) is OutcomeUnknown


def test_no_connection_is_used_twice_even_if_the_server_keeps_it() -> None:
    def keep(server: Server, connection: socket.socket) -> None:
        server.read_request(connection)
        connection.sendall(http(RECEIPT, headers="Connection: keep-alive\r\n"))
        if connection.recv(1):
            server.requests.append(b"a second request on the same connection")

    with serving(keep) as server:
        sms = client(server.port)
        for _ in range(3):
            assert sms.send_message(message=MESSAGE).message_id == "1"
    assert server.connections == 3
    assert len(server.requests) == 3
    assert all(b"connection: close\r\n" in request.lower() for request in server.requests)


def test_a_look_up_recovers_from_a_connection_that_broke() -> None:
    def break_the_first(server: Server, connection: socket.socket) -> None:
        server.read_request(connection)
        if server.connections > 1:
            connection.sendall(http(b'{"credits": 180.5}', status="200 OK"))

    with serving(break_the_first) as server:
        assert str(client(server.port).get_credits()) == "180.5"
        assert server.connections == 2


def test_a_packed_reply_is_unpacked() -> None:
    reply = http(gzip.compress(RECEIPT), headers="Content-Encoding: gzip\r\n")
    with serving(answer(reply)) as server:
        assert client(server.port).send_message(message=MESSAGE).message_id == "1"
        assert b"accept-encoding: gzip\r\n" in server.requests[0].lower()
