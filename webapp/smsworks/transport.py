"""One call over HTTP: its request, its time limits, its retries, and what its failure means for the text."""

import json
import logging
import random
import threading
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

import requests
from urllib3.exceptions import HTTPError

from webapp.smsworks.connections import CarefulAdapter, finishing_by, never_left, root_name
from webapp.smsworks.credentials import authorization_header
from webapp.smsworks.errors import (
    BadCredentials,
    BadReply,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    SmsWorksError,
    Unreachable,
)
from webapp.smsworks.operations import Operation, OperationKind
from webapp.smsworks.replies import Reply, TooLong, error_in, read_reply
from webapp.smsworks.wire import Unreadable

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0
# The provider's ids are up to 21 digits or UUIDs; this only keeps nonsense away from it.
_LONGEST_ID = 100
# These stand where an id could: GET /messages/schedule is the scheduled list, not a message. urllib3 would
# resolve "." and "..", which survive quoting, against the path before them.
_NEVER_IDS = {".", "..", "schedule", "volume", "inbox", "failed", "balance", "send", "any"}

T = TypeVar("T")

log = logging.getLogger("textdesk.smsworks")
_jitter = random.SystemRandom().uniform


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `connect`: to each address of the host. `read`: of silence. `total`: a call with its retries.

    Only a name lookup that hangs can outlast `total`; a request is not begun after it.
    """

    connect: float = 5.0
    read: float = 20.0
    total: float = 30.0


class Transport:
    """Makes calls; safe to share between threads.

    `token` is asked at each call, so that a new one counts soon. `newest_token` is asked when that one was
    refused: if it is another, the call is made with it, since a refusal did nothing. A `session` given here
    is used as it is by all threads; otherwise each thread has its own, with CarefulAdapter.
    """

    def __init__(
        self,
        *,
        base_url: str,
        token: Callable[[], str],
        newest_token: Callable[[], str] | None = None,
        session: requests.Session | None = None,
        timeouts: Timeouts = Timeouts(),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        address = _checked_address(base_url)
        self._base_url = address.geturl().rstrip("/")
        self._is_local = _is_loopback(address.hostname or "")
        self._token = token
        self._newest_token = newest_token or token
        self._given_session = session
        self._own = _OwnSession()
        self._timeouts = timeouts
        self._sleep = sleep

    def with_token(self, token: str) -> "Transport":
        """The same way to the provider with another token."""
        changed = copy(self)
        changed._token = changed._newest_token = lambda: token
        return changed

    def call(
        self,
        operation: Operation,
        *,
        read: Callable[[Any], T],
        item_id: str | None = None,
        body: object = None,
        begin_by: datetime | None = None,
    ) -> T:
        """Make one call and `read` the document of its reply, trying again where the operation allows it.

        `read` raises Unreadable for a document it does not know. A call that has not begun by `begin_by` is
        not made, which is Unreachable. Raises SmsWorksError.
        """
        deadline = time.monotonic() + self._timeouts.total

        def call_with(token: str) -> T:
            request = self._prepare(operation, token, item_id, body)
            return self._try(operation, request, read, begin_by, deadline)

        if not operation.needs_token:
            return call_with("")
        token = self._token()
        try:
            return call_with(token)
        except BadCredentials:
            newest = self._newest_token()
            if newest == token:
                raise
        return call_with(newest)

    def _try(
        self,
        operation: Operation,
        request: requests.PreparedRequest,
        read: Callable[[Any], T],
        begin_by: datetime | None,
        deadline: float,
    ) -> T:
        attempt = 1
        while True:
            try:
                _refuse_late(operation, begin_by)
                return self._attempt(operation, request, read, deadline)
            except SmsWorksError as error:
                pause = _pause_after(error, operation, attempt)
                if pause is None or time.monotonic() + pause >= deadline:
                    raise
            self._sleep(pause)
            attempt += 1

    def _prepare(
        self, operation: Operation, token: str, item_id: str | None, body: object
    ) -> requests.PreparedRequest:
        # Prepared without the session, which would put a password from ~/.netrc in place of the token.
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Connection": "close",
            "User-Agent": "Textdesk",
        }
        if operation.needs_token:
            headers["Authorization"] = authorization_header(token)
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body, allow_nan=False).encode()
        url = self._base_url + _path(operation, item_id)
        return requests.Request(operation.method, url, headers=headers, data=data).prepare()

    def _attempt(
        self,
        operation: Operation,
        request: requests.PreparedRequest,
        read: Callable[[Any], T],
        deadline: float,
    ) -> T:
        begun = time.monotonic()
        try:
            reply = self._exchange(operation, request, deadline)
            answer = _understand(operation, reply, read)
        except SmsWorksError as error:
            log.warning("%s ms=%d", error, (time.monotonic() - begun) * 1000)
            raise
        milliseconds = (time.monotonic() - begun) * 1000
        log.info("operation=%s status=%d ms=%d", operation.name, reply.status, milliseconds)
        return answer

    def _exchange(self, operation: Operation, request: requests.PreparedRequest, deadline: float) -> Reply:
        session = self._given_session or self._own.session
        url = request.url or ""
        settings: dict[str, Any] = dict(session.merge_environment_settings(url, {}, True, None, None))
        if self._is_local:
            settings["proxies"] = {}
        # The adapter and not the session: Session.send reads the whole body of a redirect, however long.
        send = session.get_adapter(url).send
        try:
            with (
                finishing_by(deadline),
                send(request, timeout=self._limits(deadline), **settings) as response,
            ):
                reply = read_reply(response)
        except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            raise _failure(operation, error) from error
        return reply

    def _limits(self, deadline: float) -> tuple[float, float]:
        left = max(deadline - time.monotonic(), 0.001)
        return min(self._timeouts.connect, left), min(self._timeouts.read, left)


class _OwnSession(threading.local):
    """A session for each thread: requests does not promise that one can be shared."""

    def __init__(self) -> None:
        self.session = requests.Session()
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, CarefulAdapter())


def _refuse_late(operation: Operation, begin_by: datetime | None) -> None:
    """By the wall clock, as leases are: this process may have been stopped, and its work taken over."""
    if begin_by is not None and datetime.now(UTC) >= begin_by:
        raise Unreachable(operation=operation.name, kind=operation.kind, reason="HeldUp")


def _understand(operation: Operation, reply: Reply, read: Callable[[Any], T]) -> T:
    error = error_in(operation, reply)
    if error is None:
        try:
            return read(reply.document)
        except Unreadable as unreadable:
            error = BadReply(
                operation=operation.name,
                kind=operation.kind,
                status=reply.status,
                reason=str(unreadable),
            )
    raise _outcome(operation, error)


def _outcome(operation: Operation, error: SmsWorksError) -> SmsWorksError:
    """What an answered error means: only a no is a no, unless the call was a look-up."""
    if operation.kind is OperationKind.READ or isinstance(error, Refused | RateLimited):
        return error
    unknown = OutcomeUnknown(
        operation=operation.name,
        kind=operation.kind,
        status=error.status,
        provider_code=error.provider_code,
        reason=error.reason or type(error).__name__,
    )
    unknown.__cause__ = error
    return unknown


def _failure(operation: Operation, error: Exception) -> SmsWorksError:
    """What an exchange without a whole reply means."""
    meaning: type[SmsWorksError] = Unreachable
    if not never_left(error):
        if operation.kind is not OperationKind.READ:
            meaning = OutcomeUnknown
        elif isinstance(error, TooLong):
            meaning = BadReply
    return meaning(operation=operation.name, kind=operation.kind, reason=root_name(error))


def _pause_after(error: SmsWorksError, operation: Operation, attempt: int) -> float | None:
    """Seconds to wait before the next attempt; None if there is to be none."""
    if attempt >= operation.tries or isinstance(error, Refused | OutcomeUnknown):
        return None
    own = _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1)
    pause = max(_jitter(own / 2, own), error.retry_after or 0.0)
    return pause if pause <= _LONGEST_PAUSE_SECONDS else None


def _path(operation: Operation, item_id: str | None) -> str:
    if not operation.takes_id:
        return operation.path
    if not item_id or len(item_id) > _LONGEST_ID or not item_id.isprintable() or item_id in _NEVER_IDS:
        raise NotFound(operation=operation.name, kind=operation.kind)
    return operation.path.replace("{id}", quote(item_id, safe=""))


def _checked_address(base_url: str) -> SplitResult:
    """Raises ValueError: a name or password in the address would take the place of the token."""
    address = urlsplit(base_url)
    if address.scheme not in ("http", "https") or not address.hostname or "@" in address.netloc:
        raise ValueError("the provider's address must be http(s)://host/path, without a name or password")
    if address.query or address.fragment or address.port == 0:
        raise ValueError("the provider's address must end with its path")
    return address


def _is_loopback(host: str) -> bool:
    """A proxy set for the network is no way to this very machine, where the sandbox runs."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
