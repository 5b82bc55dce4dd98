"""Whether an installation is well: configuration, database, provider, staff and worker."""

import shlex
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from webapp.app import create_client
from webapp.config import Settings, SettingsError
from webapp.messaging.words import ago
from webapp.smsworks.errors import SmsWorksError
from webapp.store import inbox_state, provider_tokens, readings, restores, senders, users
from webapp.store.connection import open_database, writing_problem
from webapp.store.migrating import migrate
from webapp.store.users import Role


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    is_well: bool
    words: str


def check_installation(settings: Settings | SettingsError) -> list[Finding]:
    """One finding a line of `flask --app wsgi check`."""
    if isinstance(settings, SettingsError):
        return [Finding("configuration", False, problem) for problem in settings.problems]
    findings = [Finding("configuration", True, "every setting can be used")]
    try:
        settings.database.parent.mkdir(parents=True, exist_ok=True)
        db = open_database(settings.database, create=True)
        migrate(db)
    except (sqlite3.Error, OSError) as error:
        return [*findings, Finding("database", False, f"{settings.database} cannot be used: {error}")]
    findings.append(_check_provider(db, settings))
    if problem := writing_problem(db):
        return [*findings, Finding("database", False, f"{settings.database} cannot be written: {problem}")]
    findings += [_check_file(settings.database), *_check_record(db)]
    db.close()
    return findings


def _check_provider(db: Database, settings: Settings) -> Finding:
    if not provider_tokens.has_token(db, environment_token=settings.smsworks_token):
        words = "no token yet, so nothing can be sent: an administrator enters one under Account, Connection"
        return Finding("provider", False, f"{words} (or set TEXTDESK_SMSWORKS_TOKEN)")
    stored = provider_tokens.token_in_use(db)
    which = f"the token that {stored.entered_by} entered" if stored else "TEXTDESK_SMSWORKS_TOKEN"
    try:
        customer_id = create_client(settings).get_customer_id()
    except SmsWorksError as error:
        return Finding("provider", False, f"{settings.smsworks_url}, with {which}: {error.user_message}")
    answers = f"{settings.smsworks_url} answers for customer {customer_id}, with {which}"
    of_record = provider_tokens.known_customer(db)
    if of_record not in (None, customer_id):
        return Finding("provider", False, f"{answers}, but the record is of customer {of_record}")
    return Finding("provider", True, answers)


def _check_file(path: Path) -> Finding:
    # A group may be meant: web and worker can run as two users of one group.
    if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        words = f"{path} can be read by everybody on this machine: chmod o-rwx {shlex.quote(str(path))}*"
        return Finding("database", False, words)
    return Finding("database", True, f"{path} can be written, and read by nobody else")


def _check_record(db: Database) -> Iterator[Finding]:
    admins = [user for user in users.list_users(db) if user.role is Role.ADMIN and user.can_sign_in]
    if admins:
        yield Finding("staff", True, f"{len(admins)} with the admin role")
    else:
        yield Finding(
            "staff", False, "no admin yet who can sign in: flask --app wsgi users add NAME --role admin"
        )
    if chosen_from := senders.list_senders(db):
        yield Finding("sender IDs", True, f"{len(chosen_from)} to choose from")
    else:
        yield Finding("sender IDs", False, "none yet: an administrator adds one under Account, Sender IDs")
    yield _check_inbox(db)
    yield from _check_restore(db)
    seen = readings.last_heartbeat(db, readings.WORKER)
    now = datetime.now(UTC)
    when = f"last seen {ago((now - seen.at).total_seconds())}" if seen else "has never run"
    is_running = readings.worker_is_running(db, now=now)
    yield Finding("worker", is_running, when if is_running else f"{when}: flask --app wsgi worker")


def _check_restore(db: Database) -> Iterator[Finding]:
    """Only of a record that was put back from a copy."""
    restore = restores.last_restore(db)
    if restore is None:
        return
    words = f"restored {restore.restored_at:%Y-%m-%d %H:%M} UTC, as of {restore.backup_at:%Y-%m-%d %H:%M} UTC"
    if restore.swept_at is None:
        yield Finding("restore", False, f"{words}: nothing is sent until the worker has read what came since")
    else:
        yield Finding("restore", True, words)


def _check_inbox(db: Database) -> Finding:
    state = inbox_state.read_state(db)
    if state.trouble:
        return Finding("inbox", False, state.trouble)
    if state.fetched_at is None:
        return Finding("inbox", True, "no replies have been fetched yet")
    seconds = (datetime.now(UTC) - state.fetched_at).total_seconds()
    return Finding("inbox", True, f"replies fetched {ago(seconds)}")
