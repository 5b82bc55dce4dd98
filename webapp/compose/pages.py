"""Contexts of the Compose pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from webapp.compose.forms import ComposeForm
from webapp.compose.preview import Preview
from webapp.compose.replacing import Replaced
from webapp.messaging.counted import CountedText
from webapp.messaging.schedule import QuickPick
from webapp.messaging.senders import Sender
from webapp.services.check import Check
from webapp.services.outcomes import Outcome
from webapp.store.drafts import Draft
from webapp.web.second_yes import SecondYesForm


@dataclass(frozen=True)
class ComposeNewPage:
    """The form. `action` is where it is posted; `unfinished` a draft that this person left, if any.

    `replaced` is the scheduled text that this one is to replace, None for a text of its own.
    """

    template: ClassVar[str] = "compose/new.html"
    form: ComposeForm
    preview: Preview
    action: str
    quick_picks: tuple[QuickPick, ...]
    unfinished: Draft | None
    replaced: Replaced | None
    discard_url: str | None


@dataclass(frozen=True)
class ComposeCheckPage:
    """What will go out.

    `counted` names the characters that make the text dearer.
    `copies` are those already sent to the author's own number, `copy_credits` what one more costs (None
    without a number); `changed` says what has changed since the page one confirmed was shown;
    `refused` is what was posted without a second yes that it needs. `replaced` as on the form.
    """

    template: ClassVar[str] = "compose/check.html"
    draft: Draft
    check: Check
    counted: CountedText
    sender: Sender
    copy_credits: Decimal | None
    copies: tuple[Outcome, ...]
    option_facts: list[tuple[str, str]]
    changed: str | None
    refused: SecondYesForm | None
    replaced: Replaced | None


@dataclass(frozen=True)
class ComposeShowPage:
    """What became of a confirmed draft, recipient by recipient; polled while `live`."""

    template: ClassVar[str] = "compose/show.html"
    draft: Draft
    outcomes: tuple[Outcome, ...]
    counts: Mapping[str, int]
    live: bool
    version: str
