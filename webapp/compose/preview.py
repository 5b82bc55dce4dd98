"""What Compose says while one types: how the recipients are understood, the length and the likely cost."""

from dataclasses import dataclass
from decimal import Decimal

from sqlite_utils import Database

from webapp.compose.forms import ComposeForm
from webapp.messaging.content import MAX_CONTENT_CHARACTERS
from webapp.messaging.encoding import CostlyCharacter, Encoding, costly_characters, with_plain_characters
from webapp.messaging.recipients import Recipients
from webapp.messaging.segments import Segmentation, segment_content
from webapp.messaging.words import plural
from webapp.services.prices import last_known_price
from webapp.store import readings
from webapp.store.readings import Reading

# The preview of a text that is far too long shows its beginning.
MOST_CHARACTERS_SHOWN = 2 * MAX_CONTENT_CHARACTERS


@dataclass(frozen=True, slots=True)
class Preview:
    """`credits` is an estimate for all recipients; `plain_segments` what plain characters would take."""

    recipients: Recipients
    entries: int
    segmentation: Segmentation
    costly: tuple[CostlyCharacter, ...]
    can_be_plain: bool
    plain_segments: int
    credits: Decimal
    balance: Reading | None
    over: int
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

    @property
    def units_room(self) -> int:
        """Units that fit into the last segment."""
        single, joined = (160, 153) if self.segmentation.encoding is Encoding.GSM_7 else (70, 67)
        return joined if self.segmentation.segments > 1 else single

    @property
    def units_used(self) -> int:
        return max(self.units_room - self.segmentation.units_left, 0)

    @property
    def costly_words(self) -> str:
        """What the costly characters do to the price."""
        segments = plural(self.segmentation.segments, "segment")
        if self.segmentation.encoding is Encoding.GSM_7:
            return "These characters count double."
        if self.plain_segments < self.segmentation.segments:
            return f"These characters make this text {segments} long instead of {self.plain_segments}."
        return f"With these characters a segment holds 70 instead of 160; the text is {segments} long."


def build_preview(db: Database, form: ComposeForm) -> Preview:
    """From what is typed so far, valid or not. Asks the provider nothing."""
    typed = form.text()
    text = typed[:MOST_CHARACTERS_SHOWN]
    plain = with_plain_characters(text)
    recipients = form.read_recipients()
    segmentation = segment_content(text)
    prices = (last_known_price(db, each.number) for each in recipients.accepted)
    return Preview(
        recipients=recipients,
        entries=form.recipient_count(),
        segmentation=segmentation,
        costly=costly_characters(text),
        can_be_plain=plain != text,
        plain_segments=segment_content(plain).segments,
        credits=sum((segmentation.segments * price for price in prices), Decimal(0)),
        balance=readings.last_credits(db),
        over=max(len(typed) - MAX_CONTENT_CHARACTERS, 0),
        sender=form.chosen_sender(),
    )
