"""The stand-in provider over real HTTP: kept-alive connections, dropped ones, delivery in the background."""

import io
import signal
import socket
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from .app import LARGEST_BODY_BYTES, create_sandbox
from .sandbox import Sandbox

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost"})
IDLE_CONNECTION_SECONDS = 60
BACKGROUND_INTERVAL_SECONDS = 0.1


class _Handler(WSGIRequestHandler):
    """Answers the requests of one connection until either side ends it.

    werkzeug's own run_wsgi ends the connection after each reply; the provider's does not.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_CONNECTION_SECONDS

    def run_wsgi(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if length > LARGEST_BODY_BYTES:
            self.close_connection = True
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        environ = self.make_environ()
        if "Content-Length" in self.headers:
            # Read even if nobody wants it: a socket closed on unread bytes is reset, not ended.
            environ["wsgi.input"] = io.BytesIO(self.rfile.read(length))
        try:
            self._answer(*run_wsgi_app(self.server.app, environ))
        except ConnectionError:
            self.close_connection = True
        except Exception:
            traceback.print_exc()
            self.close_connection = True
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _answer(self, body: Iterable[bytes], status: str, headers: Headers) -> None:
        if "Content-Length" not in headers and not status.startswith("204"):
            self.close_connection = True
        if self.close_connection:
            headers["Connection"] = "close"
        lines = [f"{self.protocol_version} {status}", *(f"{name}: {value}" for name, value in headers)]
        unsent = "\r\n".join([*lines, f"Date: {self.date_time_string()}", "", ""]).encode("latin-1")
        with _closing(body):
            for piece in body:
                self.wfile.write(unsent + piece)
                unsent = b""
            if unsent:
                self.wfile.write(unsent)


@contextmanager
def _closing(body: Iterable[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()


class _Server(ThreadedWSGIServer):
    """One thread a connection; knows the open ones, so that it can end them when it stops."""

    def __init__(self, *args: Any) -> None:
        self._open: set[Any] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def stop(self) -> None:
        self.shutdown()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def running(sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serves the sandbox in threads while the block runs; gives its address, as http://127.0.0.1:8001.

    Raises ValueError for a host that is not this machine's loopback: nothing here asks who is calling.
    """
    if host not in LOOPBACK_HOSTS:
        raise ValueError(f"The sandbox listens on loopback only, not on {host}.")
    server = _Server(host, port, sandbox.wsgi, _Handler)
    stopping = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.05,)),
        threading.Thread(target=_repeat, args=(sandbox.deliver, stopping)),
        threading.Thread(target=_repeat, args=(sandbox.post_webhooks, stopping)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield f"http://{host}:{server.port}"
    finally:
        stopping.set()
        server.stop()
        for thread in threads:
            thread.join()


def serve(*, host: str = "127.0.0.1", port: int, database: str | Path) -> None:
    """Serves a sandbox on this SQLite file until SIGTERM or Ctrl-C. Call it in the main thread."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    with (
        suppress(KeyboardInterrupt),
        closing(create_sandbox(database=database)) as sandbox,
        running(sandbox, host=host, port=port) as address,
    ):
        print(f"Sandbox ready: {address}/v1", flush=True)
        threading.Event().wait()


def _repeat(work: Callable[[], object], stopping: threading.Event) -> None:
    while not stopping.wait(BACKGROUND_INTERVAL_SECONDS):
        try:
            work()
        except Exception:
            traceback.print_exc()
