"""Asking the provider for messages: whatever comes is stored, so that it has a page like any other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlite_utils import Database

from webapp.services.sync_log import store_found
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import NotFound
from webapp.smsworks.models import MessageQuery
from webapp.store import messages
from webapp.store.messages import StoredMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that the provider can be asked by; None and "" are left out. `skip` rows stand before the page.

    `until` is included. `unread` goes with the status INCOMING alone.
    """

    limit: int
    skip: int = 0
    status: str = ""
    credits: Decimal | None = None
    destination: str = ""
    sender: str = ""
    keyword: str = ""
    since: datetime | None = None
    until: datetime | None = None
    unread: bool | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    def to_query(self) -> MessageQuery:
        return MessageQuery(
            status=self.status or None,
            credits=self.credits,
            destination=self.destination or None,
            sender=self.sender or None,
            keyword=self.keyword or None,
            created_from=self.since,
            created_to=self.until,
            limit=self.limit,
            skip=self.skip or None,
            unread=self.unread,
            metadata=self.metadata,
        )


@dataclass(frozen=True, slots=True)
class ProviderPage:
    """One page of what the provider found. `skipped` rows stand before it; there is no total.

    `is_full`: as many came as were asked for, so that there may be more.
    """

    messages: tuple[StoredMessage, ...]
    skipped: int
    is_full: bool
    repeated: int


def search(db: Database, client: SmsWorks, question: Question) -> ProviderPage:
    """One call with the whole query. Raises SmsWorksError; InvalidRequest names the fields that are wrong."""
    found = client.search_messages(query=question.to_query())
    store_found(db, found)
    ids = list(dict.fromkeys(message.message_id for message in found))
    stored = tuple(message for each in ids if (message := messages.find_message(db, each)))
    return ProviderPage(
        messages=stored,
        skipped=question.skip,
        is_full=len(found) >= question.limit,
        repeated=len(found) - len(ids),
    )


def look_up(db: Database, client: SmsWorks, message_id: str) -> StoredMessage:
    """GET /messages/{id}, stored. Raises NotFound and every other SmsWorksError."""
    found = client.get_message(message_id=message_id)
    store_found(db, [found])
    stored = messages.find_message(db, found.message_id)
    if stored is None:
        raise NotFound(operation="get_message")
    return stored
