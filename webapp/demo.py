"""The demo: sandbox, worker and web as three processes, seeded, ended together."""

import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from webapp.app import create_database
from webapp.config import Settings, read_settings
from webapp.sandbox import DEMO_TOKEN, REPLY_NUMBER
from webapp.store import senders, users
from webapp.store.connection import open_database
from webapp.store.users import Role
from webapp.web.passwords import hash_password

PASSWORD = "demo-password"  # noqa: S105 - printed on the screen and good for the demo only
STAFF = (("admin", Role.ADMIN), ("sam", Role.SENDER), ("vic", Role.VIEWER))
SENDERS = ("Textdesk", REPLY_NUMBER)
OWN_MOBILE = "447400123400"
READY_WITHIN_SECONDS = 40


def run(*, port: int, sandbox_port: int, data: Path) -> int:
    """Run the demo until Ctrl-C or SIGTERM, or until one of its parts ends; the exit status."""
    if taken := [number for number in (port, sandbox_port) if not _is_free(number)]:
        ports = " and ".join(str(number) for number in taken)
        print(f"Port {ports} is taken: end what holds it, or set PORT and SANDBOX_PORT.", file=sys.stderr)
        return 1
    data.mkdir(parents=True, exist_ok=True)
    environment = _environment(port=port, sandbox_port=sandbox_port, data=data)
    seed(read_settings(environment))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    provider, *others = _commands(port, sandbox_port, data)
    parts = [_start(provider, environment)]
    try:
        # The others ask it for the balance at once, and would complain.
        if not _wait_until_ready(f"http://127.0.0.1:{sandbox_port}/_sandbox/calls", parts, stop):
            return 1
        parts += [_start(words, environment) for words in others]
        if not _wait_until_ready(f"http://127.0.0.1:{port}/healthz", parts, stop):
            return 1
        _announce(port)
        while not stop.is_set() and all(part.poll() is None for part in parts):
            stop.wait(0.5)
        return 0 if stop.is_set() else 1
    finally:
        _end(parts)


def _is_free(port: int) -> bool:
    """Asked first: another Textdesk on that port would answer in place of the one started here."""
    with socket.socket() as listener:
        # As the servers do: what an ended connection leaves behind does not count.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def seed(settings: Settings) -> None:
    """Demo staff and sender IDs, where they are missing."""
    create_database(settings)
    db = open_database(settings.database)
    now = datetime.now(UTC)
    password_hash = hash_password(PASSWORD, cost=settings.password_cost)
    for name, role in STAFF:
        if users.find_user(db, name) is None:
            user = users.add_user(db, name=name, role=role, password_hash=password_hash, now=now)
            users.set_mobile(db, user.id, mobile=OWN_MOBILE)
    for sender in SENDERS:
        senders.add_sender(db, sender=sender, added_by="demo", now=now)
    db.close()


def _environment(*, port: int, sandbox_port: int, data: Path) -> dict[str, str]:
    key_file = data / "secret_key"
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_urlsafe(48))
    return {
        **os.environ,
        "TEXTDESK_SECRET_KEY": key_file.read_text(),
        "TEXTDESK_DATABASE": str(data / "textdesk.db"),
        "TEXTDESK_SMSWORKS_URL": f"http://127.0.0.1:{sandbox_port}/v1",
        "TEXTDESK_SMSWORKS_TOKEN": DEMO_TOKEN,
        "TEXTDESK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TEXTDESK_WEBHOOK_SECRET": hashlib.sha256(key_file.read_bytes()).hexdigest()[:32],
        "TEXTDESK_SETTLE_SECONDS": "5",
        "TEXTDESK_PROVIDER_TIMEOUT_SECONDS": "10",
        "TEXTDESK_INBOX_SECONDS": "3",
        "PYTHONUNBUFFERED": "1",
    }


def _commands(port: int, sandbox_port: int, data: Path) -> list[list[str]]:
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    return [
        [*flask, "sandbox", "--port", str(sandbox_port), "--data", str(data / "sandbox.db")],
        [*flask, "worker"],
        [
            *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "warning"),
        ],
    ]


def _start(words: list[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C reaches only the demo, which then ends its parts in order.
    return subprocess.Popen(words, env=dict(environment), start_new_session=True)  # noqa: S603


def _wait_until_ready(url: str, parts: list["subprocess.Popen[bytes]"], stop: threading.Event) -> bool:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and not stop.is_set():
        if any(part.poll() is not None for part in parts):
            print("One part of the demo ended at once; what it said stands above.", file=sys.stderr)
            return False
        if _answers(url):
            return True
        stop.wait(0.2)
    return stop.is_set()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _announce(port: int) -> None:
    names = ", ".join(f"{name} ({role})" for name, role in STAFF)
    print(f"Ready: http://127.0.0.1:{port}")
    print(f"Sign in as {names}; the password of each is {PASSWORD}")
    print("Nothing leaves this machine. Ctrl-C ends it.", flush=True)


def _end(parts: list["subprocess.Popen[bytes]"]) -> None:
    for part in reversed(parts):
        part.terminate()
    for part in parts:
        try:
            part.wait(timeout=10)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()
