"""What the organisation has decided for itself: its administrators change it on the Account pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from webapp.store.connection import row, rows, time_text, transaction, write
from webapp.store.users import Role

LOW_CREDITS = Decimal(50)


@dataclass(frozen=True, slots=True)
class Organisation:
    """`None` is "no such rule".

    `low_credits`: below this balance everybody is warned. `quiet_from`, `quiet_until`: local times of day
    between which a send needs a second yes; they may span midnight. `retention_days`: texts and numbers older
    than that are erased. `approval_above`: a send to more recipients waits for another sender's approval.
    `daily_credits`: what one person may confirm in a day.
    `two_factor_from`: who has that role, or one that may do more, must use two-factor sign-in.
    """

    low_credits: Decimal = LOW_CREDITS
    quiet_from: time | None = None
    quiet_until: time | None = None
    retention_days: int | None = None
    approval_above: int | None = None
    daily_credits: Decimal | None = None
    two_factor_from: Role | None = None


def read_organisation(db: Database) -> Organisation:
    found = {each["name"]: each["value"] for each in rows(db, "SELECT name, value FROM organisation")}
    return Organisation(**{name: _READERS[name](value) for name, value in found.items() if name in _READERS})


def wants_two_factor(db: Database, role: Role) -> bool:
    """Whether whoever has that role must use two-factor sign-in."""
    found = row(db, "SELECT value FROM organisation WHERE name = 'two_factor_from'")
    return found is not None and role.includes(Role(found["value"]))


def change_organisation(
    db: Database, changes: Mapping[str, object], *, changed_by: str, now: datetime
) -> Organisation:
    """Store `changes`, by field name; None goes back to the default. The whole as it is afterwards."""
    with transaction(db):
        for name, value in changes.items():
            if name not in _READERS:
                raise ValueError(f"an organisation has no {name}")
            if value is None:
                write(db, "DELETE FROM organisation WHERE name = ?", [name])
                continue
            write(
                db,
                "INSERT INTO organisation (name, value, changed_at, changed_by) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, "
                "changed_by = excluded.changed_by",
                [name, str(value), time_text(now), changed_by],
            )
        return read_organisation(db)


_READERS: dict[str, Callable[[str], Any]] = {
    "low_credits": Decimal,
    "quiet_from": time.fromisoformat,
    "quiet_until": time.fromisoformat,
    "retention_days": int,
    "approval_above": int,
    "daily_credits": Decimal,
    "two_factor_from": Role,
}
