"""How a new token of the provider takes the place of the one in use, without leaving anybody without.

A new one is a candidate, beside the one in use, until the provider has accepted it; whoever dies in between
leaves it on the record, where it can be tested again. A token fetched with key and secret ends the one before
it at the provider: that it is being asked for stands on the record first, and it is kept as soon as it comes.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from webapp.services.sync_credits import refresh_credits
from webapp.services.token_source import unseal_token
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.credentials import authorization_header
from webapp.smsworks.errors import BadCredentials, OutcomeUnknown, SmsWorksError
from webapp.store import leases, provider_tokens, readings
from webapp.store.provider_tokens import StoredToken, TokenOrigin
from webapp.store.sealed import Keyring

LEASE = "provider token"
LONGEST_CHANGE = timedelta(minutes=3)


class BeingChanged(Exception):
    """Another change is under way, or was broken off less than LONGEST_CHANGE ago: nothing was done."""

    message = (
        "The token is being changed at this moment, or a change was broken off. Nothing was done. "
        "Look again in three minutes."
    )


class NotTested(Exception):
    """The token is kept as a candidate, and not in use: the provider did not say whether it is good."""

    def __init__(self, error: SmsWorksError) -> None:
        self.error = error
        super().__init__()


@dataclass(frozen=True, slots=True)
class Trial:
    """A token that the provider accepted, whose it is, and whose the record was known to be before."""

    customer_id: str
    record_customer_id: str | None
    in_use: bool


def is_token(typed: str) -> bool:
    """Whether it could be one, in any form in which tokens are pasted."""
    try:
        authorization_header(typed)
    except BadCredentials:
        return False
    return True


def enter_token(db: Database, client: SmsWorks, keyring: Keyring, *, token: str, entered_by: str) -> Trial:
    """Take a token that somebody pasted, in any form; test it; use it if it is of the record's customer.

    Raises BadCredentials, and keeps nothing, for what is no token or is not accepted. Raises NotTested and
    BeingChanged.
    """
    header = authorization_header(token)
    sealed = keyring.seal(header)
    with _alone(db):
        _learn_customer(db, client)
        try:
            customer_id = client.with_token(header).get_customer_id()
        except BadCredentials:
            raise
        except SmsWorksError as error:
            candidate = _add_candidate(db, sealed, TokenOrigin.PASTED, entered_by)
            provider_tokens.record_problem(db, candidate.ref, problem=error.user_message)
            raise NotTested(error) from error
        candidate = _add_candidate(db, sealed, TokenOrigin.PASTED, entered_by)
        return _accepted(db, client.with_token(header), candidate, customer_id)


def fetch_token(
    db: Database,
    client: SmsWorks,
    keyring: Keyring,
    *,
    key: str,
    secret: str,
    customer_id: str | None,
    entered_by: str,
) -> Trial:
    """Have the provider issue a token, which ends the one before it; test it; use it as above.

    Raises SmsWorksError, which changed nothing, but for OutcomeUnknown: then a token may have been issued and
    lost, and the record says so. Raises NotTested, also if the new token was refused, and BeingChanged.
    """
    with _alone(db):
        # While the token in use can still say whose it is.
        _learn_customer(db, client)
        earlier = provider_tokens.find_asked(db)
        asked = earlier or provider_tokens.note_asked(db, asked_by=entered_by, now=datetime.now(UTC))
        try:
            token = client.issue_token(key=key, secret=secret, customer_id=customer_id)
        except OutcomeUnknown:
            raise
        except SmsWorksError:
            if earlier is None:
                provider_tokens.discard(db, asked.ref)
            raise
        candidate = _add_candidate(db, keyring.seal(token), TokenOrigin.FETCHED, entered_by)
        return _try(db, client.with_token(token), candidate)


def try_candidate(
    db: Database, client: SmsWorks, keyring: Keyring, *, ref: str, second_yes: str | None = None
) -> Trial | None:
    """Test what waits, and use it if it is of the record's customer, or of `second_yes`, a customer id.

    None if that candidate is gone. Raises NotTested and BeingChanged.
    """
    with _alone(db):
        candidate = provider_tokens.find_candidate(db)
        if candidate is None or candidate.ref != ref:
            return None
        try:
            token = unseal_token(keyring, candidate.sealed_token)
        except BadCredentials as error:
            raise NotTested(error) from error
        return _try(db, client.with_token(token), candidate, second_yes=second_yes)


def compare_customer(db: Database, client: SmsWorks) -> Trial:
    """Ask whose the token in use is: of the first one the record is from then on, and any other is said.

    A token in the environment can be changed for one of another account without anybody being asked.
    Raises SmsWorksError.
    """
    customer_id = client.get_customer_id()
    now = datetime.now(UTC)
    of_record = provider_tokens.known_customer(db)
    if of_record is None:
        provider_tokens.record_customer(db, customer_id, now=now)
    detail = "" if of_record in (None, customer_id) else customer_id
    readings.record_heartbeat(db, readings.CUSTOMER, now=now, detail=detail)
    return Trial(customer_id, of_record, in_use=True)


def _learn_customer(db: Database, client: SmsWorks) -> None:
    """Whose the record is, if nobody has asked yet and the token in use can still say."""
    if provider_tokens.known_customer(db) is None:
        with suppress(SmsWorksError):
            compare_customer(db, client)


def _add_candidate(db: Database, sealed_token: str, origin: TokenOrigin, entered_by: str) -> StoredToken:
    return provider_tokens.add_candidate(
        db, sealed_token=sealed_token, origin=origin, entered_by=entered_by, now=datetime.now(UTC)
    )


def _try(
    db: Database, new_client: SmsWorks, candidate: StoredToken, *, second_yes: str | None = None
) -> Trial:
    try:
        customer_id = new_client.get_customer_id()
    except SmsWorksError as error:
        provider_tokens.record_problem(db, candidate.ref, problem=error.user_message)
        raise NotTested(error) from error
    return _accepted(db, new_client, candidate, customer_id, second_yes=second_yes)


def _accepted(
    db: Database,
    new_client: SmsWorks,
    candidate: StoredToken,
    customer_id: str,
    *,
    second_yes: str | None = None,
) -> Trial:
    provider_tokens.record_accepted(db, candidate.ref, customer_id=customer_id)
    of_record = provider_tokens.known_customer(db)
    if of_record not in (None, customer_id) and second_yes != customer_id:
        return Trial(customer_id, of_record, in_use=False)
    now = datetime.now(UTC)
    in_use = provider_tokens.adopt_candidate(db, candidate.ref, now=now)
    if in_use:
        _renew_what_pages_say(db, new_client, now)
    return Trial(customer_id, of_record, in_use=in_use)


def _renew_what_pages_say(db: Database, client: SmsWorks, now: datetime) -> None:
    """What they say of the token before it is out of date."""
    for name in (readings.PROVIDER, readings.CUSTOMER):
        readings.record_heartbeat(db, name, now=now)
    try:
        refresh_credits(db, client, max_age=timedelta())
    except SmsWorksError:
        return  # It has recorded that itself.


@contextmanager
def _alone(db: Database) -> Iterator[None]:
    """One change at a time: two tokens fetched together would end each other."""
    now = datetime.now(UTC)
    lease = leases.take_lease(db, LEASE, now=now, until=now + LONGEST_CHANGE)
    if lease is None:
        raise BeingChanged
    try:
        yield
    finally:
        leases.release_lease(db, LEASE, lease, now=datetime.now(UTC))
