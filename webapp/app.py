"""Wiring: the one place where rooms, areas and extensions are put together."""

from flask import Flask
from flask_bootstrap import Bootstrap5
from jinja2 import StrictUndefined

from webapp import account, auth, batches, compose, failed, home, inbox, messages, scheduled, webhooks
from webapp.config import ROOT, Settings
from webapp.services.token_source import TokenSource
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.transport import Timeouts, Transport
from webapp.store.connection import open_database
from webapp.store.local_days import keep_days_of
from webapp.store.migrating import migrate
from webapp.store.sealed import Keyring
from webapp.web import (
    assets,
    context,
    errors,
    filters,
    remembered,
    remembered_fields,
    request_log,
    security,
    seen,
    shell,
)
from webapp.web import auth as web_auth
from webapp.web.application import Textdesk
from webapp.web.context import Desk

AREAS = (auth, home, compose, batches, scheduled, inbox, failed, messages, account, webhooks)


def create_app(settings: Settings, *, provider: SmsWorks | None = None) -> Flask:
    """A Textdesk ready to serve; `provider` replaces the client that the settings describe."""
    app = Textdesk(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True)
    app.jinja_env.undefined = StrictUndefined
    Bootstrap5(app)
    # First in, last out: what it logs is the answer as it leaves.
    request_log.init_app(app)
    security.init_app(app, settings)
    context.init_app(app, Desk(settings, provider or create_client(settings)))
    for part in (remembered, remembered_fields, assets, web_auth, errors, filters, shell, seen):
        part.init_app(app)
    for area in AREAS:
        app.register_blueprint(area.blueprint)
    # A global, not an import at the top of each page: fragments are rendered without that top.
    app.jinja_env.globals["ui"] = app.jinja_env.get_template("ui/all.html").module
    create_database(settings)
    return app


def create_client(settings: Settings) -> SmsWorks:
    """The provider's client as the settings describe it."""
    seconds = settings.provider_timeout_seconds
    timeouts = Timeouts(connect=min(5, seconds), read=seconds * 2 / 3, total=seconds)
    token = TokenSource(
        database=settings.database,
        keyring=Keyring(settings.secret_key, settings.old_secret_keys),
        environment_token=settings.smsworks_token,
    )
    transport = Transport(
        base_url=settings.smsworks_url, token=token, newest_token=token.newest, timeouts=timeouts
    )
    return SmsWorks(transport=transport)


def create_database(settings: Settings) -> None:
    """Make the database, or bring it up to date."""
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    db = open_database(settings.database, create=True)
    migrate(db)
    keep_days_of(db, settings.timezone)
    db.close()
