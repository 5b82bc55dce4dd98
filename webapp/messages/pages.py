"""Contexts of the Messages pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from webapp.messages.forms import DeleteForm
from webapp.messages.forms_search import FilterForm, LookupForm, ProviderForm, SearchForm
from webapp.messages.timeline import TimelineEvent
from webapp.messaging.segments import Segmentation
from webapp.messaging.status import StatusMeaning
from webapp.services.changes_told import ToldChange
from webapp.services.outcomes import Outcome
from webapp.services.search_provider import ProviderPage
from webapp.store.batches import Batch
from webapp.store.messages import StoredMessage


class ListedMessage(NamedTuple):
    """One line of the list, in the order in which `ui.listed` takes it apart. `number` is the other end's.

    `author` is "" for what came in and for what another program sent; `is_estimate`: the provider has not
    said what it cost; `given_back`: a refund of the credits is expected.
    """

    key: str
    url: str
    number: str
    content: str
    meaning: StatusMeaning
    author: str
    is_inbound: bool
    is_copy: bool
    at: datetime
    credits: Decimal | None
    is_estimate: bool
    given_back: bool
    erased_at: datetime | None


@dataclass(frozen=True)
class MessagesIndexPage:
    """Everything in the record, the latest first; of a search, what was found for what `search_form` holds.

    `criteria` are those by which the provider can be asked for the same.
    `read_to`: up to when the provider's log has been read, None if it has not been yet.
    """

    template: ClassVar[str] = "messages/index.html"
    rows: tuple[ListedMessage, ...]
    filter_form: FilterForm
    search_form: SearchForm
    is_search: bool
    is_filtered: bool
    newer_url: str | None
    older_url: str | None
    older_place: str | None
    search_url: str
    export_url: str
    poll_url: str | None
    criteria: Mapping[str, Any]
    read_to: datetime | None
    can_send: bool
    version: str


@dataclass(frozen=True)
class MessagesLookupPage:
    """What the provider is asked, and what it found; `found` is None before it was asked.

    `statuses` are the words offered; others may be typed.
    """

    template: ClassVar[str] = "messages/lookup.html"
    form: ProviderForm
    lookup_form: LookupForm
    found: ProviderPage | None
    is_filled: bool
    rows: tuple[ListedMessage, ...]
    statuses: tuple[str, ...]


@dataclass(frozen=True)
class MessagesRecordPage:
    """A message that was not written here by itself: another program's, one of a batch, or one that came in.

    `changes` are how its status changed; `batch` and `conversation_url` lead to what it belongs to.
    """

    template: ClassVar[str] = "messages/record.html"
    message: StoredMessage
    meaning: StatusMeaning
    is_inbound: bool
    changes: tuple[TimelineEvent, ...]
    segmentation: Segmentation
    batch: Batch | None
    conversation_url: str | None
    raw: str | None
    delete_form: DeleteForm
    can_delete: bool


@dataclass(frozen=True)
class MessagesShowPage:
    """One text: what happened to it, who did it, what it cost, what can be done now; polled while `live`.

    `told`: of changes of a scheduled text that it is part of.
    """

    template: ClassVar[str] = "messages/show.html"
    outcome: Outcome
    author: str
    content: str
    segmentation: Segmentation
    scheduled_at: datetime | None
    charged: str
    sender: str
    tag: str
    timeline: tuple[TimelineEvent, ...]
    raw: str | None
    delete_form: DeleteForm
    told: tuple[ToldChange, ...]
    conversation_url: str | None
    can_send: bool
    can_delete: bool
    can_change: bool
    can_cancel: bool
    can_withdraw: bool
    can_decide: bool
    can_go_now: bool
    worker_missing: bool
    live: bool
    poll_seconds: int
    version: str
