"""Texts that came in, one by one and whole, as an export shows them."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.store.connection import LARGEST_ROW_ID, read_time, rows
from webapp.store.conversations import Place
from webapp.store.inbox_search import (
    LATEST_FIRST,
    InboxFilter,
    is_wanted,
    matching,
    name_query_of,
    values_of,
)
from webapp.store.search_indexes import query_of


@dataclass(frozen=True, slots=True)
class ExportedText:
    """`read_by` is "" while it is unread."""

    row_id: int
    number: str
    received_at: datetime
    reply_number: str
    keyword: str
    content: str
    read_by: str
    is_opted_out: bool


_EXPORTED = (
    "SELECT inbound.*, conversations.number, messages.content, "
    "(SELECT name FROM users WHERE users.id = inbound.read_by) AS name, "
    "EXISTS (SELECT 1 FROM opt_outs WHERE opt_outs.number = conversations.number) AS is_opted_out FROM "
)


def list_texts(
    db: Database, wanted: InboxFilter, *, limit: int, before: Place | None = None
) -> list[ExportedText]:
    """Every text that matches, the latest first. `before`: the last one of the page before."""
    sql = f"{_EXPORTED} {matching(wanted)} {LATEST_FIRST}"
    return _read(rows(db, sql, values_of(wanted, before, limit)))


@dataclass(frozen=True, slots=True)
class Search:
    """Texts with words; or of a number with these digits; or of people with such a name.

    `but_called`: without those of people with such a name.
    """

    words: str = ""
    number_part: str = ""
    called: str = ""
    but_called: str = ""


def find_texts(
    db: Database, wanted: InboxFilter, search: Search, *, limit: int, before_row_id: int | None = None
) -> list[ExportedText]:
    """Of the texts that match the ones that are searched for, the last to have come in first.

    SQLite only: FTS5, ordered by rowid.
    """
    query, (source, row_id, found) = _asked(search)
    if not query:
        return []
    others = name_query_of(search.but_called)
    but = f"AND NOT {_OF_NAMES.format(':others')} " if others else ""
    sql = (
        f"{_EXPORTED} {source} JOIN conversations ON conversations.id = inbound.conversation_id "
        f"JOIN messages ON messages.id = inbound.message_row_id WHERE {found} AND {row_id} < :before "
        f"AND {is_wanted(wanted)} AND (:until = '' OR inbound.received_at < :until) "
        f"{but}ORDER BY {row_id} DESC LIMIT :limit"
    )
    values = values_of(wanted, None, limit) | {"query": query, "others": others}
    return _read(rows(db, sql, {**values, "before": before_row_id or LARGEST_ROW_ID}))


_OF_NAMES = (
    "inbound.conversation_id IN (SELECT rowid FROM conversation_names WHERE conversation_names MATCH {})"
)
_BY_NAME = ("inbound", "inbound.message_row_id", _OF_NAMES.format(":query"))
_BY_NUMBER = (
    "inbound",
    "inbound.message_row_id",
    "inbound.conversation_id IN (SELECT rowid FROM conversation_numbers "
    "WHERE conversation_numbers MATCH :query)",
)
_BY_WORDS = (
    "inbound_words JOIN inbound ON inbound.message_row_id = inbound_words.rowid",
    "inbound_words.rowid",
    "inbound_words MATCH :query",
)


def _asked(search: Search) -> tuple[str, tuple[str, str, str]]:
    """The query, "" if nothing is looked for, and where."""
    if search.number_part:
        return f'"{search.number_part}"', _BY_NUMBER
    if search.called:
        return name_query_of(search.called), _BY_NAME
    return query_of(search.words), _BY_WORDS


def _read(found: list[sqlite3.Row]) -> list[ExportedText]:
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
