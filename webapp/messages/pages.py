"""Contexts of the Messages pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from webapp.messages.forms import DeleteForm
from webapp.messages.timeline import TimelineEvent
from webapp.messaging.segments import Segmentation
from webapp.services.outcomes import Outcome


@dataclass(frozen=True)
class MessagesIndexPage:
    """Texts sent from here, newest first. `older_than` pages on, None on the last page."""

    template: ClassVar[str] = "messages/index.html"
    outcomes: tuple[Outcome, ...]
    authors: dict[int, str]
    older_than: int | None
    is_first: bool
    can_send: bool
    live: bool
    version: str


@dataclass(frozen=True)
class MessagesShowPage:
    """One text: what happened to it, who did it, what it cost, what can be done now; polled while `live`."""

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
    can_send: bool
    can_delete: bool
    can_cancel: bool
    can_withdraw: bool
    can_decide: bool
    can_go_now: bool
    worker_missing: bool
    live: bool
    poll_seconds: int
    version: str
