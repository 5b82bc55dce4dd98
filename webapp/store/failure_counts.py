"""How many texts failed, by reason: counted as they fail, so that a year takes no longer than a week."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlite_utils import Database

from webapp.store.connection import rows, time_text
from webapp.store.failures import CALL_SENDER, CALL_TAG, FAILED, NOT_TAKEN, REFUSED, FailureFilter

_NOT_SAID = -1
_Reason = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class FailureCount:
    """How many failed for one reason in the stretch of time that begins at `since`."""

    since: datetime
    status: str
    code: str
    permanent: bool | None
    texts: int


def count_failures(db: Database, wanted: FailureFilter, stretches: Sequence[datetime]) -> list[FailureCount]:
    """Between each of `stretches` and the next, the last of them and `wanted.until`: counted by reason.

    The reason that `wanted` names is not heeded, nor is what lasts. Whole days of UTC are added up, and
    what a stretch, which begins at midnight somewhere else, has more or less of them is counted.
    """
    bounds = [*stretches, wanted.until]
    texts: list[Counter[_Reason]] = [Counter() for _ in bounds]
    for at, reason, found in _whole_days(db, wanted, bounds):
        texts[at][reason] += found
    for at, reason, found in _parts_of_days(db, wanted, bounds):
        texts[at][reason] -= found
        texts[at - 1][reason] += found
    return [
        FailureCount(since, status, code, None if permanent == _NOT_SAID else bool(permanent), found)
        for since, counted in zip(stretches, texts, strict=False)
        for (status, code, permanent), found in sorted(counted.items())
        if found
    ]


def _whole_days(
    db: Database, wanted: FailureFilter, bounds: Sequence[datetime]
) -> Iterator[tuple[int, _Reason, int]]:
    days = [f"{_midnight(bound):%Y-%m-%d}" for bound in bounds]
    values = {f"day{at}": day for at, day in enumerate(days)}
    listed = ", ".join(f"({at}, :day{at}, :day{at + 1})" for at in range(len(days) - 1))
    # SQLite only: the order of a CROSS JOIN is kept, so that each stretch is one range of the index.
    found = rows(
        db,
        f"WITH stretches (at, starts, ends) AS (VALUES {listed}) "  # noqa: S608 - our own numbers
        "SELECT at, status, code, permanent, SUM(texts) AS texts FROM stretches CROSS JOIN failure_counts "
        "WHERE sender = :sender AND tag = :tag AND day >= starts AND day < ends GROUP BY 1, 2, 3, 4",
        {**values, "sender": wanted.sender, "tag": wanted.tag},
    )
    for each in found:
        yield each["at"], (each["status"], each["code"], each["permanent"]), each["texts"]


def _parts_of_days(
    db: Database, wanted: FailureFilter, bounds: Sequence[datetime]
) -> Iterator[tuple[int, _Reason, int]]:
    """What failed between the midnight of UTC before each bound and the bound itself."""
    parts = [(at, _midnight(bound), bound) for at, bound in enumerate(bounds) if _midnight(bound) < bound]
    if not parts:
        return
    listed = ", ".join(f"({at}, :start{at}, :end{at})" for at, _, _ in parts)
    values = {f"start{at}": time_text(start) for at, start, _ in parts}
    values |= {f"end{at}": time_text(end) for at, _, end in parts}
    values |= {"sender": wanted.sender, "tag": wanted.tag}
    for query in (_OF_MESSAGES, _OF_CALLS):
        for each in rows(db, f"WITH parts (at, starts, ends) AS (VALUES {listed}) {query}", values):
            yield each["at"], (each["status"], each["code"], each["permanent"]), each["texts"]


_IN_PART = (
    "created_at >= starts AND created_at < ends AND (:sender = '' OR {sender} = :sender) "
    "AND (:tag = '' OR {tag} = :tag) GROUP BY 1, 2, 3, 4"
)
_OF_MESSAGES = (
    "SELECT at, status, COALESCE(failure_code, '') AS code, "  # noqa: S608 - our own words
    f"COALESCE(failure_permanent, {_NOT_SAID}) AS permanent, COUNT(*) AS texts "
    f"FROM parts CROSS JOIN messages INDEXED BY messages_failed WHERE {FAILED} "
    f"AND {_IN_PART.format(sender='sender', tag='tag')}"
)
_OF_CALLS = (
    f"SELECT at, '{REFUSED}' AS status, error_code AS code, {_NOT_SAID} AS permanent, "  # noqa: S608
    "SUM(message_count) AS texts "
    f"FROM parts CROSS JOIN outbox INDEXED BY outbox_failed WHERE {NOT_TAKEN} "
    f"AND {_IN_PART.format(sender=CALL_SENDER, tag=CALL_TAG)}"
)


def _midnight(at: datetime) -> datetime:
    """Of UTC, at or before then."""
    return datetime.combine(at.astimezone(UTC).date(), time(), tzinfo=UTC)
