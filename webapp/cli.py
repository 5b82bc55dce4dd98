"""The `flask --app wsgi ...` commands."""

import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask, Response, current_app
from flask.cli import AppGroup

from webapp import demo, sandbox
from webapp.app import create_app, create_client
from webapp.checks import check_installation
from webapp.cli_audit import audit_group
from webapp.cli_backup import run_backup, run_restore
from webapp.cli_erasing import run_erase
from webapp.cli_setup import open_record, usable_settings
from webapp.cli_users import users_group
from webapp.config import INSTANCE, SettingsError, read_settings
from webapp.messaging.words import plural
from webapp.store import audit
from webapp.store.connection import RecordError
from webapp.store.sealed import Keyring, reseal_all
from webapp.worker import Worker, run_until_signalled

secrets_group = AppGroup("secrets", help="Look after the secrets on the record.")


def create_app_or_commands(environment: Mapping[str, str]) -> Flask:
    """Textdesk as the environment describes it.

    Under the flask command a wrong environment or a damaged record still gives an app with the commands: some
    of them (check, restore, demo) are for just that. It answers every page with what is wrong.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        app = create_app(read_settings(environment))
    except (SettingsError, RecordError) as error:
        if environment.get("FLASK_RUN_FROM_CLI") != "true":
            raise
        app = _create_explaining_app(error)
    add_commands(app)
    return app


def add_commands(app: Flask) -> None:
    programs = (run_check, run_worker, run_sandbox, run_demo, run_backup, run_restore, run_erase)
    for command in (*programs, users_group, secrets_group, audit_group):
        app.cli.add_command(command)


def _create_explaining_app(error: SettingsError | RecordError) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.before_request(lambda: Response(str(error), status=503, mimetype="text/plain"))
    if isinstance(error, SettingsError):
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
