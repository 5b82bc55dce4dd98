"""Delivery reports and inbound texts, posted to the client. Only to this machine: it is a rehearsal."""

import base64
import http.client
import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from sqlite_utils import Database

from .store import Store

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MOST_ATTEMPTS = 6
FIRST_RETRY_MILLISECONDS = 2000
MOST_AT_ONCE = 100
TIMEOUT_SECONDS = 5
NOT_LOOPBACK = "not posted: not an address of this machine"


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook call. at: the earliest moment to make it, in milliseconds."""

    url: str
    body: object
    at: int


def enqueue(db: Database, posts: Iterable[Post]) -> None:
    db.conn.executemany(
        "INSERT INTO webhook_posts (url, body, attempts, due_at, outcome) VALUES (?, ?, 0, ?, 'waiting')",
        ((post.url, json.dumps(post.body, ensure_ascii=False), post.at) for post in posts),
    )


def post_due(store: Store, now: int) -> int:
    """Makes the calls that are due, each outside any transaction; how many.

    Anything but 200 is tried again, each time after twice as long.
    """
    with store.reading() as db:
        rows = db.execute(
            "SELECT id, url, body, attempts FROM webhook_posts WHERE due_at <= ? ORDER BY due_at, id LIMIT ?",
            [now, MOST_AT_ONCE],
        ).fetchall()
    for number, url, body, attempts in rows:
        outcome = _post(url, body.encode())
        again = outcome != "200" and attempts + 1 < MOST_ATTEMPTS and outcome != NOT_LOOPBACK
        due_at = now + FIRST_RETRY_MILLISECONDS * 2**attempts if again else None
        with store.writing() as db:
            db.execute(
                "UPDATE webhook_posts SET attempts = attempts + 1, due_at = ?, outcome = ? WHERE id = ?",
                [due_at, outcome, number],
            )
    return len(rows)


def _post(url: str, body: bytes) -> str:
    """The status of the answer, or what went wrong, in a word."""
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            return NOT_LOOPBACK
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    except ValueError:
        return NOT_LOOPBACK
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, _headers(parts))
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


def _headers(parts: SplitResult) -> dict[str, str]:
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return headers
