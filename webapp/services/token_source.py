"""Which of the provider's tokens counts: the one that an admin stored, else the one in the environment."""

import threading
from pathlib import Path
from time import monotonic

from sqlite_utils import Database

from webapp.smsworks.errors import BadCredentials, Unreachable
from webapp.store import provider_tokens
from webapp.store.connection import RecordError
from webapp.store.pool import Pool
from webapp.store.sealed import CannotUnseal, Keyring

LOOK_AGAIN_AFTER_SECONDS = 1.0
CANNOT_BE_READ = "the stored token cannot be read with this TEXTDESK_SECRET_KEY"


class TokenSource:
    """The token that counts, for all threads of a process; read from the record at most once a second."""

    def __init__(self, *, database: Path, keyring: Keyring, environment_token: str) -> None:
        # Not the thread's own connection: whichever thread needs the token reads it.
        self._connections = Pool(database, most=1)
        self._keyring = keyring
        self._environment_token = environment_token
        self._lock = threading.Lock()
        self._token: str | None = None
        self._read_at = 0.0

    def __call__(self) -> str:
        """Raises BadCredentials if it cannot be unsealed, Unreachable if the record cannot be read."""
        with self._lock:
            if self._token is None or monotonic() - self._read_at >= LOOK_AGAIN_AFTER_SECONDS:
                return self._read()
            return self._token

    def newest(self) -> str:
        """As it stands on the record now, for whoever has been refused."""
        with self._lock:
            return self._read()

    def _read(self) -> str:
        try:
            with self._connections.lent() as db:
                self._token = present_token(db, self._keyring, environment_token=self._environment_token)
        except RecordError as error:
            if self._token is None:
                raise Unreachable(reason=type(error).__name__) from error
        self._read_at = monotonic()
        return self._token


def present_token(db: Database, keyring: Keyring, *, environment_token: str) -> str:
    """The stored token, else the environment's, which may be "". Raises BadCredentials."""
    stored = provider_tokens.token_in_use(db)
    if stored is None:
        return environment_token
    return unseal_token(keyring, stored.sealed_token)


def unseal_token(keyring: Keyring, sealed_token: str) -> str:
    """Raises BadCredentials."""
    try:
        return keyring.unseal(sealed_token)
    except CannotUnseal as error:
        raise BadCredentials(said=CANNOT_BE_READ) from error
