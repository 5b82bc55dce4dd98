"""A program that dies while it changes the provider's token: nothing is lost, or it is said what may be."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from sqlite_utils import Database

from tests.faults.processes import CONTEXT, END_WITHIN_SECONDS
from webapp.sandbox import CUSTOMER_ID, DEMO_KEY, DEMO_SECRET, DEMO_TOKEN, create_sandbox, running
from webapp.services import credentials
from webapp.services.token_source import TokenSource
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import BadCredentials
from webapp.smsworks.transport import Transport
from webapp.store import provider_tokens
from webapp.store.connection import open_database
from webapp.store.migrating import migrate
from webapp.store.sealed import Keyring

KEYRING = Keyring("a key of more than thirty-two letters")
ISSUE, TEST = "/v1/auth/token", "/v1/utils/test"


class DeadlyAdapter(HTTPAdapter):
    """SIGKILL to the program itself: before a call to `path` leaves, or with its whole answer in hand."""

    def __init__(self, path: str, *, answered: bool) -> None:
        super().__init__()
        self._path = path
        self._answered = answered

    def send(self, request: PreparedRequest, **settings: Any) -> Response:  # type: ignore[override]
        is_fatal = request.path_url == self._path
        if is_fatal and not self._answered:
            os.kill(os.getpid(), signal.SIGKILL)
        response = super().send(request, **settings)
        if is_fatal:
            assert response.content
            os.kill(os.getpid(), signal.SIGKILL)
        return response


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[str]:
    """Its address; it knows one token, DEMO_TOKEN, until it issues another."""
    with (
        closing(create_sandbox(database=tmp_path / "sandbox.db", clock=lambda: datetime.now(UTC))) as sandbox,
        running(sandbox, port=0) as address,
    ):
        yield f"{address}/v1"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """The record, which knows already whose it is."""
    db = open_database(tmp_path / "textdesk.db", create=True)
    migrate(db)
    provider_tokens.record_customer(db, CUSTOMER_ID, now=datetime.now(UTC))
    yield db
    db.close()


def client_at(url: str, database: Path, *, session: requests.Session | None = None) -> SmsWorks:
    token = TokenSource(database=database, keyring=KEYRING, environment_token=DEMO_TOKEN)
    return SmsWorks(
        transport=Transport(base_url=url, token=token, newest_token=token.newest, session=session)
    )


def fetch_and_die(url: str, database: str, path: str, answered: bool) -> None:
    session = requests.Session()
    session.mount("http://", DeadlyAdapter(path, answered=answered))
    with closing(open_database(database)) as db:
        fetch(db, client_at(url, Path(database), session=session))


def fetch(db: Database, client: SmsWorks) -> credentials.Trial:
    return credentials.fetch_token(
        db, client, KEYRING, key=DEMO_KEY, secret=DEMO_SECRET, customer_id=None, entered_by="ada"
    )


def die(url: str, database: Path, path: str, *, answered: bool) -> None:
    program = CONTEXT.Process(target=fetch_and_die, args=(url, str(database), path, answered))
    program.start()
    program.join(END_WITHIN_SECONDS)
    assert program.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("answered", [False, True])
def test_killed_while_the_provider_issues_a_token_the_record_says_that_it_was_asked(
    provider: str, db: Database, tmp_path: Path, answered: bool
) -> None:
    """Killed before the call left, the old token is good; killed with the answer in hand, it is dead."""
    die(provider, tmp_path / "textdesk.db", ISSUE, answered=answered)
    asked = provider_tokens.find_asked(db)
    assert asked is not None
    assert asked.asked_by == "ada"
    client = client_at(provider, tmp_path / "textdesk.db")
    if answered:
        with pytest.raises(BadCredentials):
            client.get_customer_id()
    else:
        assert client.get_customer_id() == CUSTOMER_ID
    end_lease(db)
    assert fetch(db, client).in_use
    assert client.get_customer_id() == CUSTOMER_ID
    assert provider_tokens.find_asked(db) is None


@pytest.mark.parametrize("answered", [False, True])
def test_killed_while_the_new_token_is_tested_it_is_kept_and_can_be_used(
    provider: str, db: Database, tmp_path: Path, answered: bool
) -> None:
    die(provider, tmp_path / "textdesk.db", TEST, answered=answered)
    candidate = provider_tokens.find_candidate(db)
    assert candidate is not None
    assert provider_tokens.token_in_use(db) is None
    client = client_at(provider, tmp_path / "textdesk.db")
    with pytest.raises(credentials.BeingChanged):
        credentials.try_candidate(db, client, KEYRING, ref=candidate.ref)
    end_lease(db)
    trial = credentials.try_candidate(db, client, KEYRING, ref=candidate.ref)
    assert trial is not None
    assert trial.in_use
    assert client.get_customer_id() == CUSTOMER_ID


def end_lease(db: Database) -> None:
    """As if its three minutes had passed: whoever held it is dead."""
    db.conn.execute("UPDATE leases SET until = taken_at WHERE name = ?", [credentials.LEASE])
    db.conn.commit()
