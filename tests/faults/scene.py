"""Textdesk without its pages: the record, the real client, a worker's rounds and a clock that a test moves.

The provider is the sandbox behind a requests session. `between` lets a test stand between the two.
"""

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication
from zoneinfo import ZoneInfo

import time_machine
from sqlite_utils import Database
from werkzeug.wrappers import Request, Response

from tests.conftest import Clock
from tests.wsgi_adapter import session_into
from webapp.config import Settings
from webapp.sandbox import DEMO_TOKEN, AcceptedText, Fault, FaultKind, When, create_sandbox
from webapp.services import send
from webapp.services.send import Confirmation, Pace
from webapp.services.yes import Yes
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.transport import Timeouts, Transport
from webapp.store import calls, drafts
from webapp.store.calls import Call, OutboxState
from webapp.store.connection import open_database
from webapp.store.drafts import Delivery, Draft, DraftText
from webapp.worker import Worker

REF_KEY = "textdesk-ref"
NUMBER = "447400123456"
SENDER = "ElmStreet"
URL = "http://localhost:1/v1"
MONDAY = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
SETTLE_SECONDS = 240.0
# How long there is between two rounds of the worker while little time goes by, or much.
OFTEN_SECONDS, SELDOM_SECONDS, LONG_SECONDS = 20.0, 60.0, 120.0
USER_ID = 1
LONDON = ZoneInfo("Europe/London")
PATIENT = Timeouts(connect=1, read=5, total=10)

Answer = Callable[..., Response]
Interference = Callable[[Request, Answer], Response]

LOST_BEFORE = Fault(kind=FaultKind.DROP, when=When.BEFORE, path="/v1/message/")
LOST_AFTER = Fault(kind=FaultKind.DROP, when=When.AFTER, path="/v1/message/")


class Scene:
    """`traveller` moves everybody's clock; `clock` only the provider's, on top of that."""

    def __init__(self, database: Path, directory: Path, traveller: time_machine.Traveller) -> None:
        self.database = directory / "textdesk.db"
        shutil.copy(database, self.database)
        self.settings = Settings(
            secret_key="x" * 32,
            database=self.database,
            smsworks_url=URL,
            smsworks_token=DEMO_TOKEN,
            settle_seconds=SETTLE_SECONDS,
        )
        self.traveller = traveller
        self.clock = Clock()
        self.sandbox = create_sandbox(database=directory / "sandbox.db", clock=self.clock)
        self.client = client_of(self.sandbox.wsgi)
        self.db = open_database(self.database)

    @property
    def worker(self) -> Worker:
        """A worker that has just been started."""
        return Worker(self.settings, self.client)

    def close(self) -> None:
        self.db.close()
        self.sandbox.close()

    def between(self, interfere: Interference) -> None:
        """From now on `interfere` gets every request, and the provider's answer if it asks for it."""
        self.client = client_of(self.sandbox.wsgi, interfere=interfere)

    def settle_after(self, seconds: float) -> None:
        self.settings = replace(self.settings, settle_seconds=seconds)

    def draft(self, content: str = "On Tuesday", number: str = NUMBER, **more: Any) -> Draft:
        return add_draft(self.db, content, number, **more)

    def queued(self, content: str = "On Tuesday", number: str = NUMBER, **more: Any) -> Call:
        """A confirmed text that nobody has tried to send yet."""
        return self.call(confirm_one(self.db, self.draft(content, number, **more)))

    def sent(self, content: str = "On Tuesday", number: str = NUMBER, **more: Any) -> Call:
        """A text after its first attempt."""
        return self.attempted(self.queued(content, number, **more))

    def lost(self, fault: Fault, content: str = "On Tuesday", number: str = NUMBER, **more: Any) -> Call:
        """A text whose first attempt suffered `fault`; its outcome is unknown."""
        self.sandbox.faults.add(fault)
        call = self.sent(content, number, **more)
        assert call.state is OutboxState.UNKNOWN
        return call

    def attempted(self, call: Call) -> Call:
        pace = Pace(lease_seconds=self.settings.lease_seconds)
        done = send.dispatch(self.db, self.client, call.id, pace=pace)
        assert done is not None
        return done

    def call(self, of: Call | int) -> Call:
        """The row as it is now."""
        found = calls.get_call(self.db, of if isinstance(of, int) else of.id)
        assert found is not None
        return found

    def events(self, call: Call) -> list[str]:
        return [event.event for event in calls.list_events(self.db, call.id)]

    def texts_of(self, call: Call) -> list[AcceptedText]:
        """Every time the provider took this text on."""
        return texts_of(self.sandbox.accepted(), call.ref)

    def pass_time(self, seconds: float, *, step: float | None = None) -> None:
        """Let provider and worker go on for so long, a round every `step` seconds."""
        step = step or (OFTEN_SECONDS if seconds <= LONG_SECONDS else SELDOM_SECONDS)
        end, worker = datetime.now(UTC) + timedelta(seconds=seconds), self.worker
        while datetime.now(UTC) < end:
            self.traveller.shift(step)
            self.sandbox.run_due()
            worker.round(self.db)

    @contextmanager
    def write_lock_held(self, *, seconds: float) -> Iterator[None]:
        """Another process writes for so long, and everybody who wants to write waits."""
        writer = sqlite3.connect(self.database, check_same_thread=False)
        writer.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(seconds, writer.rollback)
        timer.start()
        yield
        timer.join()
        writer.close()

    @contextmanager
    def writes_heard(self) -> Iterator[list[set[str]]]:
        """The statements of each transaction; each once, for every trigger has it heard again."""
        writes: list[set[str]] = []

        def hear(sql: str) -> None:
            if sql.startswith("BEGIN"):
                writes.append(set())
            elif writes:
                writes[-1].add(sql)

        self.db.conn.set_trace_callback(hear)
        yield writes
        self.db.conn.set_trace_callback(None)

    def assert_sent_once(self, call: Call) -> None:
        now = self.call(call)
        assert now.state is OutboxState.ACCEPTED
        assert len(self.texts_of(call)) == 1


@contextmanager
def scene_on_monday(database: Path, directory: Path, *, tick: bool) -> Iterator[Scene]:
    """It is nine o'clock, and unless the clock ticks it stays so until the test lets time pass."""
    with time_machine.travel(MONDAY, tick=tick) as traveller:
        scene = Scene(database, directory, traveller)
        yield scene
        scene.close()


def add_draft(
    db: Database,
    content: str,
    *numbers: str,
    author_id: int = USER_ID,
    delivery: Delivery = Delivery.NOW,
    at: datetime | None = None,
    options: Mapping[str, Any] | None = None,
) -> Draft:
    text = DraftText(
        delivery=delivery,
        typed={},
        numbers=numbers,
        sender=SENDER,
        content=content,
        scheduled_at=at,
        options=options or {},
    )
    draft = drafts.get_draft(db, drafts.add_draft(db, author_id=author_id, text=text, now=datetime.now(UTC)))
    assert draft is not None
    return draft


def confirm(db: Database, draft: Draft, *, user_id: int = USER_ID, send_again: bool = True) -> Confirmation:
    """By somebody who has read the draft as it is and what it costs now."""
    return send.confirm(
        db,
        draft,
        Yes(user_id, draft.version, send_again),
        shown_credits=send.total_credits(db, draft),
        timezone=LONDON,
    )


def confirm_one(db: Database, draft: Draft) -> int:
    """The id of the one call that the draft becomes."""
    (call_id,) = confirm(db, draft).call_ids
    return call_id


def client_of(
    app: WSGIApplication,
    *,
    interfere: Interference | None = None,
    token: Callable[[], str] = lambda: DEMO_TOKEN,
    timeouts: Timeouts = PATIENT,
) -> SmsWorks:
    """The real client, its requests going into `app` without a socket, past `interfere` if there is one."""
    session = session_into(between(app, interfere) if interfere else app, URL)
    return SmsWorks(
        transport=Transport(
            base_url=URL,
            token=token,
            session=session,
            timeouts=timeouts,
            sleep=lambda _seconds: None,
        )
    )


def between(app: WSGIApplication, interfere: Interference) -> WSGIApplication:
    """`interfere(asked, answer)`: answer() is the provider's reply, answer(body) that to another request."""

    def interfered(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        said = request.get_data()

        def answer(body: bytes = said) -> Response:
            asked = {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
            return Response.from_app(app, asked, buffered=True)

        return interfere(request, answer)(environ, start_response)

    return interfered


def texts_of(accepted: tuple[AcceptedText, ...], ref: str) -> list[AcceptedText]:
    return [text for text in accepted if dict(text.metadata).get(REF_KEY) == ref]


def refusing(which: Callable[[Request], bool], status: int) -> Interference:
    """Answers some calls with an error of its own."""

    def interfere(asked: Request, answer: Answer) -> Response:
        return Response(json.dumps({"message": "No"}), status) if which(asked) else answer()

    return interfere


def dating(clock: Callable[[], datetime]) -> Interference:
    """Puts the time of this clock on the replies."""

    def interfere(asked: Request, answer: Answer) -> Response:
        reply = answer()
        reply.date = clock()
        return reply

    return interfere


def knowing_no_metadata(asked: Request, answer: Answer) -> Response:
    """Searches heed no metadata, and replies hold none: whatever was asked for, all the log comes back."""
    if asked.path != "/v1/messages":
        return answer()
    query = {name: value for name, value in asked.get_json().items() if name != "metadata"}
    rows = json.loads(answer(json.dumps(query).encode()).get_data())
    return Response(json.dumps([{**row, "metadata": None} for row in rows]))


def repeating(asked: Request, answer: Answer) -> Response:
    """Lists hold everything twice."""
    reply = answer()
    if asked.path.startswith("/v1/messages"):
        rows = json.loads(reply.get_data())
        reply.set_data(json.dumps(rows * 2 if isinstance(rows, list) else rows))
    return reply
