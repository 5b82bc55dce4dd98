"""The stand-in provider over real sockets and in a process of its own."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from pytest_httpserver import HTTPServer
from urllib3.exceptions import ProtocolError

from webapp.sandbox import (
    DEMO_TOKEN,
    Fault,
    FaultKind,
    Sandbox,
    Switches,
    When,
    create_sandbox,
    running,
)

ROOT = Path(__file__).parents[2]
NUMBER = "447400123456"
PATIENCE_SECONDS = 20


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    switches = Switches(pace=0.02)
    with closing(create_sandbox(database=tmp_path / "sandbox.db", switches=switches)) as sandbox:
        yield sandbox


@pytest.fixture
def address(sandbox: Sandbox) -> Iterator[str]:
    with running(sandbox) as address:
        yield address


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Authorization"] = DEMO_TOKEN
        yield session


def send(session: requests.Session, address: str, destination: str = NUMBER) -> requests.Response:
    body = {"sender": "Clinic", "destination": destination, "content": "Hello"}
    return session.post(f"{address}/v1/message/send", json=body, timeout=PATIENCE_SECONDS)


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        pause.wait(0.02)


@contextmanager
def one_connection(address: str) -> Iterator[Callable[..., int]]:
    """Makes calls that must all go over the same connection; each gives the status of its reply."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
    connection.connect()
    opened = connection.sock

    def call(method: str, path: str, body: str = "", token: str = DEMO_TOKEN) -> int:
        connection.request(method, path, body, {"Authorization": token})
        reply = connection.getresponse()
        reply.read()
        assert connection.sock is opened, "the connection was closed"
        return reply.status

    with closing(connection):
        yield call


def test_many_calls_share_a_connection(address: str):
    text = json.dumps({"sender": "Clinic", "destination": NUMBER, "content": "Hello"})
    with one_connection(address) as call:
        assert [call("POST", "/v1/message/send", text) for _ in range(3)] == [201] * 3
        assert call("POST", "/v1/message/send", text, token="wrong") == 401
        assert call("GET", "/v1/messages/1") == 404
        assert call("POST", "/_sandbox/reset") == 204
        assert call("GET", "/v1/utils/test") == 200


@pytest.mark.parametrize(("when", "accepted"), [(When.BEFORE, 0), (When.AFTER, 1)])
def test_a_drop_closes_the_connection_without_a_reply(
    session: requests.Session, address: str, sandbox: Sandbox, when: When, accepted: int
):
    sandbox.faults.add(Fault(kind=FaultKind.DROP, when=when))
    with pytest.raises(requests.ConnectionError) as caught:
        send(session, address)
    cause = caught.value.args[0]
    assert isinstance(cause, ProtocolError)
    assert isinstance(cause.args[1], http.client.RemoteDisconnected)
    assert len(sandbox.accepted()) == accepted
    assert send(session, address).status_code == 201


def test_a_drop_sends_not_a_byte(address: str, sandbox: Sandbox):
    parts = urlsplit(address)
    sandbox.faults.add(Fault(kind=FaultKind.DROP))
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(b"GET /v1/utils/test HTTP/1.1\r\nHost: sandbox\r\n\r\n")
        assert connection.recv(100) == b""


def test_98_and_99_drop_the_connection(session: requests.Session, address: str, sandbox: Sandbox):
    for number in ("447400123498", "447400123499"):
        with pytest.raises(requests.ConnectionError):
            send(session, address, number)
    assert send(session, address, "447400123499").status_code == 201
    assert sandbox.accepted_counts() == {"447400123498": 1, "447400123499": 1}


def test_a_reply_cut_off_ends_in_the_middle(session: requests.Session, address: str, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.CUT_OFF))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        send(session, address)
    assert len(sandbox.accepted()) == 1


def test_a_slow_drip_arrives_bit_by_bit(session: requests.Session, address: str, sandbox: Sandbox):
    sandbox.faults.add(Fault(kind=FaultKind.SLOW_DRIP, seconds=5))
    reply = session.get(f"{address}/v1/utils/test", stream=True, timeout=PATIENCE_SECONDS)
    with closing(reply):
        assert 0 < len(reply.raw.read1(1000)) < int(reply.headers["Content-Length"])


def test_a_delay_beyond_the_read_time_out_is_a_read_time_out(
    session: requests.Session, address: str, sandbox: Sandbox
):
    sandbox.faults.add(Fault(kind=FaultKind.DELAY, seconds=1))
    with pytest.raises(requests.exceptions.ReadTimeout):
        session.get(f"{address}/v1/utils/test", timeout=(PATIENCE_SECONDS, 0.1))


def test_a_body_sent_in_chunks_is_read(session: requests.Session, address: str):
    reply = session.post(f"{address}/v1/messages", data=iter([b"{", b"}"]))
    assert (reply.status_code, reply.json()) == (200, [])


def test_a_body_far_too_large_is_refused_unread(address: str):
    parts = urlsplit(address)
    head = b"POST /v1/message/send HTTP/1.1\r\nHost: sandbox\r\nContent-Length: 1000000000\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_mistake_in_the_sandbox_is_a_500(
    session: requests.Session, address: str, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
):
    sandbox.clock = lambda: None  # type: ignore[assignment,return-value]
    assert send(session, address).status_code == 500
    assert "AttributeError" in capsys.readouterr().err


def test_texts_are_delivered_in_the_background(session: requests.Session, address: str, sandbox: Sandbox):
    message_id = send(session, address, "447400123495").json()["messageid"]
    path = f"{address}/v1/messages/{message_id}"
    eventually(lambda: session.get(path).json()["status"] == "DELIVERED")
    eventually(lambda: len(session.post(f"{address}/v1/messages/inbox", json={}).json()) == 1)


def test_webhooks_are_posted_in_the_background(
    session: requests.Session, address: str, sandbox: Sandbox, httpserver: HTTPServer
):
    httpserver.expect_request("/hook").respond_with_data("")
    sandbox.change_switches({"delivery_report_url": httpserver.url_for("/hook")})
    send(session, address)
    eventually(lambda: len(httpserver.log) == 1)


def test_the_background_outlives_a_mistake(
    session: requests.Session, address: str, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
):
    message_id = send(session, address).json()["messageid"]
    true_clock, sandbox.clock = sandbox.clock, lambda: None  # type: ignore[assignment,return-value]
    printed: list[str] = []

    def mistake_is_printed() -> bool:
        printed.append(capsys.readouterr().err)
        return "AttributeError" in "".join(printed)

    eventually(mistake_is_printed)
    sandbox.clock = true_clock
    eventually(lambda: session.get(f"{address}/v1/messages/{message_id}").json()["status"] == "DELIVERED")


def test_five_thousand_texts_are_taken_on_in_one_short_call(session: requests.Session, address: str):
    numbers = [f"4474{at:08d}" for at in range(5000)]
    rows = [{"sender": "Clinic", "destination": number, "content": f"Hello {number}"} for number in numbers]
    session.post(f"{address}/_sandbox/credits", json={"credits": 100_000})
    for path, body in (
        ("/batch/send", {"sender": "Clinic", "destinations": numbers, "content": "Hello"}),
        ("/batch/any", rows),
    ):
        # Of the processor, most of which the sandbox takes: others on the machine may keep it waiting.
        started = time.process_time()
        assert session.post(f"{address}/v1{path}", json=body, timeout=PATIENCE_SECONDS).status_code == 201
        assert time.process_time() - started < 5


def test_a_connection_ends_when_the_sandbox_stops(sandbox: Sandbox, session: requests.Session):
    with running(sandbox) as address:
        assert send(session, address).status_code == 201
    with pytest.raises(requests.ConnectionError):
        send(session, address)


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.0.2.1", "example.com"])
def test_it_listens_on_loopback_only(sandbox: Sandbox, tmp_path: Path, host: str):
    with pytest.raises(ValueError, match="loopback only"), running(sandbox, host=host):
        pass


@contextmanager
def sandbox_process(database: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A sandbox in a process of its own, and its address."""
    command = f"from webapp.sandbox import serve; serve(port=0, database={str(database)!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready.startswith("Sandbox ready: http://127.0.0.1:"), ready
            yield process, ready.removeprefix("Sandbox ready: ").removesuffix("/v1\n")
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path: Path, session: requests.Session, number: signal.Signals):
    with sandbox_process(tmp_path / "sandbox.db") as (process, address):
        assert send(session, address).status_code == 201
        process.send_signal(number)
        output, errors = process.communicate(timeout=PATIENCE_SECONDS)
        assert (process.returncode, output, errors) == (0, "", "")
    with closing(create_sandbox(database=tmp_path / "sandbox.db")) as sandbox:
        assert len(sandbox.accepted()) == 1


def test_serving_beyond_loopback_is_refused(tmp_path: Path):
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from webapp.sandbox import serve; serve(host='0.0.0.0', port=0, database='{tmp_path}/s.db')",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert process.returncode != 0
    assert "loopback only" in process.stderr


def send_until_it_dies(address: str, worker: int, answered: list[str]) -> None:
    with requests.Session() as session:
        session.headers["Authorization"] = DEMO_TOKEN
        for at in range(10_000):
            number = f"44740{worker}{at:06d}"
            try:
                answered.append(send(session, address, f"{number[:-2]}00").json()["messageid"])
            except requests.RequestException:
                return


def test_what_was_answered_survives_kill_9(tmp_path: Path):
    answered: list[str] = []
    with sandbox_process(tmp_path / "sandbox.db") as (process, address):
        threads = [
            threading.Thread(target=send_until_it_dies, args=(address, worker, answered))
            for worker in range(4)
        ]
        for thread in threads:
            thread.start()
        eventually(lambda: len(answered) > 40)
        process.kill()
        for thread in threads:
            thread.join()
    with closing(create_sandbox(database=tmp_path / "sandbox.db")) as sandbox, sandbox.store.reading() as db:
        stored = {text.message_id for text in sandbox.accepted()}
        [messages] = db.execute("SELECT count(*) FROM messages").fetchone()
        [charged] = db.execute("SELECT -sum(amount) / 1000 FROM ledger WHERE kind = 'charge'").fetchone()
        assert set(answered) <= stored
        assert len(stored) == messages == charged == 10_000 - sandbox.credits
