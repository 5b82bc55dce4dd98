"""A drill: many staff with the inbox open, each polling every five seconds, before two web processes.

    python -m tests.bench.polling --staff 500 --seconds 60

Web, worker and provider are processes on this machine's loopback and end with the drill. Prints how long
polls took, by what they were answered with, and how often the provider's inbox was asked; exit status 1 if
the 99th of a hundred unchanged polls took 100 ms or more, one failed, or the provider was asked too often.
"""

import argparse
import http.client
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from tests.bench.inbox import Row
from tests.faults.waiting import until
from webapp.app import create_app
from webapp.config import ROOT, Settings
from webapp.sandbox import DEMO_TOKEN, create_sandbox, running
from webapp.services.intake import take_all
from webapp.smsworks.models import Message
from webapp.store import sessions, users
from webapp.store.connection import open_database
from webapp.store.users import Role

SECRET_KEY = "a secret for tests, and long enough"
SECONDS_BETWEEN_POLLS = 5.0
SECONDS_BETWEEN_FETCHES = 10
BROWSERS = 48
CONVERSATIONS = 200
MOST_MILLISECONDS = 100.0
READY_WITHIN_SECONDS = 60
HX = {"HX-Request": "true"}


@dataclass(slots=True)
class Member:
    """Somebody with the inbox open: their cookie, the address they poll, when they poll next."""

    cookie: str
    url: str
    due_at: float


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Tally:
    """`late`: how many polls began over a second after they were due, as on a machine that is too busy."""

    answers: tuple[Answer, ...]
    fetches: int
    most_fetches: int
    late: int
    seconds: float

    def of(self, *statuses: int) -> list[float]:
        return sorted(each.milliseconds for each in self.answers if each.status in statuses)

    @property
    def failed(self) -> int:
        return sum(each.status not in (200, 204) for each in self.answers)

    @property
    def is_well(self) -> bool:
        is_quick = _percentile(self.of(204), 99) < MOST_MILLISECONDS
        return is_quick and not self.failed and self.fetches <= self.most_fetches

    def rows(self) -> list[Row]:
        unchanged, changed = self.of(204), self.of(200)
        return [
            Row(f"unchanged polls ({len(unchanged):,}), median", _percentile(unchanged, 50)),
            Row("unchanged polls, p99", _percentile(unchanged, 99), most=MOST_MILLISECONDS),
            Row(f"polls that brought something ({len(changed):,}), p99", _percentile(changed, 99)),
        ]

    def table(self) -> str:
        counts = f"failed {self.failed}, begun late {self.late}, in {self.seconds:.0f} s"
        fetched = f"inbox calls at the provider: {self.fetches} (at most {self.most_fetches})"
        return "\n".join([*(row.text() for row in self.rows()), counts, fetched])


def run(*, staff: int = 500, seconds: float = 60) -> list[Row]:
    return drill(staff=staff, seconds=seconds).rows()


def drill(*, staff: int, seconds: float) -> Tally:
    with (
        tempfile.TemporaryDirectory() as directory,
        closing(create_sandbox(database=Path(directory) / "sandbox.db")) as sandbox,
        running(sandbox) as provider,
    ):
        settings = Settings(
            secret_key=SECRET_KEY,
            database=Path(directory) / "textdesk.db",
            smsworks_url=f"{provider}/v1",
            smsworks_token=DEMO_TOKEN,
        )
        app = create_app(settings)
        members = _fill(app, settings, staff)
        with _served(settings) as port:
            _open_pages(members, port)
            before = sandbox.calls().get("fetch_unread", 0)
            begun = time.monotonic()
            answers, late = _poll_all(members, port, seconds)
            took = time.monotonic() - begun
            fetches = sandbox.calls().get("fetch_unread", 0) - before
        return Tally(tuple(answers), fetches, int(took / SECONDS_BETWEEN_FETCHES) + 1, late, took)


def _fill(app: Flask, settings: Settings, staff: int) -> list[Member]:
    """The staff, signed in, and an inbox with something in it."""
    now = datetime.now(UTC)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    members = []
    with closing(open_database(settings.database)) as db:
        for number in range(staff):
            user = users.add_user(db, name=f"staff{number}", role=Role.SENDER, password_hash="x", now=now)
            token = sessions.start_session(db, user_id=user.id, now=now)
            session = {"_user_id": f"{user.id}:{token}", "_fresh": True, "seen_at": now.timestamp()}
            members.append(Member(f"textdesk={serializer.dumps(session)}", "/inbox", 0))
        take_all(db, (_text(number, now) for number in range(CONVERSATIONS)), now=now)
    return members


def _text(number: int, now: datetime) -> Message:
    return Message(
        message_id=f"m{number}",
        status="INCOMING",
        sender=f"4474001{number:05d}",
        destination="447400123400",
        content="Can I move my appointment to Thursday?",
        created_at=now - timedelta(minutes=number),
    )


@contextmanager
def _served(settings: Settings) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    web = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    web += ["--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "warning"]
    worker = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    environment = {
        **os.environ,
        "TEXTDESK_SECRET_KEY": settings.secret_key,
        "TEXTDESK_DATABASE": str(settings.database),
        "TEXTDESK_SMSWORKS_URL": settings.smsworks_url,
        "TEXTDESK_SMSWORKS_TOKEN": settings.smsworks_token,
        "TEXTDESK_INBOX_SECONDS": str(SECONDS_BETWEEN_FETCHES),
    }
    with open(os.devnull, "wb") as nowhere:
        programs = [
            subprocess.Popen(words, cwd=ROOT, env=environment, stdout=nowhere, stderr=nowhere)
            for words in (web, worker)
        ]
    try:
        until(lambda: _answers(port), within=READY_WITHIN_SECONDS)
        yield port
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(timeout=30)


def _answers(port: int) -> bool:
    try:
        return _ask(port, "/healthz", {})[0] == 200
    except OSError:
        return False


def _ask(port: int, url: str, headers: dict[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", url, headers=headers)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()


def _open_pages(members: list[Member], port: int) -> None:
    def open_page(member: Member) -> None:
        status, page = _ask(port, "/inbox", {"Cookie": member.cookie})
        assert status == 200, status
        member.url = _poll_address(page)

    with ThreadPoolExecutor(8) as browsers:
        list(browsers.map(open_page, members))


def _poll_address(page: str) -> str:
    return page.split('id="inbox_list"')[1].split('hx-get="')[1].split('"')[0].replace("&amp;", "&")


def _poll_all(members: list[Member], port: int, seconds: float) -> tuple[list[Answer], int]:
    """Each member polls when they are due; who is due first is next."""
    start = time.monotonic()
    end = start + seconds
    dice = random.Random(3)
    for member in members:
        member.due_at = start + dice.uniform(0, SECONDS_BETWEEN_POLLS)
    waiting = sorted(members, key=lambda member: member.due_at)
    answers: list[Answer] = []
    late = [0]
    lock = threading.Lock()

    def browse() -> None:
        pause = threading.Event()
        while True:
            with lock:
                if not waiting or waiting[0].due_at >= end:
                    return
                member = waiting.pop(0)
            pause.wait(max(member.due_at - time.monotonic(), 0))
            is_late = time.monotonic() - member.due_at > 1
            answer = _poll(member, port)
            with lock:
                answers.append(answer)
                late[0] += is_late
                member.due_at += SECONDS_BETWEEN_POLLS
                waiting.append(member)

    with ThreadPoolExecutor(BROWSERS) as browsers:
        for future in [browsers.submit(browse) for _ in range(BROWSERS)]:
            future.result()
    return answers, late[0]


def _poll(member: Member, port: int) -> Answer:
    begun = time.monotonic()
    try:
        status, page = _ask(port, member.url, {**HX, "Cookie": member.cookie})
    except (OSError, http.client.HTTPException):
        status, page = 0, ""
    took = 1000 * (time.monotonic() - begun)
    if status == 200:
        member.url = _poll_address(page)
    return Answer(status, took)


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] if ordered else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--staff", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    wanted = parser.parse_args()
    tally = drill(staff=wanted.staff, seconds=wanted.seconds)
    print(tally.table())
    raise SystemExit(0 if tally.is_well else 1)


if __name__ == "__main__":
    main()
