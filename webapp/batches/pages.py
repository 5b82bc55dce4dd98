"""Contexts of the Batches pages."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, NamedTuple

from webapp.batches.forms import BatchTextForm, ColumnsForm, LookupForm, NewBatchForm, SendBackForm
from webapp.messaging.counted import CountedText
from webapp.messaging.encoding import CostlyCharacter
from webapp.messaging.schedule import QuickPick
from webapp.messaging.senders import Sender
from webapp.messaging.status import StatusMeaning
from webapp.messaging.words import join_and
from webapp.services.batches.provider_batch import ProviderBatch, ProviderText
from webapp.services.batches.reports import Progress
from webapp.services.rules import Quiet
from webapp.store.approvals import Approval
from webapp.store.batch_choices import BatchChoice
from webapp.store.batch_rows import BatchRow
from webapp.store.batches import Batch
from webapp.store.calls import Call
from webapp.store.readings import Reading
from webapp.web.second_yes import SecondYesForm


@dataclass(frozen=True)
class BatchesIndexPage:
    """Our batches, newest first, each with how far it has come; any batch of the provider's by its id.

    `to_approve` are the ids of those that wait for the yes of the person asking.
    """

    template: ClassVar[str] = "batches/index.html"
    batches: tuple[tuple[Batch, StatusMeaning], ...]
    to_approve: frozenset[int]
    authors: dict[int, str]
    older_than: str | None
    is_first: bool
    can_send: bool
    lookup_form: LookupForm
    live: bool
    version: str


@dataclass(frozen=True)
class BatchesNewPage:
    """A file or a pasted list; what was typed in Compose comes along as `carried`."""

    template: ClassVar[str] = "batches/new.html"
    form: NewBatchForm
    carried: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sample:
    """What one person of the list would get."""

    number: str
    row: int
    parts: tuple[str, ...]
    credits: Decimal


@dataclass(frozen=True)
class Returned:
    """That somebody sent a batch back to its author, and why."""

    who: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Asking:
    """Where a batch stands with the second pair of eyes.

    `above`: it goes to more people than that, so it is needed. `waiting`: it has been asked for and not
    decided yet; `names` are some of those who may. `returned`: it was sent back last time.
    """

    above: int | None
    waiting: Approval | None
    names: tuple[str, ...]
    returned: Returned | None

    @property
    def is_needed(self) -> bool:
        return self.above is not None

    @property
    def who_may(self) -> str:
        """Who can approve it, as a sentence."""
        if self.names:
            return f"{join_and(self.names)} may approve it."
        return (
            "Nobody else may send at present: an administrator has to add somebody, "
            "or change the rule under Account."
        )


@dataclass(frozen=True)
class BatchesEditPage:
    """The import report and the text; `is_reading` while the list is still being read.

    `verdicts` are (verdict, words, how many) and add up to the rows of the list. `worker_missing`: nobody
    is there to read it.
    """

    template: ClassVar[str] = "batches/edit.html"
    batch: Batch
    is_reading: bool
    rows_total: int
    verdicts: tuple[tuple[str, str, int], ...]
    columns_form: ColumnsForm
    form: BatchTextForm
    quick_picks: tuple[QuickPick, ...]
    samples: tuple[Sample, ...]
    counted: CountedText
    costly: tuple[CostlyCharacter, ...]
    problem: str | None
    worker_missing: bool
    returned: Returned | None
    version: str

    @property
    def own_columns(self) -> tuple[str, ...]:
        """Those in which each person may have something of their own."""
        headers = enumerate(self.batch.headers)
        return tuple(header for at, header in headers if at != self.batch.number_column)


@dataclass(frozen=True)
class BatchesRowsPage:
    """Rows that get no text, and why; each can be put right while nothing is confirmed."""

    template: ClassVar[str] = "batches/rows.html"
    batch: Batch
    verdict: str
    words: str
    rows: tuple[BatchRow, ...]
    after: int
    next_after: int | None
    can_correct: bool


@dataclass(frozen=True)
class BatchesCheckPage:
    """Who gets what and what it costs, before anything goes; `is_counting` while that is being found out."""

    template: ClassVar[str] = "batches/check.html"
    batch: Batch
    is_counting: bool
    rows_total: int
    people: int
    credits: Decimal
    spread: tuple[tuple[int, int], ...]
    samples: tuple[Sample, ...]
    longest: tuple[Sample, ...]
    left_out: tuple[tuple[str, str, int], ...]
    sender: Sender
    balance: Reading | None
    trouble: str | None
    obstacle: str | None
    same: Batch | None
    calls: int
    held: str | None
    quiet: Quiet | None
    refused: SecondYesForm | None
    changed: str | None
    option_facts: list[tuple[str, str]]
    worker_missing: bool
    asking: Asking
    version: str

    @property
    def balance_after(self) -> Decimal | None:
        return None if self.balance is None else self.balance.credits - self.credits


@dataclass(frozen=True)
class BatchesApprovePage(BatchesCheckPage):
    """What its author sees on the check page, for who is to approve it, and everybody who gets it.

    `rows` come with what the list says of them besides the number.
    """

    template: ClassVar[str] = "batches/approve.html"
    approval: Approval | None
    author: str
    back_form: SendBackForm
    rows: tuple[tuple[BatchRow, str], ...]
    after: int
    next_after: int | None


@dataclass(frozen=True)
class Share:
    """One stretch of the delivery plot: `count` texts, drawn from `start` over `width` percent of it."""

    name: str
    words: str
    count: int
    start: float
    width: float
    url: str | None


@dataclass(frozen=True)
class Deeds:
    """What the signed-in person can do to a batch as it stands."""

    pause: bool
    resume: bool
    stop: bool
    cancel: bool
    retry: bool
    decide: bool


class ShownRow(NamedTuple):
    """Somebody on the list, what stands there `beside` their number, what became of it, and why."""

    row: BatchRow
    beside: str
    meaning: StatusMeaning
    why: str


@dataclass(frozen=True)
class BatchesShowPage:
    """What became of a confirmed batch. `shown` is the status or verdict its list is filtered by.

    `shares` add up to all its texts; `refusals` are the provider's reasons and how many texts each kept back.
    While `is_early`, `credits` are what it will cost.
    """

    template: ClassVar[str] = "batches/show.html"
    batch: Batch
    meaning: StatusMeaning
    author: str
    approver: str
    progress: Progress
    shares: tuple[Share, ...]
    is_early: bool
    statuses: tuple[tuple[str, str, int], ...]
    left_out: tuple[tuple[str, str, int], ...]
    credits: Decimal
    option_facts: list[tuple[str, str]]
    provider_ids: tuple[str, ...]
    refusals: tuple[tuple[str, int], ...]
    needs_person: tuple[Call, ...]
    temporary: int
    failed: int
    rows: tuple[ShownRow, ...]
    shown: str
    after: int
    next_after: int | None
    can: Deeds
    worker_missing: bool
    live: bool
    poll_seconds: int
    version: str


@dataclass(frozen=True)
class BatchesLookupPage:
    """A batch as the provider has it; `recorded` if it was sent from here, or the record has texts of it."""

    template: ClassVar[str] = "batches/lookup.html"
    found: ProviderBatch
    shown: tuple[ProviderText, ...]
    recorded: BatchChoice | None
