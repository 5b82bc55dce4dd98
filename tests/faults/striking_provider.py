"""The stand-in provider behind real sockets, which can strike its caller dead at any point of a call."""

import json
import re
import socket
import socketserver
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from http import HTTPStatus
from typing import Any

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from tests.faults.processes import Program
from tests.faults.scene import REF_KEY
from tests.faults.waiting import until
from webapp.sandbox import Sandbox

DELIVER_EVERY_SECONDS = 0.1
PATIENCE_SECONDS = 20


BATCH_CALLS = ("/v1/batch/send", "/v1/batch/any", "/v1/batch/schedule")
# What a socket shows without being read; a longer request is read before anything else is done.
MOST_PEEKED_BYTES = 1 << 16


class Point(StrEnum):
    """How far a call has come when the blow falls."""

    CONNECTED = "connected, nothing read"
    READ = "read, never taken on"
    READ_THEN_DONE = "read, taken on afterwards"
    DONE = "taken on, not answered"
    HALF = "half the reply out"
    ANSWERED = "the reply out"


class Kind(StrEnum):
    SEND = "send"
    SEARCH = "search"
    STATUS = "status"
    SCHEDULED = "scheduled list"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Blow:
    """What happens to one call. `is_fatal`: the caller dies of it; otherwise only the connection does."""

    kind: Kind
    point: Point
    is_fatal: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came, and the content of the text it is about, "" if it is about none."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    content: str = ""

    @property
    def kind(self) -> Kind | None:
        if self.path.startswith("/v1/message/") or self.path in BATCH_CALLS:
            return Kind.SEND
        if self.path == "/v1/messages/schedule":
            return Kind.SCHEDULED
        if self.method == "DELETE" and "/schedule/" in self.path:
            return Kind.CANCEL
        return Kind.SEARCH if self.path == "/v1/messages" else Kind.STATUS


class Door(socketserver.ThreadingTCPServer):
    """An address of the provider that one program uses, so that it is known who is calling."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, provider: "StrikingProvider") -> None:
        super().__init__(("127.0.0.1", 0), partial(_Caller, provider=provider))
        self.program: Program | None = None
        self.last_caller: int | None = None
        threading.Thread(target=self.serve_forever, args=(0.05,)).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The caller is gone: that is what this is for."""


@dataclass
class StrikingProvider:
    """Blows are set for the content of a text; each hits the first call of its kind about that text."""

    sandbox: Sandbox
    doors: list[Door] = field(default_factory=list)
    blows: dict[str, list[Blow]] = field(default_factory=lambda: defaultdict(list))
    struck: list[tuple[str, Blow]] = field(default_factory=list)
    content_by_mark: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._delivers = threading.Event()
        self._delivers.set()
        self._deliverer = threading.Thread(target=self._deliver)
        self._deliverer.start()

    def open_door(self) -> Door:
        door = Door(self)
        self.doors.append(door)
        return door

    def close(self) -> None:
        self._stopping.set()
        self._deliverer.join()
        for door in self.doors:
            door.shutdown()
            door.server_close()

    def callers(self) -> list[Program]:
        """The programs that have made a call since they were last started."""
        return [
            door.program
            for door in self.doors
            if door.program and door.last_caller is not None and door.program.pid == door.last_caller
        ]

    def blow_for(self, asked: Asked) -> Blow | None:
        """The blow that this call is to suffer, taken from those that are set."""
        with self._lock:
            waiting = self.blows[asked.content]
            blow = next((each for each in waiting if each.kind is asked.kind), None)
            if blow is not None:
                waiting.remove(blow)
            return blow

    def settle_blow(self, asked: Asked, blow: Blow, *, fell: bool) -> None:
        """It fell; or the caller was dead already, and it waits for the next call."""
        with self._lock:
            if fell:
                self.struck.append((asked.content, blow))
            else:
                self.blows[asked.content].append(blow)

    @property
    def blows_left(self) -> list[tuple[str, Blow]]:
        """Those that have not fallen yet, with the content that each is set for."""
        with self._lock:
            return [(content, blow) for content, waiting in self.blows.items() for blow in waiting]

    @contextmanager
    def nothing_delivered(self) -> Iterator[None]:
        """No text arrives meanwhile, so that whoever wants to know of one has to go on asking."""
        self._delivers.clear()
        try:
            yield
        finally:
            self._delivers.set()

    def read(self, request: bytes) -> Asked:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        return Asked(method, path, headers, body, self._content_of(path, json.loads(body or b"{}")))

    def answer(self, asked: Asked) -> bytes:
        """What the provider does and says. Raises ConnectionError where it drops the connection."""
        builder = EnvironBuilder(asked.path, method=asked.method, headers=asked.headers, data=asked.body)
        reply = Response.from_app(self.sandbox.wsgi, builder.get_environ(), buffered=True)
        body = reply.get_data()
        if asked.kind is Kind.SEND and reply.status_code < 300:
            receipt = json.loads(body)
            receipt = receipt[0] if isinstance(receipt, list) else receipt
            self.content_by_mark[receipt.get("messageid") or receipt["batchid"]] = asked.content
        reply.date = self.sandbox.clock()
        reply.headers["Connection"] = "close"
        status = f"HTTP/1.1 {reply.status_code} {HTTPStatus(reply.status_code).phrase}"
        lines = [status, *(f"{name}: {value}" for name, value in reply.headers), "", ""]
        return "\r\n".join(lines).encode("latin-1") + body

    def _content_of(self, path: str, body: Any) -> str:
        """By its own content, by our reference in it, or by the provider's id in the path."""
        if isinstance(body, list):
            body = body[0]
        marks = [pair["value"] for pair in body.get("metadata", []) if pair["key"] == REF_KEY]
        if "content" in body:
            self.content_by_mark.update(dict.fromkeys(marks, body["content"]))
        marks.append(path.rpartition("/")[2])
        return next((self.content_by_mark[mark] for mark in marks if mark in self.content_by_mark), "")

    def _deliver(self) -> None:
        while not self._stopping.wait(DELIVER_EVERY_SECONDS):
            if self._delivers.is_set():
                self.sandbox.deliver()


class _Caller(socketserver.BaseRequestHandler):
    """One connection, which is one call: the client uses none twice."""

    request: socket.socket
    server: Door

    def __init__(self, *arguments: Any, provider: StrikingProvider) -> None:
        self.provider = provider
        self.taken = b""
        super().__init__(*arguments)

    def handle(self) -> None:
        self.request.settimeout(PATIENCE_SECONDS)
        program = self.server.program
        self.caller = program.pid if program else None
        self.server.last_caller = self.caller
        with suppress(ConnectionError):
            until(self._has_request, within=PATIENCE_SECONDS)
            asked = self.provider.read(self._peek())
            self._go_through(asked, self.provider.blow_for(asked))

    def _go_through(self, asked: Asked, blow: Blow | None) -> None:
        point = blow.point if blow else None
        if point is not Point.CONNECTED and not self.taken:
            self.request.recv(len(self._peek()), socket.MSG_WAITALL)
        if point in (Point.CONNECTED, Point.READ, Point.READ_THEN_DONE):
            self._strike(asked, blow)
        if point not in (Point.CONNECTED, Point.READ):
            self._answer(asked, blow, point)

    def _answer(self, asked: Asked, blow: Blow | None, point: Point | None) -> None:
        reply = self.provider.answer(asked)
        if point in (Point.ANSWERED, None):
            self.request.sendall(reply)
        elif point is Point.HALF:
            self.request.sendall(reply[: len(reply) // 2])
        if point is not Point.READ_THEN_DONE:
            self._strike(asked, blow)

    def _strike(self, asked: Asked, blow: Blow | None) -> None:
        if blow is None:
            return
        program, pid = self.server.program, self.caller
        fell = not blow.is_fatal or (program is not None and pid is not None and program.kill(pid))
        self.provider.settle_blow(asked, blow, fell=fell)

    def _peek(self) -> bytes:
        """What has arrived, left unread unless there is too much of it."""
        return self.taken or self.request.recv(MOST_PEEKED_BYTES, socket.MSG_PEEK)

    def _has_request(self) -> bool:
        arrived = self._peek()
        if not arrived:
            raise ConnectionResetError("the caller is gone")
        head, end, body = arrived.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        wanted = int(length[1] if length else 0)
        if end and len(head) + len(end) + wanted > MOST_PEEKED_BYTES:
            self.taken = self._read_all(len(head) + len(end) + wanted)
            return True
        return bool(end) and len(body) >= wanted

    def _read_all(self, size: int) -> bytes:
        read = bytearray()
        while len(read) < size:
            some = self.request.recv(size - len(read))
            if not some:
                raise ConnectionResetError("the caller is gone")
            read += some
        return bytes(read)
