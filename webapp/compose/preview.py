"""What Compose says while one types: how the recipients are understood, the length and the likely cost."""

from dataclasses import dataclass
from decimal import Decimal

from sqlite_utils import Database

from webapp.compose.forms import ComposeForm
from webapp.messaging.counted import CountedText, count_text
from webapp.messaging.recipients import Recipients
from webapp.services.prices import last_known_price
from webapp.store import readings
from webapp.store.readings import Reading


@dataclass(frozen=True, slots=True)
class Preview(CountedText):
    """`credits` is an estimate for all recipients."""

    recipients: Recipients
    entries: int
    credits: Decimal
    balance: Reading | None
    sender: str

    @property
    def people(self) -> int:
        """How many would get it; one while nobody is named, so that the cost of one is shown."""
        return len(self.recipients.accepted) or 1

    @property
    def credits_shown(self) -> Decimal:
        return self.credits or Decimal(self.segmentation.segments)

    @property
    def credits_each(self) -> Decimal:
        return self.credits_shown / self.people

    @property
    def not_shown(self) -> int:
        """Entries beyond those understood one by one."""
        read = self.recipients
        return self.entries - len(read.accepted) - len(read.refused) - len(read.repeated)


def build_preview(db: Database, form: ComposeForm) -> Preview:
    """From what is typed so far, valid or not. Asks the provider nothing."""
    counted = count_text(form.text())
    recipients = form.read_recipients()
    prices = (last_known_price(db, each.number) for each in recipients.accepted)
    return Preview(
        segmentation=counted.segmentation,
        costly=counted.costly,
        can_be_plain=counted.can_be_plain,
        plain_segments=counted.plain_segments,
        over=counted.over,
        recipients=recipients,
        entries=form.recipient_count(),
        credits=sum((counted.segmentation.segments * price for price in prices), Decimal(0)),
        balance=readings.last_credits(db),
        sender=form.chosen_sender(),
    )
