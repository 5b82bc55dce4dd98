"""What every command needs first: settings that can be used, and the record."""

import os

import click
from flask import current_app
from sqlite_utils import Database

from webapp.config import Settings, SettingsError, read_settings
from webapp.store.connection import open_database
from webapp.store.migrating import migrate


def usable_settings() -> Settings:
    """Raises ClickException, naming everything that is wrong with the environment."""
    error: SettingsError | None = current_app.extensions.get("settings_error")
    if error is not None:
        raise click.ClickException(str(error))
    return read_settings(os.environ)


def open_record() -> Database:
    """The record, made or brought up to date if it has to be."""
    settings = usable_settings()
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    db = open_database(settings.database, create=True)
    migrate(db)
    return db
