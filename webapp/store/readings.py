"""What was last heard from elsewhere: the balance, prices abroad, signs of life."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlite_utils import Database

from webapp.store.connection import (
    insert,
    read_time,
    row,
    time_text,
    transaction,
    write,
    write_unless_busy,
)

WORKER = "worker"
PROVIDER = "provider"
CUSTOMER = "customer"
STAFF = "staff"
DELIVERY_WEBHOOK = "delivery webhook"
INBOUND_WEBHOOK = "inbound webhook"
"""Whose signs of life are kept; for CUSTOMER, whether the token in use is of the record's customer."""
# A worker gives one before each job, and no job lasts longer than a slow provider can hold it.
WORKER_MISSING_AFTER = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Reading:
    """A number of credits and when the provider said it."""

    credits: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """When something was last seen alive; `detail` is empty when it was well, `code` says the same for us."""

    at: datetime
    detail: str
    code: str = ""


def record_credits(db: Database, credits: Decimal, *, now: datetime) -> None:
    """The balance; a row an hour or a change is kept as history, in between the last row moves on."""
    with transaction(db):
        last = row(db, "SELECT id, at, credits FROM credit_readings ORDER BY id DESC LIMIT 1")
        if (
            last is not None
            and Decimal(last["credits"]) == credits
            and last["at"][:13] == time_text(now)[:13]
        ):
            write(db, "UPDATE credit_readings SET at = ? WHERE id = ?", [time_text(now), last["id"]])
        else:
            insert(db, "credit_readings", {"at": time_text(now), "credits": str(credits)})


def last_credits(db: Database) -> Reading | None:
    found = row(db, "SELECT at, credits FROM credit_readings ORDER BY id DESC LIMIT 1")
    return None if found is None else Reading(credits=Decimal(found["credits"]), at=read_time(found["at"]))


def first_credits(db: Database) -> Reading | None:
    found = row(db, "SELECT at, credits FROM credit_readings ORDER BY at, id LIMIT 1")
    return None if found is None else Reading(credits=Decimal(found["credits"]), at=read_time(found["at"]))


def credits_before(db: Database, times: Sequence[datetime]) -> list[Reading | None]:
    """The last balance that was read before each of those times, None where none was."""
    return [_credits_before(db, time) for time in times]


def _credits_before(db: Database, time: datetime) -> Reading | None:
    found = row(
        db,
        "SELECT at, credits FROM credit_readings WHERE at < ? ORDER BY at DESC, id DESC LIMIT 1",
        [time_text(time)],
    )
    return None if found is None else Reading(credits=Decimal(found["credits"]), at=read_time(found["at"]))


def record_price(db: Database, country: str, credits: Decimal, *, now: datetime) -> None:
    """`credits` for one segment to `country` (ISO 3166 two letters)."""
    write(
        db,
        "INSERT INTO prices (country, credits, read_at) VALUES (?, ?, ?) "
        "ON CONFLICT (country) DO UPDATE SET credits = excluded.credits, read_at = excluded.read_at",
        [country, str(credits), time_text(now)],
    )


def last_price(db: Database, country: str) -> Reading | None:
    found = row(db, "SELECT credits, read_at FROM prices WHERE country = ?", [country])
    return (
        None if found is None else Reading(credits=Decimal(found["credits"]), at=read_time(found["read_at"]))
    )


_BEAT = (
    "INSERT INTO heartbeats (name, at, detail, code) VALUES (?, ?, ?, ?) ON CONFLICT (name) "
    "DO UPDATE SET at = excluded.at, detail = excluded.detail, code = excluded.code"
)


def record_heartbeat(db: Database, name: str, *, now: datetime, detail: str = "", code: str = "") -> None:
    write(db, _BEAT, [name, time_text(now), detail, code])


def note_staff(db: Database, *, now: datetime) -> bool:
    """Somebody has a page open. False if somebody else is writing: no page waits for that."""
    return write_unless_busy(db, _BEAT, [STAFF, time_text(now), "", ""])


def worker_is_running(db: Database, *, now: datetime) -> bool:
    """Whether any worker has given a sign of life lately."""
    seen = last_heartbeat(db, WORKER)
    return seen is not None and now - seen.at < WORKER_MISSING_AFTER


def last_heartbeat(db: Database, name: str) -> Heartbeat | None:
    found = row(db, "SELECT at, detail, code FROM heartbeats WHERE name = ?", [name])
    if found is None:
        return None
    return Heartbeat(at=read_time(found["at"]), detail=found["detail"], code=found["code"])
