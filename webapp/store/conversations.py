"""Conversations: one for each number that has texted, with what is unread in it."""

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from webapp.store.connection import named, read_time, read_time_or_none, row, rows, time_text

EXCERPT_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Conversation:
    """`number`: digits with country code, or whatever the texter is called at the provider.

    `reply_number`: where their latest text went. `newest_row_id`: the text that came in last, of all that
    have come in; `last_at` is the latest by the provider's clock. `waiting_since`: since when the oldest
    unread text waits. `version` grows with everything that its page shows.
    """

    id: int
    number: str
    version: int
    reply_number: str
    last_row_id: int
    last_at: datetime
    newest_row_id: int
    arrived_at: datetime
    unread: int
    waiting_since: datetime | None
    replying_until: datetime | None


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """One row of the inbox: a conversation and the one text of it that is shown, cut off if it is long.

    `name`: what they are called, as far as a list has said; empty if none has.
    """

    conversation: Conversation
    row_id: int
    content: str
    received_at: datetime
    is_opted_out: bool
    erased_at: datetime | None
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list ended: the time and the id that the list is ordered by."""

    at: datetime
    id: int


LISTED = (
    "SELECT conversations.*, messages.id AS shown_row_id, messages.created_at AS shown_at, "  # noqa: S608
    f"SUBSTR(messages.content, 1, {EXCERPT_CHARACTERS}) AS shown_content, "
    "messages.erased_at AS shown_erased_at, "
    "(SELECT name FROM known_names WHERE known_names.number = conversations.number) AS name, "
    "EXISTS (SELECT 1 FROM opt_outs WHERE opt_outs.number = conversations.number) AS is_opted_out "
)
"""What a list of conversations reads, of the tables conversations and messages."""


def get_conversation(db: Database, conversation_id: int) -> Conversation | None:
    found = row(db, "SELECT * FROM conversations WHERE id = ?", [conversation_id])
    return None if found is None else _read(found)


def find_conversation(db: Database, number: str) -> Conversation | None:
    found = row(db, "SELECT * FROM conversations WHERE number = ?", [number])
    return None if found is None else _read(found)


def list_texted_since(db: Database, numbers: Collection[str], since: datetime) -> list[Conversation]:
    """Which of these few numbers have texted us after that moment."""
    places = ", ".join("?" * len(numbers))
    sql = f"SELECT * FROM conversations WHERE number IN ({places}) AND arrived_at > ?"  # noqa: S608
    return [_read(each) for each in rows(db, sql, [*numbers, time_text(since)])]


def list_waiting(db: Database, *, limit: int, after: Place | None = None) -> list[ListedConversation]:
    """Those with unread texts, the one that waits longest first."""
    return list_conversations(
        db,
        "FROM conversations JOIN messages ON messages.id = last_row_id "
        "WHERE unread > 0 AND (waiting_since, conversations.id) > (:at, :id) "
        "ORDER BY waiting_since, conversations.id LIMIT :limit",
        {**place_after(after), "limit": limit},
    )


def list_read(db: Database, *, limit: int, before: Place | None = None) -> list[ListedConversation]:
    """Those without unread texts, the latest first."""
    return list_conversations(
        db,
        "FROM conversations JOIN messages ON messages.id = last_row_id "
        "WHERE unread = 0 AND (last_at, conversations.id) < (:at, :id) "
        "ORDER BY last_at DESC, conversations.id DESC LIMIT :limit",
        {**place_before(before), "limit": limit},
    )


def next_waiting(db: Database, *, other_than: int) -> Conversation | None:
    """The conversation that has waited longest, apart from one."""
    found = row(
        db,
        "SELECT * FROM conversations WHERE unread > 0 AND id <> ? ORDER BY waiting_since, id LIMIT 1",
        [other_than],
    )
    return None if found is None else _read(found)


def list_conversations(db: Database, sql: str, parameters: Mapping[str, Any]) -> list[ListedConversation]:
    """`sql` goes on after LISTED and comes from this package, never from input."""
    return [_read_listed(each) for each in rows(db, f"{LISTED} {sql}", parameters)]


def place_after(place: Place | None) -> dict[str, Any]:
    """The parameters of a keyset; those of the beginning come before everything."""
    return {"at": "" if place is None else time_text(place.at), "id": 0 if place is None else place.id}


def place_before(place: Place | None) -> dict[str, Any]:
    """As place_after, for lists that begin with the latest."""
    return {"at": "~" if place is None else time_text(place.at), "id": 0 if place is None else place.id}


def _read(found: sqlite3.Row | Mapping[str, Any]) -> Conversation:
    return Conversation(
        id=found["id"],
        number=found["number"],
        version=found["version"],
        reply_number=found["reply_number"],
        last_row_id=found["last_row_id"],
        last_at=read_time(found["last_at"]),
        newest_row_id=found["newest_row_id"],
        arrived_at=read_time(found["arrived_at"]),
        unread=found["unread"],
        waiting_since=read_time_or_none(found["waiting_since"]),
        replying_until=read_time_or_none(found["replying_until"]),
    )


def _read_listed(stored: sqlite3.Row) -> ListedConversation:
    found = named(stored)
    return ListedConversation(
        conversation=_read(found),
        row_id=found["shown_row_id"],
        content=found["shown_content"],
        received_at=read_time(found["shown_at"]),
        is_opted_out=bool(found["is_opted_out"]),
        erased_at=read_time_or_none(found["shown_erased_at"]),
        name=found["name"] or "",
    )
