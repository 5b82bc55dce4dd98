"""Contexts of the Failed pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple

from webapp.failed.forms import FilterForm
from webapp.messaging.status import StatusMeaning
from webapp.services.candidates import Candidate
from webapp.services.failures import Group
from webapp.store.calls import Call
from webapp.web.plots import Figure


class FailedRow(NamedTuple):
    """One line of the list, in the order in which the template takes it apart.

    `key` names it in forms; `number` is as people write it, `name` what they are called as far as a list has
    said, `people` how many it was for; `why` is empty where the status says it already.
    """

    key: str
    url: str
    number: str
    name: str
    people: int
    content: str
    erased_at: datetime | None
    meaning: StatusMeaning
    why: str
    money: str
    at: datetime
    is_chosen: bool


@dataclass(frozen=True)
class DeskRow:
    """A call of which nobody knows what became of it. `url` is its place on the desk."""

    call: Call
    content: str
    url: str


class ShownCandidate(NamedTuple):
    """`url` is its page, if the record has one."""

    candidate: Candidate
    url: str | None


@dataclass(frozen=True)
class FailedUnknownPage:
    """One call of which nobody knows what became of it; `refusal` is why what was chosen cannot be it."""

    template: ClassVar[str] = "failed/unknown.html"
    call: Call
    content: str
    sender: str
    author: str
    how_it_ended: str
    candidates: tuple[ShownCandidate, ...]
    refusal: str
    url: str
    can_ask: bool
    can_decide: bool
    can_go_now: bool


@dataclass(frozen=True)
class FailedIndexPage:
    """The outcome-unknown desk, the reasons with their counts, and the list."""

    template: ClassVar[str] = "failed/index.html"
    desk: tuple[DeskRow, ...]
    groups: tuple[Group, ...]
    plots: tuple[Figure, ...]
    total: int
    chosen_reason: str
    rows: tuple[FailedRow, ...]
    filter_form: FilterForm
    is_filtered: bool
    group_urls: dict[str, str]
    every_reason_url: str
    newer_url: str | None
    older_url: str | None
    export_url: str
    fetch_url: str
    resend_url: str
    opt_out_url: str
    can_send: bool
