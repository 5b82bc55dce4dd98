"""Finding texts that came in: by keyword, reply number and date, by their words, by a part of the number."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from webapp.store.connection import read_time, rows, time_text
from webapp.store.conversations import ListedConversation, Place, list_conversations, place_before

MOST_WORDS = 10
# The index holds every three characters in a row: fewer cannot be looked up in it.
SHORTEST_PART = 3


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
    """Each conversation with a text that matches, shown by its latest such text; the latest first."""
    return list_conversations(
        db,
        "FROM inbound JOIN conversations ON conversations.id = inbound.conversation_id "  # noqa: S608
        f"JOIN messages ON messages.id = inbound.message_row_id WHERE {_conditions('inbound', wanted)} "
        "AND (inbound.received_at, inbound.message_row_id) < (:at, :id) "
        "AND NOT EXISTS (SELECT 1 FROM inbound AS newer "
        "WHERE newer.conversation_id = inbound.conversation_id "
        f"AND {_conditions('newer', wanted)} "
        "AND (newer.received_at, newer.message_row_id) > (inbound.received_at, inbound.message_row_id)) "
        "ORDER BY inbound.received_at DESC, inbound.message_row_id DESC LIMIT :limit",
        {**_values(wanted), **place_before(before), "limit": limit},
    )


def list_with_words(
    db: Database, typed: str, *, limit: int, before_row_id: int | None = None
) -> list[ListedConversation]:
    """Texts that hold all these words, in whatever form ("appointment" finds "appointments"), newest first.

    One row a text. `before_row_id`: the last row of the page before. SQLite only: FTS5, ordered by rowid, so
    that a word which stands in every text costs no more than one that is rare.
    """
    query = _query_of(typed)
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


@dataclass(frozen=True, slots=True)
class ExportedText:
    """A text that came in, whole, as an export shows it. `read_by` is "" while it is unread."""

    row_id: int
    number: str
    received_at: datetime
    reply_number: str
    keyword: str
    content: str
    read_by: str
    is_opted_out: bool


def list_texts(
    db: Database,
    wanted: InboxFilter,
    *,
    words: str = "",
    number_part: str = "",
    limit: int,
    before_row_id: int | None = None,
) -> list[ExportedText]:
    """Every text that matches, the latest to have come in first; `words` and `number_part` as searched."""
    found = rows(
        db,
        "SELECT inbound.*, conversations.number, messages.content, users.name, "  # noqa: S608
        "EXISTS (SELECT 1 FROM opt_outs WHERE opt_outs.number = conversations.number) AS is_opted_out "
        "FROM inbound JOIN conversations ON conversations.id = inbound.conversation_id "
        "JOIN messages ON messages.id = inbound.message_row_id "
        "LEFT JOIN users ON users.id = inbound.read_by "
        f"WHERE {_conditions('inbound', wanted)}{_searched(words, number_part)} "
        "AND inbound.message_row_id < :before ORDER BY inbound.message_row_id DESC LIMIT :limit",
        {
            **_values(wanted),
            "words": _query_of(words),
            "part": f'"{number_part}"',
            "before": before_row_id or 2**63 - 1,
            "limit": limit,
        },
    )
    return [
        ExportedText(
            row_id=each["message_row_id"],
            number=each["number"],
            received_at=read_time(each["received_at"]),
            reply_number=each["reply_number"],
            keyword=each["keyword"],
            content=each["content"],
            read_by=(each["name"] or "somebody") if each["read_at"] else "",
            is_opted_out=bool(each["is_opted_out"]),
        )
        for each in found
    ]


def _searched(words: str, number_part: str) -> str:
    if number_part:
        return (
            " AND inbound.conversation_id IN "
            "(SELECT rowid FROM conversation_numbers WHERE conversation_numbers MATCH :part)"
        )
    if _query_of(words):
        return (
            " AND inbound.message_row_id IN "
            "(SELECT rowid FROM inbound_words WHERE inbound_words MATCH :words)"
        )
    return ""


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


def _query_of(typed: str) -> str:
    """FTS5's language has operators; what people type has none: every word in quotes, all of them wanted."""
    words = re.findall(r"\w+", typed)[:MOST_WORDS]
    return " ".join(f'"{word}"' for word in words)


def _conditions(table: str, wanted: InboxFilter) -> str:
    chosen = {
        f"{table}.read_at IS NULL": wanted.only_unread,
        f"{table}.keyword = :keyword": wanted.keyword,
        f"{table}.reply_number = :reply_number": wanted.reply_number,
        f"{table}.received_at >= :since": wanted.since,
        f"{table}.received_at < :until": wanted.until,
    }
    return " AND ".join(["1", *(condition for condition, value in chosen.items() if value)])


def _values(wanted: InboxFilter) -> dict[str, Any]:
    return {
        "keyword": wanted.keyword,
        "reply_number": wanted.reply_number,
        "since": time_text(wanted.since) if wanted.since else "",
        "until": time_text(wanted.until) if wanted.until else "",
    }
