"""A whole Textdesk on this machine's loopback: web server, worker and provider, all over real HTTP."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from sqlite_utils import Database
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.conftest import CHEAP, Clock, signed_in
from webapp.app import create_app, create_client
from webapp.config import Settings
from webapp.sandbox import DEMO_TOKEN, AcceptedText, Sandbox, create_sandbox, running
from webapp.smsworks.models import Message, MessageQuery, OutboundMessage
from webapp.store import calls, outbox
from webapp.worker import Worker

SESSION_COOKIE = "textdesk"
AXE_PATH = "/axe.js"


class Answering:
    """Knows whether a request is being answered.

    A browser drops its first request when a second click follows, and shows what came of the second while the
    first is still at work: that a page is there does not say that all that was asked for has happened.
    """

    SECONDS = 20

    def __init__(self) -> None:
        self._requests = 0
        self._changed = threading.Condition()

    @contextmanager
    def a_request(self) -> Iterator[None]:
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def wait_until_done(self) -> None:
        with self._changed:
            done = self._changed.wait_for(lambda: self._requests == 0, self.SECONDS)
        assert done, f"{self._requests} requests are unanswered after {self.SECONDS} seconds"

    def _count(self, change: int) -> None:
        with self._changed:
            self._requests += change
            self._changed.notify_all()


class Provider:
    """The sandbox over real HTTP, on one port for good; it can be stopped and started again."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._running: AbstractContextManager[str] | None = None
        self._port = 0

    def start(self) -> str:
        """Its address, without a path."""
        self._running = running(self._sandbox, port=self._port)
        address = self._running.__enter__()
        self._port = urlsplit(address).port or 0
        return address

    def stop(self) -> None:
        if self._running is not None:
            self._running.__exit__(None, None, None)
            self._running = None


class BackgroundWorker:
    """A worker in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        worker = Worker(self._settings, create_client(self._settings))
        self._stop.clear()
        self._thread = threading.Thread(target=worker.run, args=(self._stop,))
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._thread = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()


class House:
    """What a test works with: where the pages are, who works here, and what the provider accepted.

    `clock` is the provider's: moved on, everything that is due there happens. What the provider has is read
    when every request of a page has been answered.
    """

    def __init__(
        self,
        *,
        url: str,
        app: Flask,
        answering: Answering,
        settings: Settings,
        sandbox: Sandbox,
        clock: Clock,
        provider: Provider,
        worker: BackgroundWorker,
    ) -> None:
        self.url = url
        self.settings = settings
        self.sandbox = sandbox
        self.clock = clock
        self.provider = provider
        self.worker = worker
        self._app = app
        self._answering = answering
        self._client = create_client(settings)
        self._numbers = (f"4474001234{ending:02}" for ending in range(1, 90))

    def number(self) -> str:
        """Digits of a number that nothing was sent to yet, and to which texts are delivered."""
        number = next(self._numbers, "")
        assert number, "all 89 are taken: let tests that do without share one"
        return number

    def session_of(self, name: str) -> str:
        """The session cookie of that person signed in: signing in has its own tests."""
        session = signed_in(self._app, name).get_cookie(SESSION_COOKIE)
        assert session is not None
        return session.value

    def accepted(self, number: str) -> tuple[AcceptedText, ...]:
        """The texts that the provider accepted for a number, oldest first."""
        self._answering.wait_until_done()
        return self.sandbox.accepted(destination=number)

    def sent(self, number: str) -> tuple[Message, ...]:
        """What the provider's own log holds for a number."""
        self._answering.wait_until_done()
        return self._client.search_messages(query=MessageQuery(destination=number))

    def scheduled(self, number: str) -> dict[str, str]:
        """What the provider has scheduled for a number, alone or first of several: content and status."""
        self._answering.wait_until_done()
        listed = self._client.list_scheduled()
        return {item.content: item.status for item in listed if item.destinations[:1] == (number,)}

    def send_elsewhere(self, number: str, content: str) -> None:
        """As another program of the account does."""
        self._client.send_message(message=OutboundMessage("Elsewhere", number, content))

    def schedule_elsewhere(self, number: str, content: str, *, at: datetime) -> None:
        """As another program of the account does."""
        message = OutboundMessage("Elsewhere", number, content, scheduled_at=at)
        self._client.schedule_message(message=message)

    def ask_person(self, message_url: str, *, reason: str) -> None:
        """Have the text of a message page wait for somebody to decide, as after looking it up in vain."""
        with self.record() as db:
            call = calls.find_call(db, message_url.rpartition("/")[2])
            assert call is not None
            outbox.ask_person(db, call, now=datetime.now(UTC), reason=reason)

    @contextmanager
    def record(self) -> Iterator[Database]:
        """The record, to arrange what no page is for."""
        with self._app.extensions["textdesk"].pool.lent() as db:
            yield db


@contextmanager
def open_house(
    directory: Path, staffed_database: Path, *, provider_is_up: bool = True, **changes: Any
) -> Iterator[House]:
    """A house with its state in `directory`; `changes` are settings that differ from the usual ones."""
    directory.mkdir(exist_ok=True)
    database = directory / "textdesk.db"
    shutil.copy(staffed_database, database)
    clock = Clock()
    with closing(create_sandbox(database=directory / "sandbox.db", clock=clock)) as sandbox:
        provider = Provider(sandbox)
        usual = {
            "secret_key": "a secret for tests, and long enough",
            "database": database,
            "smsworks_url": f"{provider.start()}/v1",
            "smsworks_token": DEMO_TOKEN,
            "settle_seconds": 1,
            "provider_timeout_seconds": 5,
            "password_cost": CHEAP,
        }
        settings = Settings(**{**usual, **changes})
        if not provider_is_up:
            provider.stop()
        app = create_app(settings)
        worker = BackgroundWorker(settings)
        worker.start()
        try:
            answering = Answering()
            with _served(app, answering) as url:
                yield House(
                    url=url,
                    app=app,
                    answering=answering,
                    settings=settings,
                    sandbox=sandbox,
                    clock=clock,
                    provider=provider,
                    worker=worker,
                )
        finally:
            worker.stop()
            provider.stop()


@contextmanager
def _served(app: Flask, answering: Answering) -> Iterator[str]:
    class Handler(WSGIRequestHandler):
        def run_wsgi(self) -> None:
            with answering.a_request():
                super().run_wsgi()

        def log_request(self, *_: object) -> None:
            """Say nothing: a test that fails shows what the browser saw."""

    server = make_server("127.0.0.1", 0, _with_axe(app), threaded=True, request_handler=Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


def _with_axe(app: WSGIApplication) -> WSGIApplication:
    """The pages, and the script that looks at them as a file: the browser keeps what it made of that."""
    script = AXE_SCRIPT.encode()
    headers = [
        ("Content-Type", "text/javascript; charset=utf-8"),
        ("Content-Length", str(len(script))),
        ("Cache-Control", "public, max-age=31536000, immutable"),
    ]

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        if environ["PATH_INFO"] != AXE_PATH:
            return app(environ, start_response)
        start_response("200 OK", headers)
        return [script]

    return answer
