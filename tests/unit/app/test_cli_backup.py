from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from tests.conftest import SECRET_KEY
from webapp.app import create_app
from webapp.cli import add_commands, create_app_or_commands
from webapp.config import Settings
from webapp.store import audit
from webapp.store.audit import AuditFilter
from webapp.store.audit_chain import verify
from webapp.store.connection import open_database, write


@pytest.fixture
def record(tmp_path: Path, staffed_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "textdesk.db"
    path.write_bytes(staffed_database.read_bytes())
    monkeypatch.setenv("TEXTDESK_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("TEXTDESK_DATABASE", str(path))
    return path


@pytest.fixture
def commands(record: Path) -> Iterator[FlaskCliRunner]:
    app = create_app(Settings(secret_key=SECRET_KEY, database=record))
    add_commands(app)
    with app.app_context():
        yield app.test_cli_runner()


def test_a_backup_says_what_else_to_keep(commands: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "a.upload").touch()
    done = commands.invoke(args=["backup", str(tmp_path / "copy.db")])
    assert done.exit_code == 0, done.output
    assert "TEXTDESK_SECRET_KEY" in done.output
    assert "1 list not sent yet" in done.output


def test_a_backup_never_takes_the_place_of_another_file(commands: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    done = commands.invoke(args=["backup", str(tmp_path / "copy.db")])
    assert done.exit_code == 1
    assert "is there already" in done.output
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_backup_that_cannot_be_written_says_so(commands: FlaskCliRunner, tmp_path: Path) -> None:
    done = commands.invoke(args=["backup", str(tmp_path / "no-such-folder" / "copy.db")])
    assert done.exit_code == 1
    assert "No back-up was made" in done.output


def test_a_restore_says_from_when_it_is_and_what_now(
    commands: FlaskCliRunner, record: Path, tmp_path: Path
) -> None:
    commands.invoke(args=["backup", str(tmp_path / "copy.db")])
    with closing(open_database(record)) as db:
        write(db, "UPDATE users SET role = 'admin' WHERE name = 'vic'")
    done = commands.invoke(args=["restore", str(tmp_path / "copy.db")])
    assert done.exit_code == 0, done.output
    assert "The record is as it was at " in done.output
    assert "Start the worker" in done.output
    assert "vic\tviewer" in commands.invoke(args=["users", "list"]).output
    db = open_database(record)
    actions = [entry.action for entry in audit.list_entries(db, AuditFilter(), limit=9)]
    assert actions == ["restored the record", "made a back-up"]
    assert verify(db).problem is None
    assert len(list(tmp_path.glob("textdesk.db.until-*"))) == 1


def test_check_says_that_a_restored_record_waits(commands: FlaskCliRunner, tmp_path: Path) -> None:
    commands.invoke(args=["backup", str(tmp_path / "copy.db")])
    commands.invoke(args=["restore", str(tmp_path / "copy.db")])
    lines = commands.invoke(args=["check"]).output.splitlines()
    assert any(line.startswith("FAIL  restore: restored ") for line in lines)


def test_a_damaged_record_keeps_nobody_from_restoring(
    commands: FlaskCliRunner, record: Path, tmp_path: Path
) -> None:
    commands.invoke(args=["backup", str(tmp_path / "copy.db")])
    for ending in ("-wal", "-shm"):
        record.with_name(record.name + ending).unlink(missing_ok=True)
    record.write_bytes(b"scribbled over" * 1000)
    environment = {"TEXTDESK_SECRET_KEY": SECRET_KEY, "TEXTDESK_DATABASE": str(record)}
    app = create_app_or_commands({**environment, "FLASK_RUN_FROM_CLI": "true"})
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["restore", str(tmp_path / "copy.db")])
    assert done.exit_code == 0, done.output
    assert "ada" in commands.invoke(args=["users", "list"]).output
