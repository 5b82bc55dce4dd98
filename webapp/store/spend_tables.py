"""The sums by day once more by each thing that spend is told apart by, kept by triggers.

Texts of one day differ in all of these at once: by day, sender ID, tag, person and batch a year has 50,000
rows, by one of them a few hundred. `grain` says whether a row is of a day or of the month that begins on it.
"""

from webapp.messaging.charges import GIVEN_BACK_AT_HOME, NEVER_CHARGED
from webapp.store.daily_tables import EACH, SUMS, WATCHED, quoted

PARTS = ("sender", "tag", "author_id", "batch_id")
GRAINS = {"day": "day", "month": "SUBSTR(day, 1, 7) || '-01'"}

TABLE = f"""
CREATE TABLE spend_sums (
    part TEXT NOT NULL,
    grain TEXT NOT NULL,
    day TEXT NOT NULL,
    key TEXT NOT NULL,
    {", ".join(f"{name} INTEGER NOT NULL" for name in SUMS)},
    PRIMARY KEY (part, grain, day, key)
) WITHOUT ROWID;
CREATE INDEX spend_sums_empty ON spend_sums (texts) WHERE texts = 0;
DROP TRIGGER day_summed;
DROP TRIGGER day_summed_anew;
DROP TRIGGER day_not_summed;
DROP TABLE monthly_texts
"""

_ALL = ", ".join(("part", "grain", "day", "key", *SUMS))
_SAME_KEY = "ON CONFLICT (part, grain, day, key) DO UPDATE SET " + ", ".join(
    f"{name} = {name} + excluded.{name}" for name in SUMS
)
_NO_EMPTY = "DELETE FROM spend_sums WHERE texts = 0;"
_EACH_PART = [(part, grain) for part in PARTS for grain in GRAINS]
_KEPT = " UNION ALL ".join(f"SELECT '{part}' AS part, '{grain}' AS grain" for part, grain in _EACH_PART)
_DAY = " ".join(f"WHEN '{grain}' THEN {day}" for grain, day in GRAINS.items())
_KEY = " ".join(f"WHEN '{part}' THEN {part}" for part in PARTS)


def _moved(row: str, sign: str) -> str:
    """A statement of a trigger: take one message that went out into the sums, or out of them."""
    sums = ", ".join(f"{sign}{name}" for name in SUMS)
    # With a limit, what the message adds is worked out once, and not for each part.
    once = f"SELECT * FROM ({EACH.format(row=row, source='')}) LIMIT 1"  # noqa: S608 - our own words
    return (
        f"INSERT INTO spend_sums ({_ALL}) SELECT part, grain, CASE grain {_DAY} END, "  # noqa: S608
        f"CASE part {_KEY} END, {sums} FROM ({once}) CROSS JOIN ({_KEPT}) "
        f"WHERE status <> 'INCOMING' {_SAME_KEY};"
    )


_TELLING = quoted((*NEVER_CHARGED, "INCOMING", "REJECTED", *GIVEN_BACK_AT_HOME))


def _kind(row: str) -> str:
    """What a status means for the sums: that it was sent, then delivered, changes none."""
    return f"CASE WHEN {row}.status IN ({_TELLING}) THEN {row}.status END"


_CHANGED = " OR ".join(
    (
        *(f"old.{column} IS NOT new.{column}" for column in WATCHED if column != "status"),
        f"{_kind('old')} IS NOT {_kind('new')}",
    )
)
_STATUS_MOVED = ", ".join(f"{name} = {name} + new.{name} - old.{name}" for name in SUMS)
_STATUS_TAKEN = ", ".join(f"{name} = {name} - old.{name}" for name in SUMS)
_NEW_SUMS = ", ".join(f"new.{name}" for name in SUMS)
_OF_STATUS = "part = 'status' AND grain = 'day'"

TRIGGERS = (
    f"CREATE TRIGGER message_spent AFTER INSERT ON messages WHEN new.status <> 'INCOMING' "
    f"BEGIN {_moved('new', '')} END",
    f"CREATE TRIGGER message_spent_anew AFTER UPDATE OF {', '.join(WATCHED)} ON messages "
    f"WHEN {_CHANGED} BEGIN {_moved('old', '-')} {_moved('new', '')} {_NO_EMPTY} END",
    f"CREATE TRIGGER message_not_spent AFTER DELETE ON messages BEGIN {_moved('old', '-')} {_NO_EMPTY} END",
    f"CREATE TRIGGER status_counted AFTER INSERT ON daily_texts BEGIN INSERT INTO spend_sums ({_ALL}) "  # noqa: S608
    f"VALUES ('status', 'day', new.day, new.status, {_NEW_SUMS}) {_SAME_KEY}; END",
    f"CREATE TRIGGER status_counted_anew AFTER UPDATE ON daily_texts BEGIN UPDATE spend_sums SET "  # noqa: S608
    f"{_STATUS_MOVED} WHERE {_OF_STATUS} AND day = new.day AND key = new.status; END",
    f"CREATE TRIGGER status_not_counted AFTER DELETE ON daily_texts BEGIN UPDATE spend_sums SET "  # noqa: S608
    f"{_STATUS_TAKEN} WHERE {_OF_STATUS} AND day = old.day AND key = old.status; {_NO_EMPTY} END",
)


def _sum_all(part: str, grain: str, which: str) -> str:
    sums = ", ".join(f"SUM({name})" for name in SUMS)
    return (
        f"INSERT INTO spend_sums ({_ALL}) SELECT '{part}', '{grain}', {GRAINS[grain]} AS begins, "  # noqa: S608
        f"{part}, {sums} FROM daily_texts WHERE {which} GROUP BY begins, {part}"
    )


SUM_SPEND = tuple(_sum_all(part, grain, "status <> 'INCOMING'") for part, grain in _EACH_PART)
"""Without a row of those parts: from what daily_texts holds."""
SUM_STATUSES = _sum_all("status", "day", "true")
"""The same of that part, before there are triggers."""
