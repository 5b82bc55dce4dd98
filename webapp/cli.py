"""The `flask --app wsgi ...` commands."""

import logging
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask, Response, current_app
from flask.cli import AppGroup
from sqlite_utils import Database

from webapp import demo, sandbox
from webapp.app import create_app, create_client
from webapp.checks import check_installation
from webapp.cli_audit import audit_group
from webapp.cli_setup import open_record, usable_settings
from webapp.config import INSTANCE, PasswordCost, SettingsError, read_settings
from webapp.messaging.words import plural
from webapp.store import audit, users
from webapp.store.sealed import Keyring, reseal_all
from webapp.store.users import LONGEST_NAME, NameTaken, Role, User
from webapp.web.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password
from webapp.worker import Worker, run_until_signalled

users_group = AppGroup("users", help="Add, list and disable staff, and set their passwords.")
secrets_group = AppGroup("secrets", help="Look after the secrets on the record.")


def create_app_or_commands(environment: Mapping[str, str]) -> Flask:
    """Textdesk as the environment describes it.

    Under the flask command a wrong environment still gives an app with the commands, since some of them
    (check, sandbox, demo) are for machines that are not set up; it answers every page with what is wrong.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        app = create_app(read_settings(environment))
    except SettingsError as error:
        if environment.get("FLASK_RUN_FROM_CLI") != "true":
            raise
        app = _create_explaining_app(error)
    add_commands(app)
    return app


def add_commands(app: Flask) -> None:
    for command in (run_check, run_worker, run_sandbox, run_demo, users_group, secrets_group, audit_group):
        app.cli.add_command(command)


def _create_explaining_app(error: SettingsError) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.before_request(lambda: Response(str(error), status=503, mimetype="text/plain"))
    app.extensions["settings_error"] = error
    return app


@click.command("check", help="Say whether configuration, database, provider and worker are well.")
def run_check() -> None:
    error: SettingsError | None = current_app.extensions.get("settings_error")
    findings = check_installation(error or read_settings(os.environ))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_well else 'FAIL'}  {finding.what}: {finding.words}")
    if not all(finding.is_well for finding in findings):
        raise SystemExit(1)


@click.command("worker", help="Run the background work until Ctrl-C or SIGTERM.")
def run_worker() -> None:
    settings = usable_settings()
    click.echo("worker: started")
    run_until_signalled(Worker(settings, create_client(settings)))
    click.echo("worker: stopped")


@click.command("sandbox", help="Run the stand-in provider on this machine, for trying things out.")
@click.option("--port", default=8001, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=INSTANCE / "sandbox.db", show_default=True)
def run_sandbox(port: int, data: Path) -> None:
    data.parent.mkdir(parents=True, exist_ok=True)
    sandbox.serve(host="127.0.0.1", port=port, database=data)


@click.command("demo", help="Run sandbox, worker and web with demo staff, all in instance/demo.")
@click.option("--port", default=8000, show_default=True)
@click.option("--sandbox-port", default=8001, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=INSTANCE / "demo", show_default=True)
def run_demo(port: int, sandbox_port: int, data: Path) -> None:
    raise SystemExit(demo.run(port=port, sandbox_port=sandbox_port, data=data))


@secrets_group.command(
    "rotate", help="Seal every secret on the record with TEXTDESK_SECRET_KEY as it is now."
)
def rotate_secrets() -> None:
    settings = usable_settings()
    db = open_record()
    done = reseal_all(db, Keyring(settings.secret_key, settings.old_secret_keys))
    audit.record_command(db, "sealed the secrets anew", now=datetime.now(UTC), secrets=done.resealed)
    click.echo(f"{plural(done.resealed, 'secret')} sealed with TEXTDESK_SECRET_KEY.")
    if done.unreadable:
        raise click.ClickException(
            f"{plural(len(done.unreadable), 'secret')} cannot be read with any key in TEXTDESK_SECRET_KEY "
            f"and TEXTDESK_OLD_SECRET_KEYS, in {', '.join(sorted(set(done.unreadable)))}. "
            "Add the key they were sealed with and run this again, or enter them anew on the pages."
        )


def _password_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)(command)


@users_group.command("add", help="Add a member of staff.")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.VIEWER.value)
@_password_option
def add_user(name: str, role: str, password: str) -> None:
    name, db = name.strip(), open_record()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise click.ClickException(f"A name must have 1 to {LONGEST_NAME} letters that can be printed.")
    try:
        user = users.add_user(
            db, name=name, role=Role(role), password_hash=_hash(password), now=datetime.now(UTC)
        )
    except NameTaken as error:
        raise click.ClickException(f"There is a member of staff called {name} already.") from error
    _record(db, "added a member of staff", user, role=role)
    click.echo(f"Added {name} ({role}).")


@users_group.command("list", help="List the staff.")
def list_users() -> None:
    for user in users.list_users(open_record()):
        click.echo(f"{user.name}\t{user.role}\t{'disabled' if user.disabled_at else 'active'}")


@users_group.command("disable", help="Stop someone from signing in, at once.")
@click.argument("name")
def disable_user(name: str) -> None:
    db = open_record()
    user = _find_user(db, name)
    users.disable_user(db, user.id, now=datetime.now(UTC))
    _record(db, "disabled a member of staff", user)
    click.echo(f"Disabled {name}.")


@users_group.command("set-password", help="Give someone a new password and sign them out everywhere.")
@click.argument("name")
@_password_option
def set_password(name: str, password: str) -> None:
    db = open_record()
    user = _find_user(db, name)
    users.set_password(db, user.id, password_hash=_hash(password), now=datetime.now(UTC))
    _record(db, "set a password", user)
    click.echo(f"{name} has a new password and may sign in with it at once.")


def _record(db: Database, action: str, user: User, **details: object) -> None:
    about = {"name": user.name, **details}
    audit.record_command(db, action, str(user.id), now=datetime.now(UTC), **about)


def _find_user(db: Database, name: str) -> User:
    user = users.find_user(db, name)
    if user is None:
        raise click.ClickException(f"Nobody on the staff is called {name}.")
    return user


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise click.ClickException(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    return hash_password(password, cost=PasswordCost())
