"""What these tests work with: a clock that stands still, and requests to the sandbox without a socket."""

from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tests.wsgi_adapter import session_into
from webapp.sandbox import DEMO_TOKEN, Sandbox

ADDRESS = "http://sandbox.test"
NUMBER = "447400123456"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Api:
    def __init__(self, sandbox: Sandbox) -> None:
        self.session = session_into(sandbox.wsgi, ADDRESS)
        self.session.headers["Authorization"] = DEMO_TOKEN

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{ADDRESS}{_full(path)}")

    def post(self, path: str, body: Any) -> requests.Response:
        return self.session.post(f"{ADDRESS}{_full(path)}", json=body)

    def delete(self, path: str) -> requests.Response:
        return self.session.delete(f"{ADDRESS}{_full(path)}")

    def send(self, destination: str = NUMBER, **fields: Any) -> requests.Response:
        return self.post("/message/send", text_to(destination, **fields))

    def search(self, **query: Any) -> list[dict[str, Any]]:
        return self._rows("/messages", query)

    def unread(self, **query: Any) -> list[dict[str, Any]]:
        return self._rows("/messages/inbox", query)

    def one(self, **query: Any) -> dict[str, Any]:
        [row] = self.search(**query)
        return row

    def credits(self) -> float:
        return float(self.get("/credits/balance").json()["credits"])

    def close(self) -> None:
        self.session.close()

    def _rows(self, path: str, query: dict[str, Any]) -> list[dict[str, Any]]:
        reply = self.post(path, query)
        assert reply.status_code == 200, reply.text
        return list(reply.json())


def text_to(destination: str = NUMBER, **fields: Any) -> dict[str, Any]:
    return {"sender": "Clinic", "destination": destination, "content": "See you at 3", **fields}


def batch_to(*destinations: str, **fields: Any) -> dict[str, Any]:
    return {"sender": "Clinic", "destinations": list(destinations), "content": "See you at 3", **fields}


def numbers(count: int) -> list[str]:
    """Numbers that are delivered as usual."""
    return [f"447400{at:04d}00" for at in range(count)]


def problems(reply: requests.Response) -> dict[str, str]:
    """The code of what is wrong, by the path of the field."""
    assert reply.status_code == 400, reply.text
    [error] = reply.json()["errors"]
    return {".".join(problem["path"]): problem["code"] for problem in error["errors"]}


def _full(path: str) -> str:
    return path if path.startswith("/_sandbox") else f"/v1{path}"
