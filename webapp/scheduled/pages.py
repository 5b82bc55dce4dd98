"""Contexts of the Scheduled pages."""

from dataclasses import dataclass
from typing import ClassVar

from webapp.messaging.segments import Segmentation
from webapp.services.scheduled import Entry
from webapp.store.calls import Call
from webapp.store.scheduled import ListState


@dataclass(frozen=True)
class ScheduledIndexPage:
    """The timeline. `is_past` shows the last three months instead of what is to come.

    `missing`: the alarm, texts of ours that the provider does not list any more.
    """

    template: ClassVar[str] = "scheduled/index.html"
    entries: tuple[Entry, ...]
    authors: dict[int, str]
    missing: tuple[Call, ...]
    state: ListState
    is_past: bool
    newer_url: str | None
    older_url: str | None
    can_send: bool
    here: str
    poll_url: str | None
    version: str


@dataclass(frozen=True)
class ScheduledShowPage:
    """One scheduled text or batch, and the question whether to cancel it.

    `own_url`: where all that happened to it is shown, None for another program's.
    """

    template: ClassVar[str] = "scheduled/show.html"
    entry: Entry
    author: str
    segmentation: Segmentation | None
    own_url: str | None
    can_cancel: bool
    is_due: bool
    state: ListState
