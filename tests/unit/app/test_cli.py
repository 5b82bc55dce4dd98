"""The commands an operator relies on, run as an operator runs them."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from tests.faults.processes import Program, errors_beside, run_flask_with_errors_apart
from webapp.app import create_app
from webapp.cli import add_commands
from webapp.config import ROOT, Settings
from webapp.store import audit, password_links, provider_tokens, users
from webapp.store.connection import open_database
from webapp.store.provider_tokens import TokenOrigin
from webapp.store.sealed import Keyring
from webapp.store.users import NO_PASSWORD, Role


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "TEXTDESK_SECRET_KEY": "k" * 48,
        "TEXTDESK_DATABASE": str(tmp_path / "textdesk.db"),
        "TEXTDESK_SMSWORKS_URL": "http://127.0.0.1:9/v1",
    }


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> "Run":
    return Run(environment, tmp_path)


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> FlaskCliRunner:
    """The same commands in this process: starting a program takes longer than what they do."""
    database = tmp_path_factory.mktemp("commands") / "textdesk.db"
    app = create_app(Settings(secret_key="k" * 48, database=database))
    add_commands(app)
    return app.test_cli_runner()


@dataclass(frozen=True, slots=True)
class Result:
    returncode: int
    stdout: str
    stderr: str


class Run:
    """`flask --app wsgi ...` in a clean environment, as a fork of a program that has everything imported."""

    def __init__(self, environment: dict[str, str], directory: Path) -> None:
        self.environment = environment
        self._directory = directory

    def __call__(self, *words: str, **changes: str) -> Result:
        said = self._directory / "said"
        said.write_text("")
        program = Program(words, {**self.environment, **changes}, said, run=run_flask_with_errors_apart)
        return Result(program.run_to_end(), said.read_text(), errors_beside(said).read_text())


def start(words: Sequence[str], environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """A Python of its own, which takes longer than what it does."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TEXTDESK_")}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_check_names_everything_that_is_missing_at_once(run: Run) -> None:
    result = run("check", TEXTDESK_SECRET_KEY="", TEXTDESK_TIMEZONE="Mars/Olympus")
    assert result.returncode == 1
    assert "TEXTDESK_SECRET_KEY" in result.stdout
    assert "TEXTDESK_TIMEZONE" in result.stdout


def test_check_on_a_fresh_machine_says_what_to_do(environment: dict[str, str]) -> None:
    result = start(["-m", "flask", "--app", "wsgi", "check"], environment)
    assert result.returncode == 1
    assert "ok    configuration" in result.stdout
    assert "FAIL  provider: no token yet" in result.stdout
    assert "FAIL  sender IDs: none yet" in result.stdout
    assert "users add NAME --role admin" in result.stdout
    assert "FAIL  worker" in result.stdout


def test_check_says_that_the_provider_cannot_be_reached(run: Run) -> None:
    result = run("check", TEXTDESK_SMSWORKS_TOKEN="JWT a.b.c")
    assert "FAIL  provider" in result.stdout
    assert "a.b.c" not in result.stdout + result.stderr


def test_staff_are_added_listed_and_disabled(
    run: Run, commands: FlaskCliRunner, environment: dict[str, str]
) -> None:
    def status(*words: str) -> int:
        return commands.invoke(args=words, env=environment).exit_code

    assert run("users", "add", "ada", "--role", "admin", "--password", "long enough").returncode == 0
    assert status("users", "add", "ADA", "--password", "long enough") == 1
    assert status("users", "set-password", "ada", "--password", "long enough too") == 0
    assert status("users", "disable", "ada") == 0
    assert run("users", "list").stdout == "ada\tadmin\tdisabled\n"
    assert status("users", "link", "ada") == 1
    assert status("users", "enable", "ada") == 0
    assert status("users", "set-role", "ada", "viewer") == 0
    assert run("users", "list").stdout == "ada\tviewer\tactive\n"
    assert status("users", "set-role", "ada", "owner") == 2


def test_a_locked_out_admin_gets_a_link_that_works(
    commands: FlaskCliRunner, environment: dict[str, str]
) -> None:
    def run(*words: str) -> str:
        return commands.invoke(args=words, env=environment).stdout

    run("users", "add", "ada", "--role", "admin", "--password", "long enough")
    token = run("users", "link", "ada").strip().rpartition("/set-password/")[2]
    with closing(open_database(environment["TEXTDESK_DATABASE"])) as db:
        found = password_links.find_by_link(db, token, now=datetime.now(UTC))
        assert found is not None
        assert found.name == "ada"
        [_, entry] = audit.list_about(db, str(found.id))
        assert (entry.user_name, entry.action) == (audit.COMMAND_LINE, "made a link to set a password")


@pytest.mark.parametrize(
    "words",
    [
        ("users", "add", "sam", "--password", "short"),
        ("users", "disable", "nobody"),
        ("users", "set-password", "nobody", "--password", "long enough"),
        ("users", "enable", "nobody"),
        ("users", "set-role", "nobody", "admin"),
        ("users", "link", "nobody"),
        ("users", "add", "\t", "--password", "long enough"),
        ("users", "add", "n" * 101, "--password", "long enough"),
        ("users", "add", "sam", "--password", "p" * 257),
    ],
)
def test_a_command_that_cannot_be_done_says_so(
    commands: FlaskCliRunner, environment: dict[str, str], words: tuple[str, ...]
) -> None:
    result = commands.invoke(args=words, env=environment)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith("Error: ")


def test_a_web_server_does_not_start_on_wrong_settings(environment: dict[str, str]) -> None:
    wrong = {**environment, "TEXTDESK_SECRET_KEY": "", "TEXTDESK_COUNTRY": "England"}
    result = start(["-c", "import wsgi"], wrong)
    assert result.returncode == 1
    assert "TEXTDESK_SECRET_KEY" in result.stderr
    assert "TEXTDESK_COUNTRY" in result.stderr


def test_check_does_not_count_an_admin_who_has_never_set_a_password(
    run: Run, commands: FlaskCliRunner, environment: dict[str, str]
) -> None:
    commands.invoke(args=["users", "list"], env=environment)
    with closing(open_database(environment["TEXTDESK_DATABASE"])) as db:
        users.add_user(db, name="ada", role=Role.ADMIN, password_hash=NO_PASSWORD, now=datetime.now(UTC))
    assert "no admin yet who can sign in" in run("check").stdout


def test_check_says_that_others_can_read_the_record(run: Run, tmp_path: Path) -> None:
    assert "read by nobody else" in run("check").stdout
    (tmp_path / "textdesk.db").chmod(0o644)
    result = run("check")
    assert "FAIL  database" in result.stdout
    assert "chmod o-rwx" in result.stdout


def test_the_demo_does_not_pass_another_program_off_as_itself(run: Run, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = run("demo", "--port", port, "--sandbox-port", "1", "--data", str(tmp_path / "demo"))
    assert result.returncode == 1
    assert port in result.stderr
    assert "Ready" not in result.stdout


def test_the_key_can_be_changed_and_the_old_one_thrown_away(run: Run, tmp_path: Path) -> None:
    old, new = "k" * 48, "n" * 48
    assert run("users", "list").returncode == 0
    with closing(open_database(tmp_path / "textdesk.db")) as db:
        candidate = provider_tokens.add_candidate(
            db,
            sealed_token=Keyring(old).seal("JWT a.b.c"),
            origin=TokenOrigin.PASTED,
            entered_by="ada",
            now=datetime.now(UTC),
        )
        provider_tokens.record_accepted(db, candidate.ref, customer_id="c")
        provider_tokens.adopt_candidate(db, candidate.ref, now=datetime.now(UTC))
        assert "cannot be read" in run("check", TEXTDESK_SECRET_KEY=new).stdout
        assert run("secrets", "rotate", TEXTDESK_SECRET_KEY=new).returncode == 1
        done = run("secrets", "rotate", TEXTDESK_SECRET_KEY=new, TEXTDESK_OLD_SECRET_KEYS=old)
        assert done.returncode == 0
        assert done.stdout == "1 secret sealed with TEXTDESK_SECRET_KEY.\n"
        stored = provider_tokens.token_in_use(db)
        assert stored is not None
        assert Keyring(new).unseal(stored.sealed_token) == "JWT a.b.c"
