from dataclasses import dataclass
from typing import ClassVar

from webapp.home.attention import Need
from webapp.home.setup import SetupStep
from webapp.services.outcomes import Outcome
from webapp.services.scheduled import Entry
from webapp.store.batches import Batch
from webapp.store.readings import Heartbeat
from webapp.web.plots import Figure


@dataclass(frozen=True)
class HomeIndexPage:
    """What needs a person, then what went out last.

    `outcome_urls` lead to where one can decide about each of `needs_person`, by call id.
    `looking` counts the outcomes Textdesk is finding out by itself; `given_up` are the texts of the last
    day that could not be handed over in time, `missing` scheduled ones of which no message came, and
    `unlisted` counts those still to go that the provider does not list any more.
    `plots` are those of the last 30 days, by name; none in what a poll renews. `scheduled` goes next.
    `setup` are the steps that an administrator of a new installation has still to take.
    `troubles` keep everything from working: nobody has to look for them below the rest.
    """

    template: ClassVar[str] = "home/index.html"
    needs_person: tuple[Outcome, ...]
    outcome_urls: dict[int, str]
    paused: tuple[Batch, ...]
    looking: int
    given_up: tuple[Outcome, ...]
    missing: tuple[Outcome, ...]
    unlisted: int
    recent: tuple[Outcome, ...]
    authors: dict[int, str]
    provider: Heartbeat | None
    can_send: bool
    setup: tuple[SetupStep, ...]
    troubles: tuple[Need, ...]
    more_needs: tuple[Need, ...]
    plots: dict[str, Figure]
    scheduled: tuple[Entry, ...]
    version: str


@dataclass(frozen=True)
class HomeStatusPage:
    """Only the shell around a page: what its poll renews."""

    template: ClassVar[str] = "base.html"
