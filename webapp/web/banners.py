"""What stands on top of every page until it has been put right."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from flask import request, url_for

from webapp.messaging.schedule import format_local
from webapp.messaging.words import format_credits
from webapp.smsworks.errors import BadCredentials
from webapp.store import provider_tokens, readings
from webapp.store.organisation import read_organisation
from webapp.store.readings import Reading
from webapp.store.standing import Standing
from webapp.store.users import Role, User
from webapp.web.context import database, settings

WORKER_STOPPED = "Textdesk’s background program has stopped"
WORK_THAT_WAITS = "no replies are fetched, batches wait and statuses stand still."
START_WORKER = "Start it again on the server, with the command: flask --app wsgi worker"
TELL_ADMINISTRATOR = "Tell your administrator"
NOT_CONNECTED = "Textdesk is not connected to the SMS provider yet: nothing can be sent or received."
NOT_ACCEPTED = "The SMS provider does not accept Textdesk’s token: nothing can be sent or received."
ANOTHER_CUSTOMER = (
    "The token in use is of customer {}, but the texts here are of customer {}: two accounts are being mixed."
)

RESTORED = "The record was put back from a back-up of {}"
AFTER_RESTORE = (
    "Nothing is sent until Textdesk has looked through the replies since then, and what was being sent is "
    "looked up first."
)


class Alert(NamedTuple):
    """One alert above a page: `text`, what `more` there is to say, and with a `url` a link there."""

    tone: str
    text: str
    label: str = ""
    url: str = ""
    more: str = ""


def standing_alerts(user: User, standing: Standing) -> tuple[Alert, ...]:
    restored = _about_restore(standing.restored_from)
    return (
        *_about_token(user, standing),
        *_about_worker(user, standing),
        *restored,
        *_about_credits(standing),
    )


def words_about_worker(user: User) -> str:
    """What stands still while no worker runs, and what whoever reads it can do."""
    return f"{WORKER_STOPPED}: {WORK_THAT_WAITS} {_who_starts_it(user)}"


def _who_starts_it(user: User) -> str:
    return START_WORKER if user.role is Role.ADMIN else TELL_ADMINISTRATOR


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
    return words_about_low(reading, read_organisation(database()).low_credits)


def words_about_low(reading: Reading | None, least: Decimal) -> str:
    """The same, with the number of credits below which everybody is told."""
    if reading is None or reading.credits >= least:
        return ""
    return f"Credits are low: {format_credits(reading.credits)} left, fewer than {format_credits(least)}."


def _about_restore(backup_at: datetime | None) -> tuple[Alert, ...]:
    """Until the replies since the copy have been looked through: a STOP may be among them."""
    if backup_at is None:
        return ()
    when = format_local(backup_at, settings().timezone)
    return (Alert("attention", RESTORED.format(when), more=AFTER_RESTORE),)


def _about_worker(user: User, standing: Standing) -> tuple[Alert, ...]:
    """Not on Home, where the same stands among what needs a person, and comes and goes with the polls."""
    if standing.worker_is_running or request.endpoint == "home.index":
        return ()
    more = f"{WORK_THAT_WAITS.capitalize()} {_who_starts_it(user)}."
    return (Alert("bad", WORKER_STOPPED, more=more),)


def _about_credits(standing: Standing) -> tuple[Alert, ...]:
    """Not where the same stands among what needs a person, or with how long they last."""
    words = words_about_low(standing.credits, standing.low_credits)
    if not words or request.endpoint in ("home.index", "account.index"):
        return ()
    return (Alert("attention", words, "See how long they last", url_for("account.index")),)


def _about_token(user: User, standing: Standing) -> tuple[Alert, ...]:
    is_home = request.endpoint == "home.index"
    if not (standing.has_token or settings().smsworks_token):
        return () if is_home else (_connect(NOT_CONNECTED, user),)
    if standing.provider_code == BadCredentials.own_code:
        return () if is_home else (_connect(NOT_ACCEPTED, user),)
    if standing.other_customer:
        of_record = provider_tokens.known_customer(database())
        words = ANOTHER_CUSTOMER.format(standing.other_customer, of_record)
        return (_connect(words, user, label="Enter a token, or say there that this is meant"),)
    return ()


def _connect(text: str, user: User, *, label: str = "Enter the provider’s token") -> Alert:
    if user.role is Role.ADMIN:
        return Alert("bad", text, label, url_for("account.connection"))
    return Alert("bad", f"{text} {TELL_ADMINISTRATOR}.")
