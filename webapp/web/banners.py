"""What stands on top of every page until it has been put right."""

from datetime import UTC, datetime
from typing import NamedTuple

from flask import request, url_for

from webapp.messaging.schedule import format_local
from webapp.messaging.words import format_credits
from webapp.smsworks.errors import BadCredentials
from webapp.store import provider_tokens, readings, restores
from webapp.store.organisation import read_organisation
from webapp.store.readings import Reading
from webapp.store.users import Role, User
from webapp.web.context import database, settings

WORKER_STOPPED = (
    "Textdesk's background program has stopped: statuses and retries wait. Tell your administrator."
)
NOT_CONNECTED = "Textdesk is not connected to the SMS provider yet: nothing can be sent or received."
NOT_ACCEPTED = "The SMS provider does not accept Textdesk's token: nothing can be sent or received."
ANOTHER_CUSTOMER = (
    "The token in use is of customer {}, but the texts here are of customer {}: two accounts are being mixed."
)

RESTORED = (
    "The record was put back from a back-up of {}. Nothing is sent until Textdesk has looked through the "
    "replies since then, and what was being sent is looked up first."
)


class Alert(NamedTuple):
    """One alert above a page; with a `url` it ends with a link there."""

    tone: str
    text: str
    label: str = ""
    url: str = ""


def standing_alerts(user: User, low_credits: str) -> tuple[Alert, ...]:
    """`low_credits`: what `words_about_credits` said."""
    stopped = () if worker_is_running() else (Alert("attention", WORKER_STOPPED),)
    return (*_about_token(user), *stopped, *_about_restore(), *_about_credits(low_credits))


def worker_is_running() -> bool:
    """Whether any worker has given a sign of life lately."""
    return readings.worker_is_running(database(), now=datetime.now(UTC))


def is_connected() -> bool:
    """Whether there is any token for the provider, good or not."""
    return provider_tokens.has_token(database(), environment_token=settings().smsworks_token)


def words_about_credits(reading: Reading | None) -> str:
    """That credits are running out; empty while they are not, or nobody has asked the provider."""
    if reading is None:
        return ""
    least = read_organisation(database()).low_credits
    if reading.credits >= least:
        return ""
    return f"Credits are low: {format_credits(reading.credits)} left, fewer than {format_credits(least)}."


def _about_restore() -> tuple[Alert, ...]:
    """Until the replies since the copy have been looked through: a STOP may be among them."""
    restore = restores.last_restore(database())
    if restore is None or restore.swept_at is not None:
        return ()
    return (Alert("attention", RESTORED.format(format_local(restore.backup_at, settings().timezone))),)


def _about_credits(words: str) -> tuple[Alert, ...]:
    """Not where the same stands among what needs a person, or with how long they last."""
    if not words or request.endpoint in ("home.index", "account.index"):
        return ()
    return (Alert("attention", words, "See how long they last", url_for("account.index")),)


def _about_token(user: User) -> tuple[Alert, ...]:
    if not is_connected():
        return (_connect(NOT_CONNECTED, user),)
    heard = readings.last_heartbeat(database(), readings.PROVIDER)
    if heard is not None and heard.code == BadCredentials.own_code:
        return (_connect(NOT_ACCEPTED, user),)
    compared = readings.last_heartbeat(database(), readings.CUSTOMER)
    if compared is not None and compared.detail:
        of_record = provider_tokens.known_customer(database())
        words = ANOTHER_CUSTOMER.format(compared.detail, of_record)
        return (_connect(words, user, label="Enter a token, or say there that this is meant"),)
    return ()


def _connect(text: str, user: User, *, label: str = "Enter the provider’s token") -> Alert:
    if user.role is Role.ADMIN:
        return Alert("bad", text, label, url_for("account.connection"))
    return Alert("bad", f"{text} Tell your administrator.")
