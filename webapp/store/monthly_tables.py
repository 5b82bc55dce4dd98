"""The sums by day once more by month, kept by triggers on those: by day a year has 100,000 rows."""

from webapp.store.daily_tables import KEY, SUMS

# As daily_texts, column by column; `day` is the first of the month.
TABLE = f"""
CREATE TABLE monthly_texts (
    day TEXT NOT NULL,
    status TEXT NOT NULL,
    sender TEXT NOT NULL,
    tag TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    {", ".join(f"{name} INTEGER NOT NULL" for name in SUMS)},
    PRIMARY KEY ({", ".join(KEY)})
) WITHOUT ROWID;
CREATE INDEX monthly_texts_empty ON monthly_texts (texts) WHERE texts = 0
"""

_REST = KEY[1:]
_ALL = ", ".join((*KEY, *SUMS))


def _first_of_month(day: str) -> str:
    return f"SUBSTR({day}, 1, 7) || '-01'"


def _is_of(row: str) -> str:
    same = " AND ".join(f"{name} = {row}.{name}" for name in _REST)
    return f"day = {_first_of_month(f'{row}.day')} AND {same}"


_INSERTED = ", ".join(f"new.{name}" for name in (*_REST, *SUMS))
_ADDED = ", ".join(f"{name} = {name} + excluded.{name}" for name in SUMS)
_MOVED = ", ".join(f"{name} = {name} + new.{name} - old.{name}" for name in SUMS)
_TAKEN = ", ".join(f"{name} = {name} - old.{name}" for name in SUMS)

TRIGGERS = (
    f"CREATE TRIGGER day_summed AFTER INSERT ON daily_texts BEGIN "  # noqa: S608 - our own words
    f"INSERT INTO monthly_texts ({_ALL}) VALUES ({_first_of_month('new.day')}, {_INSERTED}) "
    f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {_ADDED}; END",
    f"CREATE TRIGGER day_summed_anew AFTER UPDATE ON daily_texts BEGIN "  # noqa: S608
    f"UPDATE monthly_texts SET {_MOVED} WHERE {_is_of('new')}; END",
    f"CREATE TRIGGER day_not_summed AFTER DELETE ON daily_texts BEGIN "  # noqa: S608
    f"UPDATE monthly_texts SET {_TAKEN} WHERE {_is_of('old')}; "
    "DELETE FROM monthly_texts WHERE texts = 0; END",
)

SUM_ALL = (
    f"INSERT INTO monthly_texts ({_ALL}) SELECT {_first_of_month('day')}, {', '.join(_REST)}, "  # noqa: S608
    f"{', '.join(f'SUM({name})' for name in SUMS)} FROM daily_texts "
    f"GROUP BY SUBSTR(day, 1, 7), {', '.join(_REST)}"
)
"""Into the empty table, before there are triggers."""
