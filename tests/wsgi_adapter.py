"""Sends requests into a WSGI application without a socket, failing as a socket would."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable
from http.client import RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ReadTimeout
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import ProtocolError
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

Timeout = float | tuple[float | None, float | None] | None


def session_into(app: WSGIApplication, address: str) -> Session:
    """A session whose requests to `address` go into the application."""
    session = Session()
    # Looking for a proxy in the environment takes a third of such a request, and there is none on the way.
    session.trust_env = False
    session.mount(address, WsgiAdapter(app))
    return session


class WsgiAdapter(BaseAdapter):
    """Mount it on a requests.Session for the address that the application stands for.

    A ConnectionError out of the application is a connection dropped without a reply; out of the body, one
    cut off in the middle. A reply that took longer than the read time-out is a ReadTimeout, though only
    once it is there: nothing can interrupt the application.
    """

    def __init__(self, app: WSGIApplication) -> None:
        super().__init__()
        self._app = app
        self._http = HTTPAdapter()

    # Of what a transport may be told, only the time-out means anything here.
    def send(  # type: ignore[override]
        self, request: PreparedRequest, *, timeout: Timeout = None, **_: object
    ) -> Response:
        started = time.monotonic()
        body, status, headers = self._run(request)
        allowed = timeout[1] if isinstance(timeout, tuple) else timeout
        if allowed is not None and time.monotonic() - started > allowed:
            _Pieces(body).close()
            raise ReadTimeout(f"Read timed out. (read timeout={allowed})", request=request)
        return self._http.build_response(request, _raw_response(body, status, headers, request.method))

    def close(self) -> None:
        self._http.close()

    def _run(self, request: PreparedRequest) -> tuple[Iterable[bytes], str, Headers]:
        try:
            return run_wsgi_app(self._app, _environ_of(request))
        except ConnectionError as error:
            gone = RemoteDisconnected("Remote end closed connection without response")
            raise RequestsConnectionError(
                ProtocolError("Connection aborted.", gone), request=request
            ) from error


def _environ_of(request: PreparedRequest) -> dict[str, Any]:
    body = request.body.encode() if isinstance(request.body, str) else request.body
    parts = urlsplit(request.url or "")
    builder = EnvironBuilder(
        request.path_url,
        base_url=f"{parts.scheme}://{parts.netloc}",
        method=request.method or "GET",
        headers=list(request.headers.items()),
        input_stream=io.BytesIO(body or b""),
    )
    return builder.get_environ()


def _raw_response(body: Iterable[bytes], status: str, headers: Headers, method: str | None) -> HTTPResponse:
    code, _, reason = status.partition(" ")
    return HTTPResponse(
        body=io.BufferedReader(_Pieces(body)),
        headers=HTTPHeaderDict(list(headers)),
        status=int(code),
        reason=reason,
        preload_content=False,
        request_method=method,
    )


class _Pieces(io.RawIOBase):
    """The application's body as a file.

    It fetches one piece ahead, so that the body has ended, with all that the application does then, when
    its last byte is read.
    """

    def __init__(self, body: Iterable[bytes]) -> None:
        super().__init__()
        self._body = body
        self._iterator = iter(body)
        self._left = b""
        self._ahead = self._fetch()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            self._left, self._ahead = self._ahead, self._fetch()
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count

    def close(self) -> None:
        self._end_body()
        super().close()

    def _fetch(self) -> bytes:
        try:
            piece = next((piece for piece in self._iterator if piece), b"")
        except ConnectionError:
            piece = b""
        if not piece:
            self._end_body()
        return piece

    def _end_body(self) -> None:
        self._iterator = iter(())
        end = getattr(self._body, "close", None)
        self._body = ()
        if end is not None:
            end()
