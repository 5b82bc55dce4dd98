"""HTTP connections that tell apart "nothing left" from "something may have", and that keep a deadline.

Three things that requests and urllib3 do not give by themselves:

* Whatever fails before the first byte of the request (name, connect, proxy, TLS handshake) surfaces as
  urllib3's NewConnectionError. Plain urllib3 reports a failed handshake, a refused proxy tunnel and a reply
  cut off half way as one and the same error.
* The deadline holds for the whole exchange. A socket's time-out starts anew with each byte, so that a server
  which drips them could hold a worker for hours.
* No connection is used twice. A kept one may have been closed by the server a moment ago, and a text lost on
  it is a text of unknown outcome.
"""

import http.client
import io
import math
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema, InvalidURL
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProxyError

_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


@contextmanager
def finishing_by(deadline: float) -> Iterator[None]:
    """Within this block, waiting on a connection of CarefulAdapter ends at `deadline` (time.monotonic)."""
    before = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(before)


def never_left(error: BaseException) -> bool:
    """Whether a failed request certainly did not send a single byte of itself.

    Exact for CarefulAdapter; of another adapter it knows less and says False more often.
    """
    return any(isinstance(reason, _NEVER_LEFT) for reason in _reasons(error))


def root_name(error: BaseException) -> str:
    """The name of the exception at the bottom of a failed request: "ConnectionRefusedError"."""
    *_, root = _reasons(error)
    while root.__cause__:
        root = root.__cause__
    return type(root).__name__


class CertificatesMissing(requests.ConnectionError):
    """The bundle of trusted certificates that the environment names cannot be read."""


class CarefulAdapter(HTTPAdapter):
    """Mount it on a session; proxies and certificates work as everywhere in requests."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _CAREFUL.get(pool.ConnectionCls, pool.ConnectionCls)
        return pool  # type: ignore[no-any-return]

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().cert_verify(*args, **kwargs)  # type: ignore[no-untyped-call]
        except OSError as error:
            raise CertificatesMissing(str(error)) from error


def _reasons(error: object) -> Iterator[BaseException]:
    """An error and those it names as its reason; not `__context__`, which may be of an earlier call."""
    while isinstance(error, BaseException):
        yield error
        if isinstance(error, MaxRetryError):
            error = error.reason
        elif isinstance(error, ProxyError):
            error = error.original_error
        else:
            error = error.args[0] if error.args else None


# NewConnectionError is a ConnectTimeoutError; the others are raised before a connection is looked for.
_NEVER_LEFT = (ConnectTimeoutError, InvalidURL, InvalidSchema, CertificatesMissing)


def _seconds_left() -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline of the whole call has passed")
    return left


def _limit(sock: socket.socket, seconds: float) -> None:
    sock.settimeout(None if math.isinf(seconds) else seconds)


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket, for as long as both its own time-out and the deadline allow."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock = sock
        self._raw = raw
        self._patience = sock.gettimeout() or math.inf

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        _limit(self._sock, min(self._patience, _seconds_left()))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Reply(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_DeadlineReader(sock, self.fp.detach()))

    def begin(self) -> None:
        super().begin()
        lengths = ",".join(self.headers.get_all("Content-Length", [])).replace(" ", "").split(",")
        if len(set(lengths)) > 1:  # urllib3 notices too, but then leaves the socket open
            raise http.client.HTTPException("the reply has several lengths")
        self.will_close = True  # whatever the server offers: see "no connection is used twice"


class _Careful(HTTPConnection):
    response_class = _Reply

    def connect(self) -> None:
        try:
            super().connect()
            _seconds_left()
        except ConnectTimeoutError:
            raise
        except Exception as error:
            # Nothing has been written yet, whatever this is: a certificate, a proxy's answer, a bad name.
            raise NewConnectionError(self, f"Failed to establish a connection: {error}") from error

    def send(self, data: Any) -> None:
        if self.sock is None:
            super().send(data)  # which connects first
            return
        patience = self.sock.gettimeout()
        # urllib3 leaves the time-out for connecting in place, in which a large batch may not get through.
        _limit(self.sock, _seconds_left())
        super().send(data)
        self.sock.settimeout(patience)


class _CarefulHTTP(_Careful):
    pass


class _CarefulHTTPS(_Careful, HTTPSConnection):
    pass


_CAREFUL: dict[Any, Any] = {HTTPConnection: _CarefulHTTP, HTTPSConnection: _CarefulHTTPS}
