"""What a request works with: its settings, its database connection and the provider's client."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from flask import Flask, current_app, g
from sqlite_utils import Database

from webapp.config import Settings
from webapp.smsworks.client import SmsWorks
from webapp.store.pool import Pool
from webapp.store.sealed import Keyring

EXTENSION = "textdesk"


@dataclass(frozen=True)
class Desk:
    """What one running Textdesk consists of."""

    settings: Settings
    provider: SmsWorks

    @cached_property
    def pool(self) -> Pool:
        """Connections to the record."""
        return Pool(self.settings.database)


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
    """This request's connection to the record, its own until it ends."""
    if "database" not in g:
        g.pool = _desk().pool
        g.database = g.pool.borrow()
    return cast(Database, g.database)


def _desk() -> Desk:
    return cast(Desk, current_app.extensions[EXTENSION])


def _close_database(_error: BaseException | None) -> None:
    opened: Database | None = g.pop("database", None)
    if opened is not None:
        g.pop("pool").give_back(opened)
