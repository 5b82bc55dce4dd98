"""Finding texts that came in: by keyword, reply number and date, by words, by a part of a number, by name."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from webapp.store.connection import row, rows, time_text
from webapp.store.conversations import ListedConversation, Place, list_conversations, place_before
from webapp.store.name_tables import PLAIN_LETTERS
from webapp.store.search_indexes import query_of, words_of

# The index holds every three characters in a row: fewer cannot be looked up in it.
SHORTEST_PART = 3
_PLAIN_LETTERS = str.maketrans(PLAIN_LETTERS)


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which texts are wanted. `since` is included, `until` is not. Empty: whatever it is."""

    only_unread: bool = False
    keyword: str = ""
    reply_number: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether it is about texts, and not only about what is unread."""
        return bool(self.keyword or self.reply_number or self.since or self.until)


def list_matching(
    db: Database, wanted: InboxFilter, *, limit: int, before: Place | None = None
) -> list[ListedConversation]:
    """Each conversation with a text that matches, shown by its latest such text; the latest first.

    SQLite only: the unary plus keeps it from looking for newer texts among all with that keyword.
    """
    if _matches_by_latest(db, wanted):
        return list_conversations(db, _BY_LATEST, values_of(wanted, before, limit))
    newer = {
        "newer.read_at IS NULL": wanted.only_unread,
        "+newer.keyword = :keyword": wanted.keyword,
        "+newer.reply_number = :reply_number": wanted.reply_number,
        "newer.received_at < :until": wanted.until,
    }
    return list_conversations(
        db,
        f"FROM {matching(wanted)} "  # noqa: S608 - our own words
        "AND NOT EXISTS (SELECT 1 FROM inbound AS newer "
        "WHERE newer.conversation_id = inbound.conversation_id "
        "AND (newer.received_at, newer.message_row_id) > (inbound.received_at, inbound.message_row_id) "
        f"AND {_joined(newer)}) {LATEST_FIRST}",
        values_of(wanted, before, limit),
    )


def _matches_by_latest(db: Database, wanted: InboxFilter) -> bool:
    """Whether of each conversation the latest text matches, or none.

    Nearly all that was texted long ago has newer texts after it, which would have to be passed over.
    """
    if wanted.only_unread or wanted.keyword or wanted.reply_number:
        return False
    if wanted.until is None:
        return True
    later = row(db, "SELECT 1 FROM conversations WHERE last_at >= ? LIMIT 1", [time_text(wanted.until)])
    return later is None


_BY_LATEST = (
    "FROM conversations INDEXED BY conversations_by_latest JOIN messages ON messages.id = last_row_id "
    "WHERE last_at >= :since AND (last_at, last_row_id) < (:at, :id) "
    "ORDER BY last_at DESC, last_row_id DESC LIMIT :limit"
)

LATEST_FIRST = "ORDER BY inbound.received_at DESC, inbound.message_row_id DESC LIMIT :limit"


def matching(wanted: InboxFilter) -> str:
    """The texts that are wanted, before a place, from the index that has them in the order of the list.

    The place is the only upper bound of the time: of two, SQLite may begin at the one further away.
    """
    index = _INDEXES[wanted.only_unread, bool(wanted.keyword), bool(wanted.reply_number)]
    return (
        f"inbound INDEXED BY {index} JOIN conversations ON conversations.id = inbound.conversation_id "
        f"JOIN messages ON messages.id = inbound.message_row_id WHERE {is_wanted(wanted)} "
        "AND (inbound.received_at, inbound.message_row_id) < (:at, :id)"
    )


def is_wanted(wanted: InboxFilter) -> str:
    """Whether a text is, apart from `until`."""
    return _joined(
        {
            "inbound.read_at IS NULL": wanted.only_unread,
            "inbound.keyword > '' AND inbound.keyword = :keyword": wanted.keyword,
            "inbound.reply_number = :reply_number": wanted.reply_number,
            "inbound.received_at >= :since": wanted.since,
        }
    )


def values_of(wanted: InboxFilter, before: Place | None, limit: int) -> dict[str, Any]:
    """The parameters of `matching`."""
    bounds = [place_before(before)]
    if wanted.until:
        bounds.append({"at": time_text(wanted.until), "id": 0})
    earliest = min(bounds, key=lambda bound: (bound["at"], bound["id"]))
    return {
        "keyword": wanted.keyword,
        "reply_number": wanted.reply_number,
        "since": time_text(wanted.since) if wanted.since else "",
        "until": time_text(wanted.until) if wanted.until else "",
        "limit": limit,
        **earliest,
    }


# By whether only unread texts are wanted, a keyword, a reply number. Of what is unread there is little: that
# one of both is looked up is enough.
_INDEXES = {
    (False, False, False): "inbound_by_time",
    (False, False, True): "inbound_by_reply_number",
    (False, True, False): "inbound_by_keyword",
    (False, True, True): "inbound_by_keyword_number",
    (True, False, False): "inbound_unread_by_time",
    (True, False, True): "inbound_unread_by_number",
    (True, True, False): "inbound_unread_by_keyword",
    (True, True, True): "inbound_unread_by_keyword",
}


def _joined(conditions: dict[str, object]) -> str:
    return " AND ".join(["1", *(condition for condition, is_wanted in conditions.items() if is_wanted)])


def list_with_words(
    db: Database, typed: str, *, limit: int, before_row_id: int | None = None
) -> list[ListedConversation]:
    """Texts that hold all these words, in whatever form ("appointment" finds "appointments"), newest first.

    One row a text. `before_row_id`: the last row of the page before. SQLite only: FTS5, ordered by rowid, so
    that a word which stands in every text costs no more than one that is rare.
    """
    query = query_of(typed)
    if not query:
        return []
    newest = before_row_id or 2**63 - 1
    found = rows(
        db,
        "SELECT rowid FROM inbound_words WHERE inbound_words MATCH ? AND rowid < ? "
        "ORDER BY rowid DESC LIMIT ?",
        [query, newest, limit],
    )
    return _texts(db, [each["rowid"] for each in found])


def list_with_number(
    db: Database, part: str, *, limit: int, before_id: int | None = None
) -> list[ListedConversation]:
    """Conversations whose number holds these digits, three or more, in a row; the newest conversation first.

    SQLite only: FTS5 with an index of every three characters.
    """
    if len(part) < SHORTEST_PART:
        return []
    return list_conversations(
        db,
        "FROM conversation_numbers JOIN conversations ON conversations.id = conversation_numbers.rowid "
        "JOIN messages ON messages.id = conversations.last_row_id "
        "WHERE conversation_numbers MATCH :part AND conversation_numbers.rowid < :before "
        "ORDER BY conversation_numbers.rowid DESC LIMIT :limit",
        {"part": f'"{part}"', "before": before_id or 2**63 - 1, "limit": limit},
    )


def list_with_name(
    db: Database, typed: str, *, limit: int, before_id: int | None = None
) -> list[ListedConversation]:
    """Conversations with people whose name has words that begin so; the newest conversation first.

    SQLite only: FTS5, ordered by rowid, with an index of how words begin.
    """
    query = name_query_of(typed)
    if not query:
        return []
    return list_conversations(
        db,
        "FROM conversation_names JOIN conversations ON conversations.id = conversation_names.rowid "
        "JOIN messages ON messages.id = conversations.last_row_id "
        "WHERE conversation_names MATCH :query AND conversation_names.rowid < :before "
        "ORDER BY conversation_names.rowid DESC LIMIT :limit",
        {"query": query, "before": before_id or 2**63 - 1, "limit": limit},
    )


def list_keywords(db: Database, *, limit: int = 200) -> list[str]:
    """The keywords that texts have come with."""
    return _distinct(db, "keyword", limit)


def list_reply_numbers(db: Database, *, limit: int = 200) -> list[str]:
    """The numbers of ours that texts have come to."""
    return _distinct(db, "reply_number", limit)


def _distinct(db: Database, column: str, limit: int) -> list[str]:
    """From one value to the next in the index: DISTINCT would read all of it."""
    sql = (
        f"WITH RECURSIVE each (value) AS (SELECT MIN({column}) FROM inbound WHERE {column} > '' "  # noqa: S608
        f"UNION ALL SELECT (SELECT MIN({column}) FROM inbound WHERE {column} > each.value) FROM each "
        "WHERE each.value IS NOT NULL LIMIT ?) SELECT value FROM each WHERE value IS NOT NULL"
    )
    return [each["value"] for each in rows(db, sql, [limit])]


def _texts(db: Database, row_ids: list[int]) -> list[ListedConversation]:
    places = ", ".join(map(str, row_ids))
    return list_conversations(
        db,
        "FROM inbound JOIN conversations ON conversations.id = inbound.conversation_id "
        "JOIN messages ON messages.id = inbound.message_row_id "
        f"WHERE inbound.message_row_id IN ({places}) ORDER BY inbound.message_row_id DESC",
        {},
    )


def name_query_of(typed: str) -> str:
    """As query_of; each word may be the beginning of one, and letters may be spelt plainly."""
    spelt = unicodedata.normalize("NFC", typed).translate(_PLAIN_LETTERS)
    return " ".join(f'"{word}"*' for word in words_of(spelt))
