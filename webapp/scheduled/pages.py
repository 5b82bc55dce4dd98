"""Contexts of the Scheduled pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, NamedTuple

from webapp.messaging.segments import Segmentation
from webapp.messaging.status import StatusMeaning
from webapp.services.changes_told import ToldChange
from webapp.services.scheduled import Entry
from webapp.services.scheduled_week import DayOfWeek
from webapp.store.calls import Call
from webapp.store.scheduled import ListState


class ScheduledRow(NamedTuple):
    """One line of the timeline, in the order in which the template takes it apart.

    `batch_name` is None unless it is a batch of ours, `author` unless it is ours; `is_changing`: a change
    of it is being carried out.
    """

    key: str
    url: str
    at: datetime
    content: str
    batch_name: str | None
    people: int
    destination: str
    meaning: StatusMeaning
    is_changing: bool
    author: str | None


@dataclass(frozen=True)
class ScheduledIndexPage:
    """The timeline. `is_past` shows the last three months instead of what is to come.

    `missing`: the alarm, texts of ours that the provider does not list any more.
    """

    template: ClassVar[str] = "scheduled/index.html"
    rows: tuple[ScheduledRow, ...]
    missing: tuple[Call, ...]
    state: ListState
    is_past: bool
    newer_url: str | None
    older_url: str | None
    can_send: bool
    export_url: str
    here: str
    poll_url: str | None
    version: str


@dataclass(frozen=True)
class ScheduledWeekPage:
    """A calendar week, Monday to Sunday. `today` is marked; `more_urls` lead to the rest of a full part.

    `earlier_url` and `later_url` are None beyond what is kept, and beyond what can be scheduled.
    """

    template: ClassVar[str] = "scheduled/week.html"
    days: tuple[DayOfWeek, ...]
    part_names: tuple[str, ...]
    more_urls: Mapping[datetime, str]
    today: date
    title: str
    is_empty: bool
    state: ListState
    earlier_url: str | None
    later_url: str | None
    this_week_url: str | None
    export_url: str
    here: str
    poll_url: str
    version: str


@dataclass(frozen=True)
class ScheduledShowPage:
    """One scheduled text or batch, and the question whether to cancel it.

    `own_url`: where all that happened to it is shown, None for another program's. `told`: of changes that
    it is part of. `change_words` are those of the button; `why_not_changed` says why there is none.
    """

    template: ClassVar[str] = "scheduled/show.html"
    entry: Entry
    author: str
    segmentation: Segmentation | None
    own_url: str | None
    told: tuple[ToldChange, ...]
    change_words: str
    can_change: bool
    why_not_changed: str | None
    is_being_changed: bool
    can_cancel: bool
    is_due: bool
    state: ListState
