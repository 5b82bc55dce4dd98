"""What a request works with: its settings, its database connection and the provider's client."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g
from sqlite_utils import Database

from webapp.config import Settings
from webapp.smsworks.client import SmsWorks
from webapp.store.connection import open_database
from webapp.store.sealed import Keyring

EXTENSION = "textdesk"


@dataclass(frozen=True, slots=True)
class Desk:
    """What one running Textdesk consists of."""

    settings: Settings
    provider: SmsWorks


def init_app(app: Flask, desk: Desk) -> None:
    app.extensions[EXTENSION] = desk
    app.teardown_appcontext(_close_database)


def settings() -> Settings:
    return _desk().settings


def provider() -> SmsWorks:
    """The provider's client, to be handed to a service."""
    return _desk().provider


def keyring() -> Keyring:
    """What seals secrets for the record, and unseals them."""
    return Keyring(settings().secret_key, settings().old_secret_keys)


def database() -> Database:
    """This request's connection to the record; it is closed when the request ends."""
    if "database" not in g:
        g.database = open_database(settings().database)
    return cast(Database, g.database)


def _desk() -> Desk:
    return cast(Desk, current_app.extensions[EXTENSION])


def _close_database(_error: BaseException | None) -> None:
    opened: Database | None = g.pop("database", None)
    if opened is not None:
        opened.close()
