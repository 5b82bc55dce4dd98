"""The stand-in provider as one object: what the views, the control plane and tests work with."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import request
from sqlite_utils import Database

from .accepted import AcceptedText, count_accepted, list_accepted
from .dates import milliseconds_of
from .delivery import deliver_due
from .faults import FaultBoard
from .ids import start_sequence, wire_id
from .inbox import REPLY_NUMBER, receive
from .ledger import Entry, EntryKind, as_amount, balance_of, post, set_balance
from .prices import CREDIT
from .rehearsal import FirstAttempts
from .scheduling import process_due
from .schema import TABLES
from .store import Store
from .switches import Switches
from .tokens import DEMO_TOKEN, has_token, set_token
from .webhooks import MOST_AT_ONCE, post_due

STARTING_CREDITS = 10_000
ENVIRON_KEY = "textdesk.sandbox"


class Sandbox:
    """A stand-in for the provider. Nothing happens by itself: call run_due, or let `serve` do it.

    faults: what goes wrong for the next calls. sleep: how delays wait.
    """

    def __init__(
        self,
        database: str | Path,
        *,
        app: WSGIApplication,
        clock: Callable[[], datetime],
        switches: Switches,
        sleep: Callable[[float], None],
    ) -> None:
        self._app = app
        self.clock = clock
        self.sleep = sleep
        self.switches = switches
        self.store = Store(database)
        self.faults = FaultBoard()
        self.first_attempts = FirstAttempts()
        self._starting_switches = switches
        self._calls: Counter[str] = Counter()
        self._calls_lock = threading.Lock()
        with self.store.writing() as db:
            start_sequence(db, self.now)
            if not has_token(db):
                self._open_account(db)

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application: the provider's API under /v1 and the control plane under /_sandbox.

        Raises ConnectionDropped, also out of the body, where the connection is to be closed.
        """
        environ[ENVIRON_KEY] = self
        return self._app(environ, start_response)

    @property
    def now(self) -> int:
        """The clock's time in milliseconds since 1970."""
        return milliseconds_of(self.clock())

    def run_due(self) -> None:
        """Does everything that is due by the clock: scheduled items, reports, refunds, replies, webhooks."""
        self.deliver()
        self.post_webhooks()

    def deliver(self) -> None:
        """All of run_due but the webhooks, which may have to wait for whom they call."""
        done = 1
        while done:
            with self.store.writing() as db:
                done = process_due(db, self.now, self.switches) + deliver_due(db, self.now, self.switches)

    def post_webhooks(self) -> None:
        while post_due(self.store, self.now) == MOST_AT_ONCE:
            pass

    def change_switches(self, changes: Mapping[str, Any]) -> Switches:
        """Sets some switches from now on; all of them. Raises SwitchRefused."""
        self.switches = self.switches.changed(changes)
        return self.switches

    def inject_inbound(
        self, *, sender: str, content: str, destination: str = REPLY_NUMBER, keyword: str = ""
    ) -> str:
        """Somebody texts the account; the id of the message."""
        with self.store.writing() as db:
            message = receive(
                db,
                self.switches,
                at=self.now,
                sender=sender,
                destination=destination,
                content=content,
                keyword=keyword,
            )
        return wire_id(message.id)

    def accepted(self, *, destination: str = "") -> tuple[AcceptedText, ...]:
        """The log of accepted texts, oldest first."""
        with self.store.reading() as db:
            return list_accepted(db, destination=destination)

    def accepted_counts(self) -> dict[str, int]:
        """How many texts were accepted for each destination."""
        with self.store.reading() as db:
            return count_accepted(db)

    def count_call(self, operation: str) -> None:
        with self._calls_lock:
            self._calls[operation] += 1

    def calls(self) -> dict[str, int]:
        """How often each operation was called since the start or the last forget_calls."""
        with self._calls_lock:
            return dict(self._calls)

    def forget_calls(self) -> None:
        with self._calls_lock:
            self._calls.clear()

    @property
    def credits(self) -> Decimal:
        with self.store.reading() as db:
            return Decimal(balance_of(db)) / CREDIT

    def set_credits(self, credits_count: Decimal | float) -> None:
        with self.store.writing() as db:
            set_balance(db, as_amount(credits_count), self.now)

    def reset(self) -> None:
        """As it was when new: no messages, the demo token, the first credits. Ids go on counting."""
        with self.store.writing() as db:
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
            self._open_account(db)
        self.switches = self._starting_switches
        self.faults.clear()
        self.first_attempts.clear()
        self.forget_calls()

    def close(self) -> None:
        self.store.close()

    def _open_account(self, db: Database) -> None:
        set_token(db, DEMO_TOKEN)
        post(db, [Entry(self.now, EntryKind.TOP_UP, STARTING_CREDITS * CREDIT)])


def current_sandbox() -> Sandbox:
    """The sandbox behind the request being answered."""
    return cast(Sandbox, request.environ[ENVIRON_KEY])
