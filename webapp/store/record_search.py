"""Finding messages by words, a part of a number or metadata: an index of those is read from the latest on.

For words and numbers SQLite only: its FTS5. A word that stands everywhere costs no more than a rare one, for
the list is full soon. Only with a filter that leaves little would it be looked up again and again in vain:
then what the filter leaves is looked through, the latest first. Beside each pair of metadata stands what most
filters ask of its message.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from webapp.store.connection import row, time_text
from webapp.store.search_filtered import (
    PAIRS_A_LOOK,
    ROWS_A_LOOK,
    SOME,
    WHOLE_PART,
    Wanted,
    ids_of,
    left_of,
    looked_through,
    pieces,
)
from webapp.store.search_indexes import (
    FAILED,
    LONGEST_PART,
    METADATA,
    Index,
    index_of_pair,
    index_of_text,
    query_of,
    query_of_part,
    words_of,
)

# So many of the latest rows tell how much a filter leaves, and so many of the latest that the index holds. To
# look a row through costs as much as to look so many up.
LATEST, TIMES_AS_DEAR = 100, 4
MOST_LEFT = LATEST // TIMES_AS_DEAR
# Some hundred of so many rows failed, as a rule.
FAILED_AMONG = 5000
# A word in fewer texts than so many is a rare one.
RARE = 200
# If of so many that have a pair next to none is what the filter leaves, it may leave little.
PAIRS_READ, NEXT_TO_NONE = 1000, 3
_LEAST_TIME = timedelta(microseconds=1)


def find_ids(db: Database, wanted: Wanted, *, before_id: int, limit: int) -> list[int]:
    """The rows that match, what was stored last first."""
    query = _query(wanted)
    if query is None:
        return []
    first_id, last_id = _ids_of_batch(db, wanted) or _ids_of_days(db, wanted)
    key, value = wanted.metadata or (None, None)
    values = {
        **wanted.values,
        **{"query": query, "part": wanted.number_part, "key": key, "value": value},
        **{"first_id": first_id, "before_id": min(before_id, last_id + 1), "limit": limit},
    }
    if wanted.metadata and not wanted.has_both:
        return _found_by_metadata(db, wanted, values)
    is_narrowed = wanted.is_filtered or wanted.has_both
    return _found_among(db, wanted, values) if is_narrowed else _found(db, wanted, values)


def _found_by_metadata(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    """Those that have the pair; of a pair that many have, what the filter leaves, if that is little."""
    if wanted.is_of_batch:
        return _found(db, wanted, values)
    start = _after_pairs(db, wanted, values)
    found = _of_pair(db, wanted, {**values, "first_id": start})
    if len(found) == values["limit"] or start == values["first_id"]:
        return found
    if len(found) < NEXT_TO_NONE:
        left = left_of(db, wanted, values, PAIRS_A_LOOK + 1)
        if len(left) <= PAIRS_A_LOOK:
            return looked_through(db, wanted, left, values)
    rest = {**values, "before_id": start, "limit": values["limit"] - len(found)}
    return found + _of_pair(db, wanted, rest)


def _after_pairs(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> int:
    """The row down to which the latest pairs are read; the first of all if there are not so many."""
    index = index_of_pair(wanted.metadata, is_failed=wanted.is_failed)
    found = row(
        db,
        f"SELECT id FROM {index.table}{index.told} WHERE {index.asked} "  # noqa: S608 - our own words
        f"AND id >= :first_id AND id < :before_id ORDER BY id DESC LIMIT 1 OFFSET {PAIRS_READ}",
        values,
    )
    return int(found[0] if found else values["first_id"])


def _of_pair(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    """In the place of messages the pairs, which have the same columns."""
    index = index_of_pair(wanted.metadata, name="messages", is_failed=wanted.is_failed)
    return ids_of(
        db,
        f"SELECT messages.id FROM {index.table} AS messages{index.told} "  # noqa: S608 - our own words
        f"WHERE {index.asked} AND messages.id >= :first_id AND messages.id < :before_id "
        f"AND {wanted.condition} ORDER BY messages.id DESC LIMIT :limit",
        values,
    )


def _found_among(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    """Of what many hold: what else is wanted is looked through, if there is much less of it."""
    if wanted.is_failed and not wanted.words:
        # A filter that leaves enough of what failed of late need not be weighed against the index.
        start = max(values["first_id"], values["before_id"] - FAILED_AMONG)
        if len(_else_wanted(db, wanted, {**values, "first_id": start})) > MOST_LEFT:
            return _read(db, wanted, values, order="DESC")
        return _found_among_seldom(db, wanted, values)
    start = max(values["first_id"], values["before_id"] - LATEST)
    latest = {**values, "first_id": start, "limit": LATEST}
    left = _else_wanted(db, wanted, latest)
    if len(left) > MOST_LEFT:
        return _found(db, wanted, values)
    held = _read(db, wanted, latest, order="ASC", is_all=True)
    if len(held) < LATEST // 2:
        return _found_among_seldom(db, wanted, values)
    if len(left) * TIMES_AS_DEAR > len(held):
        return _found(db, wanted, values)
    return _found_in_what_is_left(db, wanted, values, left, start)


def _found_among_seldom(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    """The same of what most rows do not hold: the latest that do reach far back."""
    held = _read(db, wanted, {**values, "limit": LATEST}, order="DESC", is_all=True)
    if len(held) < LATEST:
        return _of_held(db, wanted, held, values)
    left = _else_wanted(db, wanted, {**values, "first_id": held[-1]})
    if len(left) <= MOST_LEFT:
        return _found_in_what_is_left(db, wanted, values, left, held[-1])
    return _read(db, wanted, values, order="DESC")


def _of_held(db: Database, wanted: Wanted, held: list[int], values: Mapping[str, Any]) -> list[int]:
    """Those of what the index holds of which everything else is true."""
    _, condition = _joined(wanted, _index(wanted))
    return ids_of(
        db,
        f"SELECT messages.id FROM messages WHERE messages.id IN ({', '.join(map(str, held))}) "  # noqa: S608
        f"{condition} ORDER BY messages.id DESC LIMIT :limit",
        values,
    )


def _found_in_what_is_left(
    db: Database, wanted: Wanted, values: Mapping[str, Any], left: list[int], start: int
) -> list[int]:
    """`left` from `start` on."""
    if _is_by_pair(wanted):
        return _found_among_pairs(db, wanted, values)
    return _found_in_pieces(db, wanted, values, rows_of=(values["before_id"] - start) / (len(left) + 1))


def _else_wanted(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    """Whatever it holds; not many more than are few."""
    if _is_by_pair(wanted):
        return _of_pair(db, wanted, {**values, "limit": MOST_LEFT + 1})
    return left_of(db, wanted, values, MOST_LEFT + 1)


def _is_by_pair(wanted: Wanted) -> bool:
    return wanted.has_both and not wanted.is_of_batch


def _found_among_pairs(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    for most in (ROWS_A_LOOK, SOME):
        having = _of_pair(db, wanted, {**values, "limit": most})
        found = looked_through(db, wanted, having, values)
        if len(having) < most or len(found) == values["limit"]:
            return found
    return _found(db, wanted, values)


def _found_in_pieces(db: Database, wanted: Wanted, values: Mapping[str, Any], *, rows_of: float) -> list[int]:
    found: list[int] = []
    end = values["before_id"]
    for left, start in pieces(db, wanted, values, rows_of):
        found += looked_through(db, wanted, left, {**values, "limit": values["limit"] - len(found)})
        end = start
        if len(found) == values["limit"] or end == values["first_id"]:
            return found
    return found + _found(db, wanted, {**values, "before_id": end, "limit": values["limit"] - len(found)})


def _query(wanted: Wanted) -> str | None:
    """What the index of words or of numbers is asked; None if nothing can be found in it."""
    if wanted.words or not wanted.number_part:
        return query_of(wanted.words) or (None if wanted.words or not wanted.metadata else "")
    return query_of_part(wanted.number_part)


def _index(wanted: Wanted) -> Index:
    if not (wanted.words or wanted.number_part):
        return index_of_pair(wanted.metadata)
    if wanted.words:
        return index_of_text("inbound_words" if wanted.is_received else "message_words")
    return index_of_text("failed_numbers" if wanted.is_failed else "message_numbers")


def _ids_of_batch(db: Database, wanted: Wanted) -> tuple[int, int] | None:
    """Between which rows everything of a batch of ours stands; None if no such is wanted."""
    if wanted.our_batch_id is None:
        return None
    of_batch = "messages INDEXED BY messages_of_batch_by_id WHERE our_batch_id = :batch"
    found = row(
        db,
        f"SELECT (SELECT MIN(id) FROM {of_batch}), (SELECT MAX(id) FROM {of_batch})",  # noqa: S608
        {"batch": wanted.our_batch_id},
    )
    return (found[0], found[1]) if found and found[1] else (0, 0)


def _ids_of_days(db: Database, wanted: Wanted) -> tuple[int, int]:
    """Between which rows everything of the days stands that are wanted."""
    if not (wanted.since or wanted.until):
        latest = row(db, "SELECT MAX(id) FROM messages")
        return 0, (latest[0] or 0) if latest else 0
    found = row(
        db,
        "SELECT MIN(first_id) AS first_id, MAX(last_id) AS last_id FROM message_days "
        "WHERE day >= ? AND day <= ?",
        [
            time_text(wanted.since)[:10] if wanted.since else "",
            time_text(wanted.until - _LEAST_TIME)[:10] if wanted.until else "~",
        ],
    )
    return (found["first_id"], found["last_id"]) if found and found["last_id"] else (0, 0)


def _found(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    """First near the end, and forwards: to begin at an end takes FTS5 longer than to read so many."""
    has_several = len(words_of(wanted.words)) > 1
    if has_several and not _is_narrowed(wanted):
        return _found_by_longest(db, wanted, values)
    near = max(values["first_id"], values["before_id"] - 2 * values["limit"])
    latest = {**values, "first_id": near, "limit": 2 * values["limit"]}
    found = _read(db, wanted, latest, order="ASC")[: -values["limit"] - 1 : -1]
    if len(found) == values["limit"] or near == values["first_id"]:
        return found
    rest = {**values, "before_id": near, "limit": values["limit"] - len(found)}
    if has_several:
        return found + _found_by_longest(db, wanted, rest)
    return found + _read(db, wanted, rest, order="DESC")


def _found_by_longest(db: Database, wanted: Wanted, values: Mapping[str, Any]) -> list[int]:
    """Of several words the longest leads, as a rule the rarest: FTS5 would go through the others, too.

    What holds it is looked through for the others; if it is not rare either, only enough to fill a page.
    """
    query = query_of(max(words_of(wanted.words), key=len))
    holding = _read(db, wanted, {**values, "query": query, "limit": RARE}, order="DESC")
    is_rare = len(holding) < RARE
    looked = holding if is_rare else holding[:ROWS_A_LOOK]
    found = looked_through(db, wanted, looked, values)
    if is_rare or len(found) == values["limit"]:
        return found
    rest = {**values, "before_id": looked[-1], "limit": values["limit"] - len(found)}
    return found + _read(db, wanted, rest, order="DESC")


def _read(
    db: Database, wanted: Wanted, values: Mapping[str, Any], *, order: str, is_all: bool = False
) -> list[int]:
    """The rows that the index holds, and of which everything else is true unless `is_all` are asked for."""
    index = _index(wanted)
    joined, condition = ("", "") if is_all or not _is_narrowed(wanted) else _joined(wanted, index)
    return ids_of(
        db,
        f"SELECT {index.row} FROM {index.table}{index.told}{joined} "  # noqa: S608 - our own words
        f"WHERE {index.asked} AND {index.row} >= :first_id AND {index.row} < :before_id "
        f"{condition} ORDER BY {index.row} {order} LIMIT :limit",
        values,
    )


def _is_narrowed(wanted: Wanted) -> bool:
    return wanted.is_filtered or wanted.has_both or len(wanted.number_part) > LONGEST_PART


def _joined(wanted: Wanted, index: Index) -> tuple[str, str]:
    """The messages of an index, and what must be true of them."""
    # Rows of what failed are read one after the other by id, and of words there are many more of the others.
    is_failed = wanted.is_failed and index.table != METADATA
    told = " INDEXED BY messages_failed_by_id" if is_failed else ""
    condition = f" AND {wanted.condition}{FAILED if is_failed else ''}{wanted.that_has_pair}"
    condition += f" AND {WHOLE_PART}" if len(wanted.number_part) > LONGEST_PART else ""
    return f" CROSS JOIN messages{told} ON messages.id = {index.row}", condition
