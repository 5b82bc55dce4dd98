"""The people and the house that tests live in.

Ada is an admin, Sam a sender, Vic a viewer; Mallory is not signed in. The provider is the sandbox, behind a
real requests session, so that every page is tested over the real wire format.
"""

import gc
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.compiled_once import compile_once
from tests.in_memory import keep_temporary_files_in_memory
from tests.private_logs import PrivateLogs
from tests.wsgi_adapter import session_into
from webapp.app import create_app, create_database
from webapp.config import PasswordCost, Settings
from webapp.sandbox import DEMO_TOKEN, REPLY_NUMBER, Sandbox, create_sandbox
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.transport import Timeouts, Transport
from webapp.store import senders, sessions, users
from webapp.store.connection import open_database
from webapp.store.migrating import migrate
from webapp.store.users import Role
from webapp.web.context import Desk
from webapp.web.passwords import hash_password
from webapp.web.security import limiter
from webapp.worker import Worker

# The tests sign in more often than a year of staff; what a real hash costs has a test of its own.
CHEAP = PasswordCost(passes=1, memory_kib=8, lanes=1)
PASSWORD = "correct horse battery"
SECRET_KEY = "a secret for tests, and long enough"
PROVIDER_URL = "http://localhost:1/v1"
STAFF = (("ada", Role.ADMIN), ("sam", Role.SENDER), ("vic", Role.VIEWER))

keep_temporary_files_in_memory()
compile_once()


def pytest_configure() -> None:
    # What is collected stays to the end: to look through it again and again would be a tenth of the time.
    gc.set_threshold(50_000, 20, 100)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    # Imported only when tests are shared out among workers.
    from tests.scheduling import Scheduling

    config.option.loadscopereorder = False
    return Scheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.pluginmanager.hasplugin("xdist"):
        from tests.scheduling import turn

        items.sort(key=lambda item: turn(item.nodeid))


# What the texts of tests begin with, beside the passwords and tokens that `private_logs` knows.
_PRIVATE = PrivateLogs(PASSWORD, SECRET_KEY, "Your appointment is on Tuesday", "biopsy")


@pytest.fixture(autouse=True)
def _logs_are_fit_for_strangers() -> Iterator[None]:
    """Whatever any test makes Textdesk log, as an installation would log it and in more detail."""
    loggers = (logging.getLogger(), logging.getLogger("textdesk"))
    levels = [logger.level for logger in loggers]
    loggers[0].setLevel(logging.INFO)
    loggers[1].setLevel(logging.DEBUG)
    loggers[0].addHandler(_PRIVATE)
    _PRIVATE.found.clear()
    yield
    loggers[0].removeHandler(_PRIVATE)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    assert not _PRIVATE.found, "this is in the log: " + "\n".join(_PRIVATE.found)


class Clock:
    """The sandbox's clock: stands still until a test moves it on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def staffed_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the staff in it, made once."""
    path = tmp_path_factory.mktemp("staffed") / "textdesk.db"
    create_database(Settings(secret_key="x" * 32, database=path))
    db = open_database(path)
    now = datetime.now(UTC)
    for name, role in STAFF:
        users.add_user(db, name=name, role=role, password_hash=hash_password(PASSWORD, cost=CHEAP), now=now)
    for sender in ("ElmStreet", REPLY_NUMBER):
        senders.add_sender(db, sender=sender, added_by="ada", now=now)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with nobody and nothing in it, made once: fifty migrations take as long as ten tests."""
    path = tmp_path_factory.mktemp("new") / "textdesk.db"
    with closing(open_database(path, create=True)) as db:
        migrate(db)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def new_record(tmp_path: Path, new_database: Path) -> Iterator[Database]:
    """A record with nobody and nothing in it, in `tmp_path`."""
    path = tmp_path / "textdesk.db"
    shutil.copy(new_database, path)
    with closing(open_database(path)) as db:
        yield db


@pytest.fixture
def settings(tmp_path: Path, staffed_database: Path) -> Settings:
    database = tmp_path / "textdesk.db"
    shutil.copy(staffed_database, database)
    return Settings(
        secret_key=SECRET_KEY,
        database=database,
        smsworks_url=PROVIDER_URL,
        smsworks_token=DEMO_TOKEN,
        settle_seconds=3,
        password_cost=CHEAP,
        provider_timeout_seconds=5,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(tmp_path: Path, clock: Clock) -> Iterator[Sandbox]:
    sandbox = create_sandbox(database=tmp_path / "sandbox.db", clock=clock)
    yield sandbox
    sandbox.close()


@pytest.fixture
def provider(sandbox: Sandbox, settings: Settings) -> SmsWorks:
    """With the token of the settings; those that are stored have tests of their own."""
    return provider_over(sandbox.wsgi, token=lambda: settings.smsworks_token)


def provider_over(
    sandbox: WSGIApplication, *, token: Callable[[], str], newest_token: Callable[[], str] | None = None
) -> SmsWorks:
    """The real client, its requests going into the sandbox without a socket."""
    session = session_into(sandbox, PROVIDER_URL)
    transport = Transport(
        base_url=PROVIDER_URL,
        token=token,
        newest_token=newest_token,
        session=session,
        timeouts=Timeouts(connect=1, read=2, total=3),
        sleep=lambda _seconds: None,
    )
    return SmsWorks(transport=transport)


@pytest.fixture(scope="session")
def wired_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The app as create_app wires it, once: compiling the templates takes longer than most tests."""
    database = tmp_path_factory.mktemp("wired") / "textdesk.db"
    return create_app(Settings(secret_key=SECRET_KEY, database=database))


@pytest.fixture
def app(wired_app: Flask, settings: Settings, provider: SmsWorks) -> Flask:
    """The app, with a record and a provider of this test's own."""
    wired_app.extensions["textdesk"] = Desk(settings, provider)
    wired_app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    with wired_app.app_context():
        limiter.reset()
    return wired_app


@pytest.fixture
def db(app: Flask, settings: Settings) -> Iterator[Database]:
    """The record, as the pages see it."""
    db = open_database(settings.database)
    yield db
    db.close()


@pytest.fixture
def worker(app: Flask, settings: Settings, provider: SmsWorks) -> Worker:
    """The background worker; a test gives it one round at a time."""
    return Worker(settings, provider)


@pytest.fixture
def ada(app: Flask) -> FlaskClient:
    return signed_in(app, "ada")


@pytest.fixture
def sam(app: Flask) -> FlaskClient:
    return signed_in(app, "sam")


@pytest.fixture
def vic(app: Flask) -> FlaskClient:
    return signed_in(app, "vic")


@pytest.fixture
def mallory(app: Flask) -> FlaskClient:
    """Signed out."""
    return app.test_client()


def signed_in(app: Flask, name: str) -> FlaskClient:
    """A client with that person's session; the sign-in page has its own tests."""
    client = app.test_client()
    now = datetime.now(UTC)
    with app.extensions["textdesk"].pool.lent() as db:
        user = users.find_user(db, name)
        assert user is not None
        token = sessions.start_session(db, user_id=user.id, now=now)
    with client.session_transaction() as session:
        session["_user_id"] = f"{user.id}:{token}"
        session["_fresh"] = True
        session["seen_at"] = now.timestamp()
    return client
