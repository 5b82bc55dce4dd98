"""How many texts failed, by reason: counted as they fail, so that a year takes no longer than a week."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

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
    if wanted.batch_id is not None:
        for at, reason, found in _of_batch(db, wanted, bounds):
            texts[at][reason] += found
    else:
        for at, reason, found in _whole_days(db, wanted, bounds):
            texts[at][reason] += found
        for at, reason, found in _parts_of_days(db, wanted, bounds):
            texts[at][reason] += found
            texts[at - 1][reason] -= found
    return [
        FailureCount(since, status, code, None if permanent == _NOT_SAID else bool(permanent), found)
        for since, counted in zip(stretches, texts, strict=False)
        for (status, code, permanent), found in sorted(counted.items())
        if found
    ]


def _of_batch(
    db: Database, wanted: FailureFilter, bounds: Sequence[datetime]
) -> Iterator[tuple[int, _Reason, int]]:
    """One by one: of a list of a hundred thousand, a few thousand fail."""
    spans = [(at, *span, 1) for at, span in enumerate(pairwise(bounds))]
    return _counted(db, wanted, spans, _OF_MESSAGES_OF_BATCH, _OF_CALLS_OF_BATCH)


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
    """What failed between each bound and the nearest midnight of UTC; taken off if that came before."""
    spans = []
    for at, bound in enumerate(bounds):
        midnight = _midnight(bound)
        if bound != midnight:
            spans.append((at, min(bound, midnight), max(bound, midnight), 1 if bound < midnight else -1))
    return _counted(db, wanted, spans, _OF_MESSAGES, _OF_CALLS)


def _counted(
    db: Database, wanted: FailureFilter, spans: Sequence[tuple[int, datetime, datetime, int]], *queries: str
) -> Iterator[tuple[int, _Reason, int]]:
    """Of each span, which has a number and a sign: from its beginning to its end."""
    if not spans:
        return
    listed = ", ".join(f"({at}, :start{at}, :end{at}, {sign})" for at, _, _, sign in spans)
    values: dict[str, object] = {f"start{at}": time_text(start) for at, start, _, _ in spans}
    values |= {f"end{at}": time_text(end) for at, _, end, _ in spans}
    values |= {"sender": wanted.sender, "tag": wanted.tag, "batch_id": wanted.batch_id}
    for query in queries:
        for each in rows(db, f"WITH parts (at, starts, ends, sign) AS (VALUES {listed}) {query}", values):
            yield each["at"], (each["status"], each["code"], each["permanent"]), each["texts"]


_IN_PART = (
    "created_at >= starts AND created_at < ends AND (:sender = '' OR {sender} = :sender) "
    "AND (:tag = '' OR {tag} = :tag) GROUP BY 1, 2, 3, 4"
)
_MESSAGES = (
    "SELECT at, status, COALESCE(failure_code, '') AS code, "  # noqa: S608 - our own words
    f"COALESCE(failure_permanent, {_NOT_SAID}) AS permanent, SUM(sign) AS texts FROM parts CROSS JOIN "
)
_CALLS = (
    f"SELECT at, '{REFUSED}' AS status, error_code AS code, {_NOT_SAID} AS permanent, "  # noqa: S608
    "SUM(sign * message_count) AS texts FROM parts CROSS JOIN "
)
_MESSAGE_IN_PART = _IN_PART.format(sender="sender", tag="tag")
_CALL_IN_PART = _IN_PART.format(sender=CALL_SENDER, tag=CALL_TAG)
_OF_MESSAGES = f"{_MESSAGES} messages INDEXED BY messages_failed WHERE {FAILED} AND {_MESSAGE_IN_PART}"
_OF_CALLS = f"{_CALLS} outbox INDEXED BY outbox_failed WHERE {NOT_TAKEN} AND {_CALL_IN_PART}"
_OF_MESSAGES_OF_BATCH = (
    f"{_MESSAGES} messages INDEXED BY messages_failed_of_batch "
    f"WHERE {FAILED} AND messages.our_batch_id = :batch_id AND {_MESSAGE_IN_PART}"
)
_OF_CALLS_OF_BATCH = (
    f"{_CALLS} outbox INDEXED BY outbox_failed_of_batch "
    f"WHERE {NOT_TAKEN} AND outbox.batch_id = :batch_id AND {_CALL_IN_PART}"
)


def _midnight(at: datetime) -> datetime:
    """The one of UTC that is nearest."""
    return datetime.combine((at.astimezone(UTC) + timedelta(hours=12)).date(), time(), tzinfo=UTC)
