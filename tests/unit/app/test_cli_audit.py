from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from tests.conftest import SECRET_KEY
from webapp.app import create_app
from webapp.cli import add_commands
from webapp.config import Settings
from webapp.store.audit_chain import read_head
from webapp.store.connection import open_database, write


@pytest.fixture
def record(tmp_path: Path, staffed_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "textdesk.db"
    path.write_bytes(staffed_database.read_bytes())
    monkeypatch.setenv("TEXTDESK_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("TEXTDESK_DATABASE", str(path))
    return path


@pytest.fixture
def commands(record: Path) -> FlaskCliRunner:
    app = create_app(Settings(secret_key=SECRET_KEY, database=record))
    add_commands(app)
    return app.test_cli_runner()


def test_a_whole_trail_is_said_to_be_whole(commands: FlaskCliRunner, record: Path) -> None:
    commands.invoke(args=["users", "disable", "vic"])
    head = read_head(open_database(record))
    done = commands.invoke(args=["audit", "verify"])
    assert done.exit_code == 0
    assert f"1 entry, chain intact, last {head.hash}, last at " in done.output
    assert "--expect" in done.output
    assert commands.invoke(args=["audit", "verify", "--expect", head.hash.upper()]).exit_code == 0


def test_a_changed_entry_is_named(commands: FlaskCliRunner, record: Path) -> None:
    commands.invoke(args=["users", "disable", "vic"])
    commands.invoke(args=["users", "disable", "sam"])
    db = open_database(record)
    write(db, "DROP TRIGGER audit_is_never_changed")
    write(db, "UPDATE audit SET subject = '1' WHERE id = 2")
    done = commands.invoke(args=["audit", "verify"])
    assert done.exit_code == 1
    assert "entry 2, at " in done.output
    assert "The 1 entry before it fit" in done.output


def test_a_hash_that_is_not_there_shows_a_cut_off_end(commands: FlaskCliRunner) -> None:
    done = commands.invoke(args=["audit", "verify", "--expect", "0" * 64])
    assert done.exit_code == 1
    assert "cut off at the end" in done.output
