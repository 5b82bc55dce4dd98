"""What a monitor is told; it is always told something."""

from contextlib import closing
from dataclasses import dataclass

from webapp.store import readings
from webapp.store.connection import RecordError, open_database, writing_problem
from webapp.web.context import settings

WRITABLE = "writable"
# A monitor asks again soon, and each one that waits holds a thread.
BUSY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Health:
    """`database` is "writable" or what is wrong; `provider` "ok", "trouble", "not asked yet", "not known"."""

    database: str
    worker_seen_at: str | None
    provider: str


def read_health() -> Health:
    """Anybody may ask, so the provider's own words are left out."""
    try:
        return _read()
    except RecordError as error:
        return Health(database=str(error), worker_seen_at=None, provider="not known")


def _read() -> Health:
    with closing(open_database(settings().database, busy_seconds=BUSY_SECONDS)) as db:
        worker = readings.last_heartbeat(db, readings.WORKER)
        provider = readings.last_heartbeat(db, readings.PROVIDER)
        return Health(
            database=writing_problem(db) or WRITABLE,
            worker_seen_at=worker.at.isoformat(timespec="seconds") if worker else None,
            provider=_provider_state(provider),
        )


def _provider_state(provider: readings.Heartbeat | None) -> str:
    if provider is None:
        return "not asked yet"
    return "trouble" if provider.detail else "ok"
