"""`flask --app wsgi backup` and `restore`: a copy of the record, and putting one in its place."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlite_utils import Database

from webapp.cli_setup import open_record, usable_settings
from webapp.messaging.words import plural
from webapp.store import audit, batches, calls
from webapp.store.backups import CannotRestore, restore_backup, write_backup
from webapp.store.batches import BatchState
from webapp.store.restores import last_restore

BYTES_A_MEGABYTE = 1_000_000


@click.command("backup", help="Copy the record to FILE while everything goes on.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def run_backup(file: Path) -> None:
    now = datetime.now(UTC)
    with closing(open_record()) as db:
        audit.record_command(db, "made a back-up", now=now)
        try:
            write_backup(db, file, now=now)
        except FileExistsError as error:
            raise click.ClickException(f"{file} is there already, and is not overwritten.") from error
        except (OSError, sqlite3.Error) as error:
            raise click.ClickException(f"No back-up was made: {error}.") from error
    click.echo(f"{file}: {file.stat().st_size / BYTES_A_MEGABYTE:,.1f} MB, as of {_words(now)}.")
    click.echo(_what_else())


def _what_else() -> str:
    settings = usable_settings()
    lists = len(list(settings.uploads.glob("*"))) if settings.uploads.is_dir() else 0
    waiting = f", and {settings.uploads} ({plural(lists, 'list')} not sent yet)" if lists else ""
    return (
        f"Keep beside it: TEXTDESK_SECRET_KEY and the other settings{waiting}. Without that key "
        "the secrets on the record, such as the provider's token, cannot be read."
    )


@click.command("restore", help="Put the copy FILE in the place of the record; stop web and worker first.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def run_restore(file: Path) -> None:
    database, now = usable_settings().database, datetime.now(UTC)
    database.parent.mkdir(parents=True, exist_ok=True)
    try:
        aside = restore_backup(file, database, now=now)
    except (CannotRestore, OSError) as error:
        raise click.ClickException(str(error)) from error
    with closing(open_record()) as db:
        restore = last_restore(db)
        assert restore is not None  # noqa: S101 - opening what was just put there prepares it
        audit.record_command(
            db, "restored the record", now=now, backup_of=f"{restore.backup_at:%Y-%m-%d %H:%M:%S} UTC"
        )
        click.echo(f"The record is as it was at {_words(restore.backup_at)}.")
        if aside:
            click.echo(f"What was there before is kept: {aside}")
        for line in _what_now(db):
            click.echo(line)


def _what_now(db: Database) -> list[str]:
    unknown = calls.count_unknown(db)
    paused = batches.list_in_state(db, BatchState.PAUSED)
    lines = [
        "Start the worker, then the web application. Nothing is sent before the replies that came in since "
        "are looked through, which the worker does first.",
        f"{plural(unknown, 'call')} may have been made meanwhile: looked up before it could be made again.",
    ]
    if paused:
        lines.append(f"Paused until somebody has looked: {', '.join(batch.name for batch in paused)}.")
    lines.append(
        "What staff did since is not known any more: opt-outs they added, people they disabled, settings, "
        "read marks, and what was erased on request. Texts that went are read from the provider's log. "
        "Everybody has to sign in again."
    )
    return lines


def _words(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
