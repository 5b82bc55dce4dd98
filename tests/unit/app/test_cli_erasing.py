"""`flask --app wsgi erase`: it says how much there is, and does it, without a trace, only when told to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlite_utils import Database

from webapp.app import create_app
from webapp.cli import add_commands
from webapp.config import Settings
from webapp.store import audit, messages, optouts
from webapp.store.audit import AuditFilter
from webapp.store.connection import open_database
from webapp.store.messages import MessageReport
from webapp.store.optouts import OptOutSource

NUMBER, OTHER = "447400123411", "447400123412"
WORDS = "Zebrawords on Tuesday"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "TEXTDESK_SECRET_KEY": "k" * 48,
        "TEXTDESK_DATABASE": str(tmp_path / "textdesk.db"),
        "TEXTDESK_SMSWORKS_URL": "http://127.0.0.1:9/v1",
    }


@pytest.fixture
def commands(environment: dict[str, str]) -> FlaskCliRunner:
    app = create_app(Settings(secret_key="k" * 48, database=Path(environment["TEXTDESK_DATABASE"])))
    add_commands(app)
    return app.test_cli_runner()


@pytest.fixture
def db(commands: FlaskCliRunner, environment: dict[str, str]) -> Database:
    """A record with a text of last year and one of today to each of two numbers."""
    db = open_database(environment["TEXTDESK_DATABASE"])
    now = datetime.now(UTC)
    for number in (NUMBER, OTHER):
        for days in (0, 365):
            at = now - timedelta(days=days)
            report = MessageReport(f"{number}-{days}", "DELIVERED", "ElmStreet", number, WORDS, at)
            messages.record_report(db, report, now=now, next_check_at=None)
    return db


def run(commands: FlaskCliRunner, environment: dict[str, str], *words: str) -> Result:
    return commands.invoke(args=["erase", *words], env=environment)


def left(db: Database) -> list[str]:
    return sorted(row["message_id"] for row in db.query("SELECT * FROM messages WHERE content <> ''"))


def test_erase_only_says_how_much_there_is(
    commands: FlaskCliRunner, environment: dict[str, str], db: Database
) -> None:
    result = run(commands, environment, "--older-than", "90")
    assert result.exit_code == 0
    assert "Older than 90 days: 2 messages and 0 calls of ours" in result.output
    assert "Nothing was erased. Add --yes" in result.output
    assert len(left(db)) == 4


def test_erase_what_is_too_old(commands: FlaskCliRunner, environment: dict[str, str], db: Database) -> None:
    result = run(commands, environment, "--older-than", "90", "--yes")
    assert "Erased: 2 messages, 0 calls" in result.output
    assert left(db) == [f"{NUMBER}-0", f"{OTHER}-0"]
    (entry,) = audit.list_entries(db, AuditFilter(action="erased what is too old"), limit=9)
    assert (entry.user_name, entry.details["messages"]) == ("Command line", 2)


def test_erase_one_number_and_leave_no_trace_of_it(
    commands: FlaskCliRunner, environment: dict[str, str], db: Database
) -> None:
    db.execute("UPDATE messages SET created_at = '2025-01-01T00:00:00.000000Z'")
    db.conn.commit()
    result = run(commands, environment, "--number", "07400 123411")
    assert "Of that number: 2 messages" in result.output
    assert "Nothing was erased" in result.output
    result = run(commands, environment, "--number", "+44 7400 123411", "--yes")
    assert "Erased. Counts, statuses, dates and credits stay." in result.output
    assert NUMBER not in result.output
    assert left(db) == [f"{OTHER}-0", f"{OTHER}-365"]
    db.execute("UPDATE messages SET message_id = id WHERE content = ''")
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert NUMBER.encode() not in Path(environment["TEXTDESK_DATABASE"]).read_bytes()


def test_erase_says_what_is_left_for_later_and_that_an_opt_out_stays(
    commands: FlaskCliRunner, environment: dict[str, str], db: Database
) -> None:
    optouts.add_opt_out(db, NUMBER, who="ada", source=OptOutSource.STAFF, now=datetime.now(UTC))
    result = run(commands, environment, "--number", NUMBER, "--yes")
    assert "It has opted out. It stays on that list" in result.output
    assert "Erased what is settled." in result.output
    assert "texts of the last three days" in result.output
    assert left(db) == [f"{NUMBER}-0", f"{OTHER}-0", f"{OTHER}-365"]
    assert optouts.is_opted_out(db, NUMBER)


@pytest.mark.parametrize(
    "words",
    [(), ("--older-than", "90", "--number", NUMBER), ("--older-than", "7"), ("--number", "0161 496 0000")],
)
def test_erase_refuses_what_nobody_can_mean(
    commands: FlaskCliRunner, environment: dict[str, str], db: Database, words: tuple[str, ...]
) -> None:
    result = run(commands, environment, *words, "--yes")
    assert result.exit_code != 0
    assert "Error: " in result.stderr
    assert len(left(db)) == 4
